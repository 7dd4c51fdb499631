"""What a night says of those without a plan: the most pressing first, and how many more."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from nightly.cli.night_page import Troubles, print_summary
from nightly.run.tally import Summary
from nightly.workers.messages import Tick


def page(answers: list[tuple[str, str]], most: int, counts: dict[str, int] | None = None) -> str:
    """Return the page of a night with answers, household and status, in the order of ticks."""
    troubles = Troubles(most)
    for name, status in answers:
        troubles.add(Tick(name, status, "why", 0.0))
    told = counts or {status: [s for _, s in answers].count(status) for _, status in answers}
    console = Console(file=StringIO(), width=100, color_system=None, markup=False)
    summary = Summary(len(answers), told, {}, 1.0, (), 0)
    print_summary(console, summary, "runs/r", troubles)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_failure_is_not_hidden_behind_faulty_rows() -> None:
    """Failed and refused, then infeasible, then invalid; each by id; answers are not troubles."""
    invalid = [(f"a{number}", "invalid") for number in range(5)]
    others = [("z", "failed"), ("y", "refused"), ("x", "infeasible"), ("w", "planned")]
    lines = page([*invalid, *others], 5).splitlines()
    assert [line.split()[:2] for line in lines[:5]] == [
        ["failed", "z"],
        ["refused", "y"],
        ["infeasible", "x"],
        ["invalid", "a0"],
        ["invalid", "a1"],
    ]
    assert lines[5] == "and 3 more: hearth alerts runs/r"


def test_a_list_that_is_whole_names_no_more() -> None:
    """As many as are shown."""
    assert "more" not in page([("a", "invalid"), ("b", "planned")], 1)


def test_a_night_that_went_on_counts_those_before() -> None:
    """Who was answered by an earlier attempt has no tick, and is not forgotten."""
    said = page([], 5, {"failed": 2, "planned": 1})
    assert said.startswith("2 households without a plan: hearth alerts runs/r\n")
