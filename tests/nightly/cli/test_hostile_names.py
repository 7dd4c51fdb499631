"""A name that a terminal would obey is shown as an escape, wherever a command prints it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from nightly.cli import console
from nightly.main import main
from tests.nightly.cli.test_plain_texts import ASOF, renamed_book
from workbench.wording import plain

BIDI, ESCAPE, LINE = "\u202e", "\x1b[2K\x1b[1;31m", "\u2028"
LEE = f"eel{BIDI}{ESCAPE}{LINE}"
SHOWN = r"eel\u202e\x1b[2K\x1b[1;31m\u2028"

NAMED = {
    "lee-joint": f"joint{BIDI}",
    "lot-1": f"lot{ESCAPE}",
    "BND": f"B{BIDI}D",
    r"\blee\b(?!-)": LEE,
}
"""Ids of the small book, as patterns, and what they are called here."""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book with names that a terminal obeys."""
    return renamed_book(tmp_path_factory.mktemp("hostile") / "book", NAMED)


@pytest.fixture(scope="module")
def run(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the book's night: its household is invalid, and told with its name."""
    runs = tmp_path_factory.mktemp("runs")
    command = ["run", str(book), "--asof", ASOF, "--out", str(runs), "--workers", "0"]
    assert main([*command, "--fail-on", "none"]) == 0
    return runs / f"{ASOF}-0001"


def page(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Return all that a command prints, of which a terminal obeys nothing."""
    capsys.readouterr()
    main(command)
    told = capsys.readouterr()
    for line in (told.out + told.err).split("\n"):
        assert line.isprintable(), line
    return told.err + told.out


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize(
    "command",
    [
        *(
            "check BOOK",
            "drift BOOK",
            "run BOOK --asof 2026-11-20 --out OUT --workers 0",
            "plan BOOK LEE",
        ),
        *("rules touch BOOK LOT", "pending RUN", "show RUN", "show RUN LEE", "alerts RUN"),
        *("approve RUN LEE --by Ann --why so", "cancel RUN LEE --by Ann --why so"),
        *("export RUN", "propose BOOK LEE --runs RUNS --why so --raise 1000"),
        *("verify BOOK RUN", "settle BOOK --register RUNS --out OUT", "replay RUN LEE"),
    ],
)
def test_a_command_prints_it_plainly(
    book: Path,
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    more: tuple[str, ...],
) -> None:
    """As a page, as an error, and as a document, in which it is JSON's own escape."""
    words = {"BOOK": str(book), "RUN": str(run), "RUNS": str(run.parent), "LEE": LEE}
    words |= {"OUT": str(tmp_path / "out"), "LOT": f"lot{ESCAPE}"}
    told = page(capsys, *(words.get(word, word) for word in command.split()), *more)
    if more:
        json.loads(told[told.index("{") :])


@pytest.mark.parametrize("command", ["check", "run", "alerts", "show"])
def test_the_name_is_still_known(
    book: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """With its escapes, in full: two names that look alike are two."""
    of_run = command in ("alerts", "show")
    out = ["--asof", ASOF, "--out", str(tmp_path / "out"), "--workers", "0"]
    more = out if command == "run" else []
    assert SHOWN in page(capsys, command, str(run if of_run else book), *more)


def test_a_document_says_the_name_itself(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads the JSON has the very text, astral characters too."""
    (plans,) = json.loads(page(capsys, "show", str(run), "--json"))["plans"]
    assert plans["household_id"] == LEE
    capsys.readouterr()
    console.say_json({"a": "\U000e0001\u202e é"})
    out = capsys.readouterr().out
    assert json.loads(out) == {"a": "\U000e0001\u202e é"} and "é" in out
    assert r"\udb40\udc01\u202e" in out


def test_nothing_on_a_page_gets_past(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor what has a style, what stands in a table, or what nobody made plain before."""
    made = console.page()
    table = Table("name", "other")
    table.add_row(LEE, Text(LEE, "red"))
    made.print(table)
    made.print(Text.assemble("\n", (LEE, "bold")), f"line{ESCAPE}\nhearth: all is well")
    lines = capsys.readouterr().out.split("\n")
    assert all(line.isprintable() for line in lines)
    assert SHOWN in "".join(lines)
    assert not any(line.startswith("hearth: all is well") for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë 株式 ½", "Zoë 株式 ½"),
        ("a\u200bb", r"a\u200bb"),
        ("a\tb\nc", r"a\tb\nc"),
        ("山田\u3000太郎\xa0様", "山田\u3000太郎\xa0様"),
    ],
)
def test_what_is_shown_stays_as_it_is(text: str, shown: str) -> None:
    """Letters of any script; not what has no width, or breaks a line."""
    assert plain(text) == shown
