"""Every benchmark in one command: a smoke size of all parts, and what a part that breaks costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.suite import quality, small, speed
from benchmarks.suite.compare.command import Compare
from benchmarks.suite.quality import Quality
from benchmarks.suite.registry import Sizes
from benchmarks.suite.small import Measured
from benchmarks.suite.small_page import Page, Part, Sentences
from benchmarks.suite.speed import Speed

SMOKE = Sizes(
    books=(Compare("sample", 1, sweep=0), Compare("synthetic:etf", 1, sweep=0)),
    exact=Quality(households=1, seconds=1.0),
    speed=(Speed(("etf",), 1, repeats=1),),
    lives=("--households", "1", "--years", "1", "--methods", "hearth", "stand still"),
)


def test_a_smoke_size_runs_every_part(tmp_path: Path) -> None:
    """One page sums up what the reports beside it say; setting and limitations come first."""
    assert small.main(["--out", str(tmp_path)], SMOKE) == 0
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    places = [page.index(word) for word in ("machine:", "## Limitations", "## Headline")]
    assert places == sorted(places)
    for heading in (
        *("Comparison, sample", "Comparison, synthetic:etf", "Exact optimum"),
        *("Named scenarios", "Speed", "Back-test", "In full"),
    ):
        assert f"\n## {heading}\n" in page
    headline = page[places[2] :].split("\n## ")[0]
    for name in ("Hearth", "location ranks", *(f"naive cvxpy, {s}" for s in ("OSQP", "ECOS"))):
        assert f"| {name} |" in headline
    assert "sample/s | etf/s" in headline
    assert "| hearth over, bps a year | certain, liquidated |" in page
    assert str(tmp_path) not in page
    for name in ("compare-sample.md", "quality.md", "speed.md", "backtest/small/README.md"):
        assert (tmp_path / name).stat().st_size > 500


def test_a_part_that_breaks_is_told_and_costs_the_exit_code(tmp_path: Path) -> None:
    """The other parts are still on the page."""

    def parts(out: Path, sizes: Sizes) -> list[Measured]:
        return [("first", lambda: 1 / 0), ("second", lambda: Sentences((("a", "b", True),)))]

    assert small.main(["--out", str(tmp_path)], SMOKE, parts) == 1
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "**Broke off: ZeroDivisionError: division by zero**" in page
    assert "1 named situations, 1 of 1 sentences hold." in page


def test_a_sentence_that_does_not_hold_costs_the_exit_code(tmp_path: Path) -> None:
    """And is written out."""
    wrong = Sentences((("halved", "nothing is bought", False), ("halved", "it is told", True)))
    parts: list[Measured] = [("scenarios", lambda: wrong)]
    assert small.main(["--out", str(tmp_path)], SMOKE, lambda out, sizes: parts) == 1
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "- does not hold: halved: nothing is bought" in page


def test_runs_in_full_beside_the_page_are_named(tmp_path: Path) -> None:
    """The small one is not one of them."""
    for name in ("small", "long-past"):
        (tmp_path / "backtest" / name).mkdir(parents=True)
        (tmp_path / "backtest" / name / "README.md").touch()
    Page((Part("none", Sentences(()), 0.0),), ()).write(tmp_path)
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "[long-past](backtest/long-past/README.md)" in page
    assert "backtest/small/" not in page


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (quality, ["--households", "1", "--seconds", "1"]),
        (speed, ["--sizes", "mixed", "--households", "1", "--repeats", "1", "--certify", "2"]),
    ],
)
def test_a_measuring_command_writes_its_report(
    command: object, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Setting first, then limitations, then figures; and its rows as CSV."""
    name = command.__name__.rpartition(".")[2]  # type: ignore[attr-defined]
    monkeypatch.setattr("sys.argv", [name, *arguments, "--out", str(tmp_path)])
    command.main()  # type: ignore[attr-defined]
    text = (tmp_path / f"{name}.md").read_text(encoding="utf-8")
    assert text.index("machine:") < text.index("Limitations") < text.index("| ")
    assert (tmp_path / f"{name}.csv").stat().st_size > 100
