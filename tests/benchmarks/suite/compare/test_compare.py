"""A run from end to end on a few households, and what its report must say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from benchmarks.heuristics import HEURISTICS, Proposal
from benchmarks.suite.compare import summary
from benchmarks.suite.compare.command import main
from benchmarks.suite.compare.document import Document
from benchmarks.suite.compare.judged import Judged, judge
from benchmarks.suite.compare.methods import METHODS, OURS
from models.household import Household
from models.policy import Policy
from tests.households import account, household, lot

SAMPLE = Path(__file__).parents[4] / "scenarios" / "sample"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the command on three households of the sample book, two of them swept."""
    out = tmp_path_factory.mktemp("results")
    main([str(SAMPLE), "--households", "3", "--sweep", "1", "--out", str(out)])
    return out


def test_a_run_writes_a_report_a_page_a_table_and_pictures(results: Path) -> None:
    """Markdown, HTML, CSV; every picture as PNG and SVG."""
    names = {path.name for path in results.iterdir()}
    pictures = {f"compare-sample-{kind}" for kind in ("excess", "terms", "frontier", "speed")}
    expected = {f"compare-sample.{end}" for end in ("md", "html", "csv")}
    pytest.importorskip("matplotlib")
    assert names == expected | {f"{name}.{end}" for name in pictures for end in ("png", "svg")}


def test_the_table_holds_every_method_on_every_household(results: Path) -> None:
    """One row each, and the sweep beside them."""
    with (results / "compare-sample.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    asked = [(row["household_id"], row["method"]) for row in rows if row["kind"] == "method"]
    assert len(asked) == len(set(asked)) == 3 * len(METHODS)
    assert {row["measure"] for row in rows if row["kind"] == "sweep"} == {
        "today",
        "taxes",
        "all in",
    }


def test_machine_and_limitations_come_before_results(results: Path) -> None:
    """A figure without its setting says nothing; names and paths of the machine are not told."""
    text = (results / "compare-sample.md").read_text(encoding="utf-8")
    order = [text.index(part) for part in ("cores", "## Limitations", "## Headline", "is behind")]
    assert order == sorted(order)
    assert str(SAMPLE.parent) not in text
    assert str(Path.home()) not in text


def test_no_heuristic_is_clearly_ahead_on_these_households(results: Path) -> None:
    """More than half a basis point below our objective would be a fault to look into."""
    with (results / "compare-sample.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "method"]
    ours = {r["household_id"]: float(r["objective_bps"]) for r in rows if r["method"] == OURS}
    behind = [
        (row["household_id"], row["method"])
        for row in rows
        if row["method"] in HEURISTICS
        and row["kept"] == "True"
        and float(row["objective_bps"]) < ours[row["household_id"]] - 0.5
    ]
    assert behind == []


def test_a_synthetic_book_is_named_by_kind_seed_and_size(tmp_path: Path) -> None:
    """The report's first line repeats the run on any machine."""
    sizes = ["--households", "2", "--sweep", "0", "--seed", "3", "--no-naive"]
    main(["synthetic:etf", *sizes, "--out", str(tmp_path)])
    text = (tmp_path / "compare-etf.md").read_text(encoding="utf-8")
    assert "python -m benchmarks.compare synthetic:etf --households 2 --seed 3" in text
    assert "synthetic" in text
    with pytest.raises(ValueError, match="--households"):
        main(["synthetic:etf", "--out", str(tmp_path)])


def _of() -> Household:
    return household([account("T")], [lot("a", "T", "VTI", 10, 500.0, "2020-01-06")])


def test_a_method_that_fails_has_given_an_answer() -> None:
    """Its error is the reason, and it counts as not feasible."""

    def fails(household: Household, policy: Policy) -> Proposal:
        raise ValueError("no menu")

    row = judge("fails", fails, _of(), Policy())
    assert not row.kept
    assert row.broken == ("no plan: no menu",)


def test_illegal_savings_earn_nothing() -> None:
    """Means and differences are over legal answers; the count of the others stands beside."""

    def made(method: str, objective: float, kept: bool) -> Judged:
        return Judged("H", method, kept, (), 0.1, value_usd=1e4, objective_usd=objective)

    lines = summary.headline([made(OURS, 10.0, True), made("bad", 1.0, False)], [OURS, "bad"])
    assert [line["feasible"] for line in lines] == ["1/1", "0/1"]
    assert lines[1]["objective bps"] == ""
    assert lines[1]["ahead of ours"] == "0/0"


def test_where_we_lose_is_told_with_the_term_that_lost_it() -> None:
    """A heuristic that is 3 bps ahead by tracking closer is listed so."""
    ours = Judged("H", OURS, True, (), 0.1, value_usd=1e4, objective_usd=10.0, terms={"te": 6.0})
    theirs = Judged("H", "x", True, (), 0.1, value_usd=1e4, objective_usd=7.0, terms={"te": 3.0})
    (line,) = summary.where_ahead([ours, theirs], [OURS, "x"])
    assert line["ahead by bps"] == "3.00"
    assert line["where it gains (bps)"] == "te +3.00"


def test_the_best_heuristic_is_chosen_household_by_household() -> None:
    """Its time is that of all it was chosen from."""
    rows = [
        Judged("A", "x", True, (), 0.1, value_usd=1e4, objective_usd=5.0),
        Judged("A", "y", True, (), 0.2, value_usd=1e4, objective_usd=4.0),
        Judged("B", "x", True, (), 0.1, value_usd=1e4, objective_usd=1.0),
        Judged("B", "y", False, (), 0.2, value_usd=1e4, objective_usd=0.0),
    ]
    best = [row for row in summary.with_best(rows, ("x", "y")) if row.method == summary.BEST]
    assert [row.objective_usd for row in best] == [4.0, 1.0]
    assert best[0].seconds == pytest.approx(0.3)


def test_a_document_reads_the_same_as_markdown_and_as_a_page() -> None:
    """Text is escaped for the page and left alone in Markdown."""
    document = Document("A & B")
    document.table([{"name": "<x>", "figure": "1"}])
    assert "| <x> | 1 |" in document.markdown()
    assert "<td>&lt;x&gt;</td><td>1</td>" in document.page()
    assert "<h1>A &amp; B</h1>" in document.page()
