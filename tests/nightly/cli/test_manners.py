"""What a person may expect of every command: told at once, nothing lost, nothing written over."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from nightly.main import main
from tests.books import ASOF, tiny_book, write

ROOT = Path(__file__).resolve().parents[3]
LONG = "a-household-whose-id-is-longer-than-any-page-is-wide-" + "x" * 60


def test_make_run_says_at_once_what_it_does_and_how_long() -> None:
    """Before anything is set up: what, into where, how long, and what Ctrl-C keeps."""
    told = subprocess.run(
        ["make", "--no-print-directory", "-n", "run", "RUNS=elsewhere"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    first = told.splitlines()[0]
    assert "elsewhere/" in first and "seconds" in first
    assert told.index("Ctrl-C") < told.index("hearth run")


def test_a_night_says_how_many_before_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, so that a document stays one."""
    book = write(tiny_book(), tmp_path / "book")
    out = ["--asof", ASOF.isoformat(), "--out", str(tmp_path / "runs"), "--workers", "0"]
    assert main(["run", str(book), *out, "--json"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("3 households\n")
    assert json.loads(told.out)["households"] == 3


def test_ctrl_c_says_what_is_kept_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that it names goes on."""

    def interrupted(*told: Any) -> Any:
        raise KeyboardInterrupt

    book = write(tiny_book(), tmp_path / "book")
    out = ["--out", str(tmp_path / "runs"), "--workers", "0"]
    with monkeypatch.context() as patch:
        patch.setattr("nightly.workers.chunk_answers.ChunkAnswers.of", interrupted)
        assert main(["run", str(book), "--asof", ASOF.isoformat(), *out]) == 2
    told = capsys.readouterr().err
    assert "interrupted" in told and "0 chunks" in told and "Traceback" not in told
    command = told.split("hearth ")[-1].split()
    assert main([*command, "--workers", "0"]) == 0


@pytest.mark.parametrize("command", ["frontier", "drift", "reconcile", "fills"])
def test_a_file_that_is_there_is_written_over_by_force_only(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The refusal comes first, before anything is done, and says what would do."""
    book = write(tiny_book(), tmp_path / "book")
    there = tmp_path / "there"
    there.write_text("mine")
    (tmp_path / "fills.csv").write_text("ticket_id,fill_id,shares,price\n")
    (tmp_path / "orders.register").touch()
    told = {
        "frontier": [str(book), "H2", "--points", "2", "--out", str(there)],
        "drift": [str(book), "--format", "csv", "--out", str(there)],
        "reconcile": [str(book), str(book), "--ready", str(there)],
        "fills": [str(tmp_path / "fills.csv"), "--register", str(tmp_path), "--out", str(there)],
    }[command]
    assert main([command, *told]) == 2
    assert "--force" in capsys.readouterr().err and there.read_text() == "mine"
    assert main([command, *told, "--force"]) == 0
    assert there.read_text() != "mine"


def test_what_is_not_installed_is_named_with_the_command_that_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a clone, which is where Hearth comes from."""
    found = builtins.__import__

    def without_sql(name: str, *more: Any) -> Any:
        if name.startswith("nightly.sql"):
            raise ImportError("No module named 'sqlalchemy'")
        return found(name, *more)

    monkeypatch.setattr(builtins, "__import__", without_sql)
    out = ["--asof", ASOF.isoformat(), "--out", str(tmp_path / "runs")]
    assert main(["run", "--book", f"sqlite:///{tmp_path}/book.db", *out]) == 2
    assert "pip install -e '.[sql]'" in capsys.readouterr().err


def renamed(place: Path) -> Path:
    """Write a book whose first household has a very long id, and an account of it too."""
    tables = tiny_book()
    for rows in tables.values():
        for row in rows:
            for column in ("household_id", "account_id"):
                if row.get(column) in ("H2", "A2-TAX"):
                    row[column] = LONG if column == "household_id" else f"{LONG}.a"
    tables["lots"][5]["shares"] = -1.0
    return write(tables, place)


@pytest.mark.parametrize("command", ["check", "drift", "show"])
def test_an_id_is_never_broken(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However narrow the page: whoever copies an id from a table has the whole of it."""
    book = renamed(tmp_path / "book")
    if command == "show":
        out = ["--asof", ASOF.isoformat(), "--out", str(tmp_path), "--workers", "0"]
        main(["run", str(book), *out])
        (run,) = tmp_path.glob("2026*")
        told = ["show", str(run)]
    else:
        told = [command, str(book), "--asof", ASOF.isoformat()]
    capsys.readouterr()
    main(told)
    assert LONG in capsys.readouterr().out


def test_a_trail_reads_as_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The order first, then a part after the other; no braces, no whole digest."""
    book = write(tiny_book(), tmp_path / "book")
    out = ["--asof", ASOF.isoformat(), "--out", str(tmp_path / "runs"), "--workers", "0"]
    assert main(["run", str(book), *out]) == 0
    (run,) = (tmp_path / "runs").glob("2026*")
    order = pd.read_parquet(run / "orders.parquet").iloc[0]
    capsys.readouterr()
    assert main(["trace", str(run), order["order_id"]]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{order['order_id']}: {order['side']} ")
    assert "{" not in said and "None" not in said
    headings = [line for line in said.splitlines() if line and not line.startswith(" ")]
    assert {"why", "inputs", "policy"} <= {line.split()[0] for line in headings}


def test_an_interrupt_before_anything_began_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Libraries take a second to be read, in which a person may think again."""

    class Slow(ModuleType):
        def __getattr__(self, name: str) -> None:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "nightly.cli.command", Slow("nightly.cli.command"))
    assert main(["orders"]) == 2
    assert capsys.readouterr().err == "hearth: interrupted; nothing was begun\n"
