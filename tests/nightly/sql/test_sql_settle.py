"""A book in a database is settled and reconciled as one in a folder is, with the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightly.main import main
from nightly.run.stores import local_folder
from tests.nightly.register import orders
from tests.nightly.settle.small import DAY, RUN, TWO_LOTS, Trading, book, tables
from tests.postgres import Postgres

SELL = orders.ticket(RUN, "h1")


def traded(place: Path) -> tuple[Path, Trading]:
    """Return a book, and a register with a sale that is filled in part."""
    before = book(place / "book", tables(TWO_LOTS))
    trading = Trading(place)
    trading.send(SELL)
    trading.fill(SELL, "50", "301.10")
    return before, trading


def settled(before: object, trading: Trading, out: object) -> int:
    """Settle from one place into another."""
    return main(["settle", str(before), "--register", str(trading.register), "--out", str(out)])


def same_next_book(
    place: Path, url: str, next_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Folder to folder, and database to database: no difference, and no table of another kind."""
    before, trading = traded(place)
    assert main(["book", "copy", str(before), url]) == 0
    assert settled(before, trading, place / "next") == 0
    assert settled(url, trading, next_url) == 0
    assert settled(url, trading, place / "mixed") == 0
    capsys.readouterr()
    assert main(["reconcile", next_url, str(place / "next"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []
    assert main(["reconcile", str(place / "mixed"), next_url]) == 0
    assert main(["reconcile", url, next_url]) == 1
    assert {path.stem for path in local_folder(next_url).iterdir()} >= {
        "lots",
        "trades",
        "policies",
    }
    assert settled(url, trading, next_url) == 2
    assert "already" in capsys.readouterr().err


def test_sqlite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file for each book."""
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("book", "next")]
    same_next_book(tmp_path, *urls, capsys)


def test_postgresql(postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One database for each book."""
    urls = [postgres.database(name) for name in ("settle_from", "settle_to")]
    same_next_book(tmp_path, *urls, capsys)


@pytest.mark.parametrize("command", ["settle", "reconcile", "check", "plan", "run"])
def test_a_database_that_is_missing_is_told_and_not_made(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistyped path leaves no empty file behind that looks like a book."""
    _, trading = traded(tmp_path)
    url = f"sqlite:///{tmp_path / 'missing.db'}"
    asof = ["--asof", DAY.isoformat()]
    told = {
        "settle": [url, "--register", str(trading.register), "--out", str(tmp_path / "next")],
        "reconcile": [url, str(tmp_path / "book")],
        "check": [url, *asof],
        "plan": [url, "h1", *asof],
        "run": ["--book", url, *asof, "--out", str(tmp_path / "nights")],
    }
    assert main([command, *told[command]]) == 2
    said = capsys.readouterr().err
    assert "missing.db" in said and "Traceback" not in said
    assert not (tmp_path / "missing.db").exists() and not (tmp_path / "next").exists()
