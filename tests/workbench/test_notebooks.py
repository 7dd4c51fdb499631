"""The example notebooks run from the first cell to the last, each cell showing what it ends in."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.nightly.web.opened import parsed

FOLDER = Path(__file__).resolve().parents[2] / "workbench" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

MOST_BYTES = 20_000
"""Of a notebook without outputs."""


def cells(path: Path, kind: str) -> list[str]:
    """Return the text of every cell of a kind."""
    told = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in told if cell["cell_type"] == kind]


def run(text: str, names: dict[str, Any], called: str) -> str | None:
    """Run a cell; return what a notebook shows of its last expression, None where it has none."""
    tree = ast.parse(text)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, called, "exec"), names)  # noqa: S102 -- it is ours, and short
    if not isinstance(last, ast.Expr):
        return None
    value = eval(compile(ast.Expression(last.value), called, "eval"), names)  # noqa: S307 -- ours
    html = getattr(value, "_repr_html_", None)
    return repr(value) if html is None else html()


def test_there_are_three() -> None:
    """Tuning weights, the cost of a rule, and a night."""
    named = [path.stem for path in NOTEBOOKS]
    assert named == ["a_nights_anatomy", "tune_weights", "what_a_rule_costs"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_stripped_and_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From its own folder, as a notebook does; nothing is left of an earlier time."""
    told = json.loads(path.read_text("utf-8"))
    assert (told["nbformat"], path.stat().st_size < MOST_BYTES) == (4, True)
    assert len({cell["id"] for cell in told["cells"]}) == len(told["cells"])
    for cell in told["cells"]:
        assert cell.get("outputs", []) == [] and cell.get("execution_count") is None
    monkeypatch.chdir(FOLDER)
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = [run(text, names, path.name) for text in cells(path, "code")]
    assert None not in shown and "False" not in shown
    for each in shown:
        assert each and not {tag for tag, _ in parsed(each).tags} & {"script", "img", "iframe"}


def test_a_term_of_ones_own_takes_ten_lines() -> None:
    """The cell that says one, and plans with it."""
    (cell,) = (
        text for text in cells(FOLDER / "what_a_rule_costs.ipynb", "code") if "plan_with" in text
    )
    assert len([line for line in cell.splitlines() if line.strip()]) <= 10
