"""The command line: exit codes, one clear message, one JSON document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.policy import Policy, SolverChoice
from nightly.main import main
from nightly.run.choices import Choice

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
ASOF = "2026-11-20"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error of a command."""
    code = main(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Return exit code and the JSON document of a command."""
    code, out, _ = said(capsys, *arguments, "--json")
    return code, json.loads(out)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the sample book with one price of 0."""
    book = tmp_path_factory.mktemp("faulty") / "book"
    shutil.copytree(SAMPLE, book)
    path = book / "securities.csv"
    header, first, *rest = path.read_text("utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("price")] = "0"
    path.write_text("\n".join([header, ",".join(cells), *rest]) + "\n", "utf-8")
    return book


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """`hearth --version` says name and version and leaves with 0."""
    code, out, _ = said(capsys, "--version")
    assert (code, out.split()[0]) == (0, "hearth")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nope"],
        ["run", str(SAMPLE), "--out", "runs"],
        ["run", str(SAMPLE), "--asof", "20/11/2026", "--out", "runs"],
        ["run", str(SAMPLE), "--asof", ASOF, "--out", "runs", "--backend", "abacus"],
        ["run", str(SAMPLE), "--asof", ASOF, "--out", "runs", "--solver", "simplex"],
        ["plan", str(SAMPLE), "single-account", "--solver", "ecos", "--backend", "arrays"],
        ["plan", str(SAMPLE), "nobody"],
        ["run", str(SAMPLE), "--asof", ASOF, "--out", "runs", "--households", "no-file"],
        ["run", str(SAMPLE), "--asof", ASOF, "--out", "runs", "--format", "xlsx"],
        ["check", "no/such/folder"],
        ["orders"],
        ["orders", "--register", "no/such/folder"],
        ["fills", str(SAMPLE / "lots.csv"), "--register", "no/such/folder"],
        ["fills", str(SAMPLE / "lots.csv"), "--register", "no/such/folder", "--preview"],
        ["settle", str(SAMPLE), "--register", "no/such/folder", "--out", "next"],
        ["check", str(SAMPLE), "--asof", "1913-01-01"],
        ["verify", str(SAMPLE), "no/such/run"],
        ["book", "generate", "--households", "1", "--kind", "crypto", "--out", "made"],
    ],
)
def test_what_cannot_be_used_leaves_with_2(
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A wrong command, a missing book, a year without law: exit code 2, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    code, _, err = said(capsys, *arguments)
    assert code == 2
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_an_error_is_a_document_with_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json an error has a kind, a message, and the faults of an unusable book."""
    code, found = document(capsys, "check", "no/such/folder", "--asof", ASOF)
    assert code == 2
    assert "no/such/folder" in found["error"]["message"]
    assert found["error"]["faults"][0]["remedy"]
    code, found = document(capsys, "nope")
    assert (code, "nope" in found["error"]["message"]) == (2, True)


def test_check_lists_every_fault(capsys: pytest.CaptureFixture[str], faulty: Path) -> None:
    """Each fault has table, row, column, what, remedy and its households; exit code 1."""
    code, found = document(capsys, "check", str(faulty), "--asof", ASOF)
    assert code == 1
    prices = [f for f in found["faults"] if (f["table"], f["column"]) == ("securities", "price")]
    assert [(f["row"], f["index"]) for f in prices] == [(2, 0)]
    assert prices[0]["what"]
    assert prices[0]["remedy"]
    assert set(prices[0]["households"]) <= set(found["invalid_households"])


def test_check_is_a_page_too(capsys: pytest.CaptureFixture[str]) -> None:
    """On a page the sample's one invalid household is named with its faults and what would do."""
    code, out, _ = said(capsys, "check", str(SAMPLE))
    assert code == 1
    assert "faulty-data" in out
    assert "1 invalid; 3 faults" in out.replace("\n", " ")
    assert max(map(len, out.splitlines())) <= 100


def test_a_generated_book_is_sound(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`book generate` writes a book that check finds nothing in; a full folder is refused."""
    where = str(tmp_path / "book")
    command = ("book", "generate", "--households", "3", "--kind", "etf", "--out", where)
    assert main([*command, "--seed", "7", "--format", "csv"]) == 0
    capsys.readouterr()
    code, found = document(capsys, "check", where)
    assert (code, found["households"], found["faults"]) == (0, 3, [])
    assert main([*command, "--seed", "7"]) == 2


def test_law_cases_are_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file that cannot be read leaves with 2."""
    assert main(["law", "check", str(tmp_path / "no.json")]) == 2


def test_a_solver_that_takes_no_arrays_goes_through_cvxpy() -> None:
    """Naming ecos alone means cvxpy; the other solvers leave the backend to the policy."""
    assert Choice(solver="ecos").on(Policy()).solver == SolverChoice("ecos", "cvxpy")
    assert Choice(solver="osqp").on(Policy()).solver == SolverChoice("osqp", "arrays")
    assert Choice().on(Policy()) == Policy()


def test_a_night_from_end_to_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Run some households, read the tables, verify: everything answered, every figure agrees."""
    ids, out = tmp_path / "ids.txt", tmp_path / "runs"
    ids.write_text("single-account\nyear-end-harvest\nfaulty-data\n")
    command = ("run", str(SAMPLE), "--asof", ASOF, "--out", str(out), "--households", str(ids))
    code, facts = document(capsys, *command)
    assert (code, facts["households"], facts["run_id"]) == (0, 3, "2026-11-20-0001")
    assert facts["counts"] == {"planned": 2, "invalid": 1}
    plans = pd.read_parquet(out / facts["run_id"] / "plans.parquet").set_index("household_id")
    orders = pd.read_parquet(out / facts["run_id"] / "orders.parquet")
    counted = orders.groupby("household_id").size()
    assert plans["orders"].to_dict() == {"faulty-data": 0, **counted.to_dict()}
    code, found = document(capsys, "verify", str(SAMPLE), facts["folder"])
    assert (code, found["agree"], found["differences"]) == (0, True, [])


def test_verify_finds_what_was_changed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A share more in one order: breaches and differences by name, exit code 1."""
    ids, out = tmp_path / "ids.txt", tmp_path / "runs"
    ids.write_text("single-account\n")
    command = ("run", str(SAMPLE), "--asof", ASOF, "--out", str(out), "--households", str(ids))
    assert main([*command, "--format", "csv", "--workers", "0"]) == 0
    path = out / "2026-11-20-0001" / "orders.csv"
    orders = pd.read_csv(path)
    orders.loc[0, "shares"] += 1
    orders.to_csv(path, index=False)
    capsys.readouterr()
    code, found = document(capsys, "verify", str(SAMPLE), str(path.parent))
    assert code == 1
    assert "amount" in {d["what"] for d in found["differences"]}


def test_verify_with_another_book_names_its_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A file that is not there is nothing, and what belongs to no household names none."""
    ids, out, book = tmp_path / "ids.txt", tmp_path / "runs", tmp_path / "book"
    ids.write_text("single-account\n")
    command = ("run", str(SAMPLE), "--asof", ASOF, "--out", str(out), "--households", str(ids))
    assert main([*command, "--workers", "0"]) == 0
    shutil.copytree(SAMPLE, book)
    (book / "returns.csv").write_text("date,asset_class,daily_return\n")
    code, said_so, _ = said(capsys, "verify", str(book), str(out / "2026-11-20-0001"))
    assert code == 1
    first, *_, last = said_so.splitlines()[-2:]
    assert first.startswith("input (returns.csv): nothing in the run, ")
    assert last == "2026-11-20-0001: 1 difference; households that differ: 0, of 1 with a plan"


def test_a_summary_shows_a_few_of_many_faults(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The plan names them all, prices of days ago in one breath; the night is not fine."""
    ids, out = tmp_path / "ids.txt", tmp_path / "runs"
    ids.write_text("all-weather\nfaulty-data\n")
    command = ["run", str(SAMPLE), "--asof", "2026-11-25", "--out", str(out), "--workers", "0"]
    code, page, _ = said(capsys, *command, "--households", str(ids))
    assert code == 1 and "2 of 2 households invalid" in page.splitlines()[-1]
    plans = pd.read_parquet(out / "2026-11-25-0001" / "plans.parquet").set_index("household_id")
    stale = plans.loc["all-weather", "reason"]
    assert stale.startswith("securities, rows 2 to ") and stale.count("days before") == 1
    assert plans.loc["faulty-data", "reason"].count(" | ") == 3
    (line,) = (line for line in page.splitlines() if "faulty-data  lots" in line)
    assert line.count(" | ") == 3 and line.endswith(" | and 1 fault more")


def test_a_book_that_is_no_folder_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nothing is said of dates where there is nothing to take one from."""
    for place in (tmp_path / "nowhere", SAMPLE / "lots.csv"):
        code, _, err = said(capsys, "plan", str(place), "lee")
        assert code == 2
        assert f"{place} is not a folder" in err


def test_one_plan_on_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """The page fits a hundred columns and holds every section; JSON says the same."""
    code, out, _ = said(capsys, "plan", str(SAMPLE), "year-end-harvest")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    for title in ("weights", "accounts", "orders", "tax of the year", "objective", "to know"):
        assert f"\n{title}" in out
    code, found = document(capsys, "plan", str(SAMPLE), "year-end-harvest")
    assert (code, found["status"]) == (0, "planned")
    assert found["figures"]["orders"] == len(found["orders"]) > 0
    assert sum(row["after"] for row in found["weights"]) == pytest.approx(1.0)
    assert found["certificate"]["gap_bps"] >= -1e-4
