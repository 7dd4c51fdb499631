"""Whatever a book calls its things, every page prints it so: no id is a style or a picture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from nightly.main import main

ROOT = Path(__file__).resolve().parents[3]
ASOF = "2026-11-20"

NAMED = {
    "lee-joint": "[/red]joint",
    "lee-ira": "ira[link=x]",
    "lee-return": "[bold]:gem:",
    "lot-1": "[/]:key:",
    "BND": "B[red]",
    "balanced": "to[/b]",
    r"\blee\b(?!-)": "[dim]lee:x:",
}
"""Ids of the small book, as patterns, and what they are called here."""

LEE = "[dim]lee:x:"


def test_pages_are_made_in_one_place() -> None:
    """The one that takes no text for markup; the bar of progress prints no text of a book."""
    made = {
        path.name
        for room in ("nightly", "workbench")
        for path in (ROOT / room).rglob("*.py")
        if re.search(r"\bConsole\b(?!.* import)\(|\(Console\)", path.read_text("utf-8"))
    }
    assert made == {"console.py", "progress.py"}


SAYS = r"(?<![\w.])print\(|std(out|err)\.write\(|\becho\((?!.*(version|get_help)\(\))"
"""What prints past the helpers that make a text plain."""


def test_commands_print_through_the_helpers_that_make_a_text_plain() -> None:
    """A name out of a book reaches no terminal otherwise; how far a night is are figures alone."""
    past = {
        path.name
        for path in (ROOT / "nightly" / "cli").rglob("*.py")
        if re.search(SAYS, path.read_text("utf-8"))
    }
    assert past == {"console.py", "progress.py"}


def renamed_book(folder: Path, named: Mapping[str, str]) -> Path:
    """Return the small book of `docs/tables.md` with its ids, as patterns, called otherwise."""
    folder.mkdir()
    text = (ROOT / "docs" / "tables.md").read_text("utf-8")
    for name, table in re.findall(r"```csv my-book/(\S+)\n(.*?)```", text, re.DOTALL):
        for was, now in named.items():
            table = re.sub(was, lambda _, now=now: now, table)
        (folder / name).write_text(table, "utf-8")
    return folder


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the small book with ids that look like markup."""
    return renamed_book(tmp_path_factory.mktemp("odd") / "book", NAMED)


@pytest.fixture(scope="module")
def run(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the book's night."""
    runs = tmp_path_factory.mktemp("runs")
    assert main(["run", str(book), "--asof", ASOF, "--out", str(runs), "--workers", "0"]) == 0
    return runs / f"{ASOF}-0001"


def page(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Return the page of a command that leaves with 0, with what it wrapped put together."""
    capsys.readouterr()
    code = main(command)
    told = capsys.readouterr()
    assert code == 0, told.err
    return told.out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["check"], "1 household"),
        (["drift"], LEE),
        (["drift", "--propose"], "sell B[red]"),
        (["rules", "touch", "[/]:key:"], f"lot [/]:key: of {LEE}"),
        (["rules", "touch", "ira[link=x]"], f"account ira[link=x] of {LEE}"),
        (["rules", "break", "limits.class_max = { stocks = 0.1 }"], LEE),
        (["plan", LEE], "[/red]joint"),
        (["plan", LEE], "[bold]:gem: (mfj)"),
        (["plan", LEE], "weights against to[/b]"),
        (["plan", LEE, "--raise", "1000"], "[/red]joint"),
        (["plan", LEE, "--raise", "1000"], "[/red]joint buy AGG"),
        (["transition", LEE, "--years", "1"], "no tax budget"),
    ],
)
def test_pages_of_a_book_print_its_ids(
    book: Path, capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    """Nothing of them is taken for a style, and none ends the command."""
    words = 2 if command[0] == "rules" else 1
    assert said in page(capsys, *command[:words], str(book), *command[words:], "--asof", ASOF)


def test_pages_of_a_run_print_its_ids(
    book: Path, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From what waits to what left, each page names the household as the book does."""
    why = ("--by", "[red]Ann", "--why", "[/]agreed")
    order = f"{ASOF}/[/red]joint/B[red]/sell"
    assert LEE in page(capsys, "pending", str(run))
    assert LEE in page(capsys, "approve", str(run), LEE, *why)
    shown = page(capsys, "show", str(run), LEE)
    assert f"household_id  {LEE}" in shown and "by [red]Ann" in shown and "[/]agreed" in shown
    assert "[/red]joint" in shown
    assert LEE in page(capsys, "show", str(run))
    assert f"{LEE}: identical" in page(capsys, "replay", str(run), LEE)
    assert "every figure agrees" in page(capsys, "verify", str(book), str(run))
    assert "1 household" in page(capsys, "export", str(run), "--by", "Dan")
    assert order in page(capsys, "orders", "--register", str(run.parent))
    trail = page(capsys, "trace", str(run), order)
    assert f"{order}: sell" in trail and "[red]Ann" in trail
    assert "events" in page(capsys, "alerts", str(run), "--to", str(tmp_path / "[b]told"))
    tried = ("--policy", "standard", "--set", "limits.te_max=0.02", "--workers", "0")
    assert LEE in page(capsys, "tuning", str(run), *tried)


def test_a_fault_is_printed_with_the_section_it_names(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`[limits]` is a section of a policy, on the page of a plan and of a night."""
    policies = book / "policies"
    policies.mkdir()
    (policies / "standard.toml").write_text("limits = 3\n[risk]\naversion = nan\n", "utf-8")
    try:
        main(["plan", str(book), LEE])
        assert "[limits]" in (told := capsys.readouterr().out) and "[risk]" in told
        main(["run", str(book), "--asof", ASOF, "--out", str(tmp_path), "--workers", "0"])
        assert "aversion = nan in [risk] is not" in capsys.readouterr().out
        main(["check", str(book)])
        assert "[limits]" in capsys.readouterr().out
    finally:
        (policies / "standard.toml").unlink()
        policies.rmdir()
