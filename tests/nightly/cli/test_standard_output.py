"""Standard output is ours alone: one document with --json, whatever libraries say meanwhile."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nightly.main import main

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
ASOF = "2026-11-20"

CHATTY = """
import ctypes, os, sys
import optimizer.solvers.chain as solve

answer = solve.answer_of

def chatty(name, program):
    os.write(1, b"Running a solver with a banner\\n")
    ctypes.CDLL(None).puts(b"and what C keeps in its own buffer")
    return answer(name, program)

solve.answer_of = chatty
from nightly.main import main
sys.exit(main(sys.argv[1:]))
"""
"""The command line with a solver that greets past Python, at once and from a buffer."""


def heard(*arguments: str, script: str = CHATTY) -> tuple[str, str]:
    """Return standard output and standard error of a command in its own process."""
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return ran.stdout, ran.stderr


def test_a_banner_of_a_solver_is_no_part_of_the_document() -> None:
    """Written at once or flushed when the process ends: it goes to standard error."""
    out, err = heard("plan", str(SAMPLE), "single-account", "--asof", ASOF, "--json")
    assert json.loads(out)["status"] == "planned"
    assert "banner" in err
    assert "buffer" in err


def test_a_page_and_a_table_are_ours_alone_too() -> None:
    """What is printed for people, or as CSV, holds no banner either."""
    page, _ = heard("plan", str(SAMPLE), "single-account", "--asof", ASOF)
    assert page.startswith("╭─ single-account")
    assert "banner" not in page
    table, _ = heard("frontier", str(SAMPLE), "single-account", "--asof", ASOF, "--points", "2")
    assert len(list(csv.DictReader(io.StringIO(table)))) == 2


def test_standard_output_is_given_back(capfd: pytest.CaptureFixture[str]) -> None:
    """After a command in the same process C and Python print where they did."""
    assert main(["plan", str(SAMPLE), "inside-bands", "--asof", ASOF, "--json"]) == 0
    print("Python", flush=True)
    os.write(1, b"C")
    out = capfd.readouterr().out
    found, end = json.JSONDecoder().raw_decode(out)
    assert found["status"] == "no_action"
    assert out[end:].split() == ["Python", "C"]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return households of the sample that plan, prove, rescue and round, and an invalid one."""
    folder = tmp_path_factory.mktemp("paths") / "book"
    shutil.copytree(SAMPLE, folder)
    path = folder / "households.csv"
    header, *rows = path.read_text("utf-8").splitlines()
    kept = [row for row in rows if row.split(",")[0] in HOUSEHOLDS]
    path.write_text("\n".join([header, *kept]) + "\n", "utf-8")
    return folder


HOUSEHOLDS = (
    *("single-account", "budget-cannot-hold", "inside-bands", "tax-budget-binds"),
    *("not-worth-a-ticket", "faulty-data"),
)

SOLVERS = (
    *(("--solver", name) for name in ("piqp", "clarabel", "osqp")),
    *(("--backend", "cvxpy", "--solver", name) for name in ("clarabel", "osqp", "ecos")),
)


@pytest.mark.parametrize("solver", SOLVERS, ids=" ".join)
def test_every_solver_leaves_one_document(
    book: Path, solver: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    """Plans, proofs of a HiGHS program and idle households: standard output parses.

    Through cvxpy a plan and a proof only: the other ways to them are the same program's.
    """
    for household in HOUSEHOLDS[: 2 if "cvxpy" in solver else None]:
        arguments = ["plan", str(book), household, "--asof", ASOF, *solver, "--json"]
        assert main(arguments) == 0
        assert json.loads(capfd.readouterr().out)["household_id"] == household
