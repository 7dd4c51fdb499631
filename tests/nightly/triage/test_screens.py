"""Who is left alone is answered the same at once as alone, and judging nothing leaves nothing out.

The short ways (a screen of the whole part, the rules that ordering nothing may break, one measure
of what is held) are compared with the long ones on a few hundred drawn households.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.book.read import read_book
from models.household import Household
from models.policy import Policy
from models.request.record import Request
from models.triggers import Screen, Screened, TriggerColumns
from nightly.triage.asked import AskedTonight
from nightly.triage.night_book import NightBook
from nightly.triage.screens import screens_of
from optimizer.judge.left_alone import inside_bands
from optimizer.judge.verify import verify
from scenarios.synthetic import ASOF, generate_book

HOUSEHOLDS = 60
POLICIES = {
    "standard": "[bands]\nabsolute = 0.12\n",
    "low-turnover": '[triggers]\ndrift = "never"\n[bands]\nabsolute = 0.1\n'
    '[limits]\ntax_budget_usd = 500.0\nbands = "hard"\n',
    "patient-gains": '[triggers]\ndrift = "calendar"\ncalendar = "annual"\n'
    "[bands]\nabsolute = 0.03\n"
    '[aim]\nhow_far = "band_edge"\n',
    "wash-priced": "[triggers]\ncash_usd = 3000.0\nharvest_usd = 4000.0\nlong_term_days = 20\n"
    "[bands]\nrelative = 0.9\n[limits]\nclass_max = { us_equity = 0.35 }\n",
    "bigger-tickets": "[data]\nmax_price_age_days = 4\n[bands]\nabsolute = 0.2\n"
    '[tax]\ndrag_reference = "none"\n[risk]\nafter_tax_weights = true\n[limits]\nte_max = 0.008\n',
}
"""Bands that many are inside of; two markets, hard limits that doing nothing breaks, other aims."""

Drawn = tuple[Household, Policy, Screened | None]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> list[Drawn]:
    """Households of several books, each with its policy and what the screen of all says of it."""
    return [*_drawn(tmp_path_factory.mktemp("books"))]


def _drawn(folder: Path) -> Iterator[Drawn]:
    for kind, seed in (("etf", 3), ("etf", 4), ("mixed", 5)):
        place = folder / f"{kind}-{seed}"
        generate_book(place, HOUSEHOLDS, kind, seed)
        for name, text in POLICIES.items():
            (place / "policies" / f"{name}.toml").write_text(text, "utf-8")
        for file in (place / "households").iterdir():
            rows = pq.read_table(file)
            named = pa.array([*islice(cycle(POLICIES), rows.num_rows)])
            column = rows.column_names.index("policy_id")
            pq.write_table(rows.set_column(column, "policy_id", named), file)
        night = NightBook(read_book(place, ASOF), None, {}, {}, {})
        screens = screens_of(night, lambda policy: policy)
        for name in night.book.household_ids.tolist():
            if not night.faults_of(name):
                household = night.household(name)
                yield household, night.policy(household.policy_id), screens.get(name)


def test_screened_together_or_alone_a_household_is_answered_alike(drawn: list[Drawn]) -> None:
    """The same plan to the last digit and word, or none from both; most of both kinds occur."""
    left = 0
    for household, policy, screened in drawn:
        assert screened is not None
        plan = inside_bands(household, policy, screened)
        assert plan == inside_bands(household, policy), household.household_id
        left += plan is not None
    assert len(drawn) > 150
    assert 30 < left < len(drawn) - 30


def test_what_ordering_nothing_may_break_is_asked_of_it(drawn: list[Drawn]) -> None:
    """Who is left alone breaks none of all rules and has the figures of a plan judged in full."""
    broken = set()
    for household, policy, screened in drawn:
        plan, verdict = inside_bands(household, policy, screened), verify(household, policy, ())
        broken |= {breach.rule for breach in verdict.breaches}
        if plan is not None:
            assert verdict.kept, household.household_id
            assert plan.figures == verdict.figures
        ledger = verdict.ledger
        after = verdict.yardstick.after(verdict.units, ledger.cost, ledger.sales, ledger.orders)
        assert verdict.case.after == after
    assert broken >= {"te_max", "class_limit", "bands", "household_flow", "required_distribution"}


def test_who_is_asked_of_or_cannot_be_read_is_screened_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked changes a household; data that no screen can read end no part of a night."""
    generate_book(tmp_path / "book", 4, "etf", 3)
    book = read_book(tmp_path / "book", ASOF)
    asked = AskedTonight(book.household_ids[2], Request(), 0.0, "Ann", "a call")
    screens = screens_of(NightBook(book, None, {}, {}, {}, asked), lambda policy: policy)
    assert set(screens) == set(book.household_ids.tolist()) - {asked.household_id}

    def unread(columns: TriggerColumns) -> Screen:
        raise ValueError(f"{columns.households} households with a cell that is no number")

    monkeypatch.setattr("nightly.triage.screens.screen", unread)
    assert not screens_of(NightBook(book, None, {}, {}, {}), lambda policy: policy)
