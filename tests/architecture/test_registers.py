"""Terms and rules: every file is registered, states one part, and bears its name."""

from __future__ import annotations

from pathlib import Path
from types import FunctionType

import pytest

import optimizer
from optimizer.judge.rules import RULES as JUDGED
from optimizer.program.rules import RULES
from optimizer.program.terms import TERMS

HERE = Path(str(optimizer.__file__)).parent


def stated_in(folder: str) -> set[str]:
    """Return the names of the files of a folder that state something."""
    return {path.stem for path in (HERE / folder).glob("*.py") if path.stem != "__init__"}


@pytest.mark.parametrize(
    ("folder", "register"), [("program/terms", TERMS), ("program/rules", RULES)]
)
def test_every_file_is_registered_once(folder: str, register: tuple[FunctionType, ...]) -> None:
    """A term or rule that is forgotten in its `__init__` would hold nothing, in silence."""
    names = [state.__module__.rpartition(".")[2] for state in register]
    assert sorted(names) == sorted(stated_in(folder))
    assert len(set(names)) == len(names)
    assert all(state.__name__ == "state" for state in register)


def test_every_rule_of_the_judge_is_registered() -> None:
    """The judge's own rules are a register too; each file of its folder serves it."""
    served = {rule.__module__.rpartition(".")[2] for rule in JUDGED}
    assert served <= stated_in("judge/rules")
    assert stated_in("judge/rules") - served <= {"form"}


@pytest.mark.parametrize("folder", ["program/terms", "program/rules"])
def test_every_term_and_rule_has_a_case_worked_by_hand(folder: str) -> None:
    """One file of tests bears the name of each."""
    tests = Path(__file__).resolve().parents[1] / "optimizer" / folder
    assert {path.stem.removeprefix("test_") for path in tests.glob("test_*.py")} == stated_in(
        folder
    )
