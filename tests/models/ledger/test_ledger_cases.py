"""Every case file holds: what the ledger says after the orders is what the file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.ledger.case_text import found, read_case

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_case_holds(path: Path) -> None:
    """Each line of the `after` section states what the ledger says."""
    case = read_case(path)
    ledger = case.replay()
    expected = {line[:-1]: line[-1] for line in case.after}
    assert expected == {line[:-1]: found(case, ledger, line) for line in case.after}


def test_there_are_cases_and_each_says_something() -> None:
    """An empty folder, or a file without an `after` section, would pass in silence."""
    assert len(CASES) >= 20
    assert [path.stem for path in CASES if not read_case(path).after] == []
