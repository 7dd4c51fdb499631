"""The register in a database says what the file says, line by line, and is never what decides."""

from __future__ import annotations

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy

from nightly.main import main
from nightly.register.register import NAME, Register, entries_in, text_of
from nightly.register.whole import HEAD
from nightly.sql.register import copy_register
from nightly.sql.tables import DatabaseError
from tests.postgres import Postgres

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
ASOF = "2026-11-20"


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    with sqlalchemy.create_engine(url).connect() as connection:
        return [tuple(row) for row in connection.execute(sqlalchemy.text(query))]


def night(place: Path, url: str) -> Path:
    """Run one household of a book in a database; return the run's folder."""
    assert main(["book", "copy", str(SAMPLE), url]) == 0
    (place / "ids").write_text("drifted-60-40\n")
    command = ["run", "--book", url, "--asof", ASOF, "--out", str(place / "runs")]
    assert main([*command, "--households", str(place / "ids"), "--workers", "0"]) == 0
    return place / "runs" / f"{ASOF}-0001"


def same(register: Path, url: str) -> None:
    """Assert that the database has exactly the lines of the file."""
    told = rows(url, "select number, sha256, line from register_lines order by number")
    assert told == [(e.number, head, text_of(e)) for head, e in entries_in(register)]


def test_the_database_follows_line_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proposed, sent, filled, corrected, asked back: lines, tickets and fills are the file's."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    run = night(tmp_path, url)
    register = run.parent / NAME
    same(register, url)
    assert main(["export", str(run)]) == 0
    same(register, url)
    with (run / "exports" / "0001" / "tickets.csv").open(newline="") as file:
        first = next(csv.DictReader(file))
    answers = tmp_path / "answers.csv"
    line = f"{first['ticket_id']},f1,1,{first['limit_price']}"
    answers.write_text(f"ticket_id,fill_id,shares,price\n{line}\n")
    assert main(["fills", str(answers), "--register", str(run.parent)]) == 0
    same(register, url)
    again = f"{first['ticket_id']},f1,1,{first['limit_price']},2026-11-23,f1"
    answers.write_text(f"ticket_id,fill_id,shares,price,trade_date,corrects\n{again}\n")
    assert main(["fills", str(answers), "--register", str(run.parent)]) == 0
    assert main(["cancel", str(run), "--by", "Ann", "--why", "no"]) == 0
    same(register, url)
    now = Register(register).read()
    told = rows(url, "select ticket_id, state, shares, filled, steps from register_tickets")
    assert set(told) == {
        (name, s.state.value, str(s.ticket.shares), str(s.filled), len(s.steps))
        for name, s in now.tickets.items()
    }
    ((fill_id, shares, day),) = rows(url, "select fill_id, shares, trade_date from register_fills")
    assert (fill_id, Decimal(str(shares)), day) == ("f1", 1, "2026-11-23")
    assert copy_register(register, url) == 0
    assert capsys.readouterr().err.count("not copied") == 0


def test_a_database_that_is_away_follows_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file holds; what was not copied is told and copied with the next line."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    run = night(tmp_path, url)
    reject = ["reject", str(run), "drifted-60-40", "--by", "Ann", "--why", "no"]
    (tmp_path / "book.db").rename(tmp_path / "away.db")
    (tmp_path / "book.db").mkdir()
    assert main(reject) == 0
    assert "not copied to the database" in capsys.readouterr().err
    (tmp_path / "book.db").rmdir()
    (tmp_path / "away.db").rename(tmp_path / "book.db")
    assert main(reject) == 0
    same(run.parent / NAME, url)


def test_other_lines_are_refused(tmp_path: Path) -> None:
    """A database whose line was changed is told, and not written over."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    run = night(tmp_path, url)
    with sqlalchemy.create_engine(url).begin() as connection:
        connection.execute(sqlalchemy.text("update register_lines set sha256 = 'x'"))
    with pytest.raises(DatabaseError, match="other lines"):
        copy_register(run.parent / NAME, url)


def test_postgresql_has_the_same(postgres: Postgres, tmp_path: Path) -> None:
    """One night, one export."""
    url = postgres.database("register_of_orders")
    run = night(tmp_path, url)
    assert main(["export", str(run)]) == 0
    copy_register(run.parent / NAME, url)
    same(run.parent / NAME, url)


def decided(run: Path, word: str, why: str) -> int:
    """Decide on the one household's plan."""
    return main([word, str(run), "drifted-60-40", "--by", "Ann", "--why", why])


def test_a_folder_that_was_put_back_whole_is_known_by_its_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing beside the register knows more; the database does, and nothing leaves or is decided.

    Going on without what is lost, the database follows again, and keeps the lost lines apart.
    """
    url = f"sqlite:///{tmp_path / 'book.db'}"
    run = night(tmp_path, url)
    kept = shutil.copytree(run.parent, tmp_path / "kept")
    assert decided(run, "reject", "client called") == 0
    lost = rows(url, "select sha256 from register_lines where number > 2")
    shutil.rmtree(run.parent)
    shutil.copytree(kept, run.parent)
    before = (run.parent / NAME).read_bytes()
    capsys.readouterr()
    for command in (["export", str(run)], ["pending", str(run)], ["fills", str(tmp_path / "ids")]):
        more = ["--register", str(run.parent)] if command[0] == "fills" else []
        assert main([*command, *more]) == (1 if command[0] == "pending" else 2)
        said = capsys.readouterr().err
        assert command[0] == "fills" or f"{url} knows of 3 lines" in said
    assert decided(run, "approve", "so") == 2
    assert (run.parent / NAME).read_bytes() == before
    assert main(["export", str(run), "--book-again", "--by", "Eve"]) == 0
    assert "not copied" not in capsys.readouterr().err
    assert decided(run, "approve", "so") == 0
    identity = Register(run.parent / NAME).read().identity
    own = f"from register_lines where register = '{identity}'"
    told = rows(url, f"select number, sha256, line {own} order by number")
    assert told == [(e.number, head, text_of(e)) for head, e in entries_in(run.parent / NAME)]
    apart = "select sha256 from register_lines where register like '% as lost after 2, to %'"
    assert rows(url, apart) == lost
    assert main(["export", str(run)]) == 0
    states = rows(url, "select distinct state from register_tickets")
    assert states == [("sent",)]


def test_a_night_says_that_its_database_knows_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes on, and both are told: what was lost, and that the database does not follow."""
    url = f"sqlite:///{tmp_path / 'book.db'}"
    run = night(tmp_path, url)
    kept = (run.parent / NAME).read_bytes()
    assert decided(run, "reject", "client called") == 0
    (run.parent / NAME).write_bytes(kept)
    (run.parent / NAME).with_suffix(HEAD).unlink()
    command = ["run", "--book", url, "--asof", ASOF, "--out", str(run.parent), "--workers", "0"]
    capsys.readouterr()
    assert main([*command, "--households", str(tmp_path / "ids"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["failed_on"]
    assert found == ["cut-back-register", "register-not-copied"]
