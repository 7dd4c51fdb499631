"""The data files are complete, and a missing year is refused by name."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import models
from models.law import (
    FILING_STATUSES,
    TOPICS,
    LawMissing,
    in_force,
    known_years,
    law_for,
    read_topic,
    year_to_come,
)


@pytest.mark.parametrize("year", known_years())
@pytest.mark.parametrize("status", FILING_STATUSES)
def test_schedules_rise_and_end_open(year, status):
    """Edges and rates rise, the last edge is None, and every figure is an exact decimal."""
    law = law_for(year)
    for schedule in (law.ordinary(status), law.capital_gains(status)):
        assert len(schedule.edges) == len(schedule.rates)
        assert schedule.edges[-1] is None
        assert list(schedule.edges[:-1]) == sorted(set(schedule.edges[:-1]))
        assert list(schedule.rates) == sorted(set(schedule.rates))
        assert all(type(figure) is Decimal for figure in (*schedule.edges[:-1], *schedule.rates))
    assert law.niit(status).rate == Decimal("0.038")
    assert law.loss_limit(status) == (1500 if status == "mfs" else 3000)


def test_figures_of_2025_and_2026():
    """A few figures of each table, as published."""
    assert known_years() == (2025, 2026)
    assert law_for(2025).standard_deduction("mfj") == 31500
    assert law_for(2026).standard_deduction("hoh") == 24150
    assert law_for(2026).standard_deduction("mfj", additional=2) == 32200 + 2 * 1650
    assert law_for(2025).ordinary("hoh").edges[1] == 64850
    assert law_for(2026).ordinary("mfs").edges[5] == 384350
    assert law_for(2025).capital_gains("single").edges == (48350, 533400, None)
    assert law_for(2026).niit("mfs").threshold == 125000


@pytest.mark.parametrize("topic", TOPICS)
def test_every_file_states_itself(topic):
    """A topic has a statement, a unit and a citation, and so has each year's set of figures."""
    whole = read_topic(topic)
    assert whole["statement"].endswith(".")
    assert whole["unit"]
    assert whole["citation"]
    assert all(values["citation"] for values in whole["years"].values())


def test_an_unpublished_year_is_refused():
    """The error names the year, the files that lack it, and the years that are complete."""
    with pytest.raises(LawMissing, match=r"2031.*ordinary_brackets\.toml.*2025, 2026"):
        law_for(2031)
    with pytest.raises(LawMissing, match="'qss'; known: rates, single"):
        law_for(2026).ordinary("qss")


def test_a_year_to_come_without_figures_is_told_in_december():
    """From the first of December of the last year on; a year that has figures is not told."""
    last = known_years()[-1]
    said = f"no published figures for {last + 1}: nights from January 1, {last + 1} are refused"
    assert year_to_come(date(last, 12, 1)).startswith(said)
    assert year_to_come(date(last, 11, 30)) == ""
    assert year_to_come(date(last - 1, 12, 31)) == ""


def test_unindexed_figures_hold_until_replaced():
    """The surtax threshold of 2013 holds in any later year, and in none before."""
    assert in_force("niit", 2040)["single"] == 200000
    with pytest.raises(LawMissing, match="2012"):
        in_force("niit", 2012)


def test_law_travels_between_processes():
    """A pickled law is the same object again: figures are never copied apart."""
    assert pickle.loads(pickle.dumps(law_for(2026))) is law_for(2026)  # noqa: S301


def test_law_cannot_be_changed():
    """The figures are read-only."""
    with pytest.raises(TypeError):
        read_topic("niit")["years"]["2013"]["single"] = 1


def test_distribution_tables_reach_their_last_age():
    """The table from 2022 runs from 72 to 120, the older one from 70 to 115; factors fall."""
    for year, first, last in ((2022, 72, 120), (2021, 70, 115)):
        table = in_force("rmd", year)
        assert table["first_age"] == first
        assert len(table["factors"]) == last - first + 1
        assert list(table["factors"]) == sorted(set(table["factors"]), reverse=True)


def test_a_new_year_is_new_numbers_only(tmp_path):
    """Copies of the tables under a later year, and nothing else, make that year known."""
    package = tmp_path / "models"
    shutil.copytree(Path(models.__file__).parent, package)
    for topic in ("ordinary_brackets", "capital_gains", "standard_deduction"):
        path = package / "law" / f"{topic}.toml"
        text = path.read_text()
        path.write_text(text + text[text.index("[years.2026]") :].replace("2026", "2027"))
    program = (
        "from models.law import known_years, law_for\n"
        "law = law_for(2027)\n"
        "print(known_years(), law.ordinary('single').edges[0], law.niit('mfj').threshold)\n"
        "try:\n    law.retirement('ira')\n"
        "except Exception as error:\n    print(type(error).__name__)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.split("\n")[:2] == ["(2025, 2026, 2027) 12400 250000", "LawMissing"]
