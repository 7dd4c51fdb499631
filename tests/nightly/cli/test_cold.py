"""What a command from a cold shell imports: a second of libraries is a second of waiting."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

TOLD = """
import gc, sys
from nightly.main import entry
sys.argv[1:] = ["plan", "scenarios/sample", "drifted-60-40", "--json"]
try:
    entry()
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
    print("collects" if gc.isenabled() and gc.get_freeze_count() else "", file=sys.stderr)
"""


@pytest.fixture(scope="module")
def imported() -> list[str]:
    """What was imported when the sample household had been planned and explained."""
    run = subprocess.run(
        (sys.executable, "-c", TOLD), cwd=ROOT, capture_output=True, text=True, check=True
    )
    return run.stderr.splitlines()


def test_one_plan_does_without_pandas(imported: list[str]) -> None:
    """`pyarrow` imports it as soon as it is handed a Python value, and so does its `acero`."""
    assert "pyarrow.compute" in imported
    assert {"pandas", "pyarrow.acero"}.isdisjoint(imported)


@pytest.mark.parametrize(
    "unneeded",
    [
        "cvxpy",
        "clarabel",
        "multiprocessing",
        "nightly.alerts",
        "nightly.partition.cut",
        "nightly.proof",
        "nightly.reconcile",
        "nightly.register",
        "nightly.run.night",
        "nightly.settle",
        "nightly.triage.prepare",
        "nightly.workers.engines",
    ],
)
def test_one_plan_imports_nothing_of_a_night(unneeded: str, imported: list[str]) -> None:
    """Each of these is imported inside the command that needs it."""
    assert "optimizer.rebalance" in imported
    assert unneeded not in imported


def test_garbage_is_collected_once_everything_is_imported(imported: list[str]) -> None:
    """What was imported is left out of it for good; a night is long."""
    assert imported[-1] == "collects"
