"""What README.md and the pages beside it show runs, and what they tell is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from models.book.policies.files import parse_policy
from models.book.tables.schema import SCHEMA
from models.household import TREATMENT_OF
from models.plan import Status
from nightly.main import main

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TABLES = (ROOT / "docs" / "tables.md").read_text("utf-8")
BLOCK = re.compile(r"^```(?P<kind>\w*) ?(?P<name>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?P<place>[^)#:]+)(?:#[^)]*)?\)")


def blocks(page: Path, kind: str) -> list[tuple[str, str]]:
    """Return (name, body) of each block of a kind."""
    text = page.read_text("utf-8")
    return [(m["name"], m["body"]) for m in BLOCK.finditer(text) if m["kind"] == kind]


def pages_with(kind: str) -> list[Path]:
    """Return the pages that show a block of a kind."""
    return [page for page in PAGES if blocks(page, kind)]


def laid_out(page: Path, place: Path) -> Path:
    """Return a folder with the scenarios beside it and what the page gives as files in it."""
    (place / "scenarios").symlink_to(ROOT / "scenarios")
    for name, body in blocks(page, "csv"):
        path = place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(body, "utf-8")
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the example book in it."""
    return laid_out(ROOT / "docs" / "tables.md", tmp_path_factory.mktemp("tables"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page is a file of the repository."""
    places = [m["place"] for m in LINK.finditer(page.read_text("utf-8"))]
    assert [place for place in places if not (page.parent / place).exists()] == []


@pytest.mark.parametrize("page", pages_with("sh"), ids=lambda page: page.name)
def test_the_commands_run(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every `hearth` line leaves with 0, in the order of the page, from an empty folder.

    A run of which the page does not say who works is answered in this process.
    """
    monkeypatch.chdir(laid_out(page, tmp_path))
    lines = [line for _, body in blocks(page, "sh") for line in body.splitlines() if line]
    assert lines
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "hearth"
        here = ["--workers", "0"] if arguments[0] == "run" and "--workers" not in arguments else []
        assert main([*arguments, *here]) == 0, f"{line}\n{capsys.readouterr().err}"


def test_the_example_book_gets_a_plan(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The book shown is a whole one: its household is planned, with orders."""
    monkeypatch.chdir(folder)
    assert main(["plan", "my-book", "lee", "--json"]) == 0
    assert '"status": "planned"' in capsys.readouterr().out


def test_the_example_book_ends_with_the_cash_that_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bonds first where they bear nothing, the rest where the tax is."""
    monkeypatch.chdir(folder)
    told = re.search(r"ends with ([\d.]+)% of cash", TABLES)
    assert told is not None
    assert main(["plan", "my-book", "lee"]) == 0
    after = re.search(r"^ cash +\S+ +\S+ +([\d.]+)", capsys.readouterr().out, re.M)
    assert after is not None
    assert float(after[1]) == float(told[1]) < 1.0


def test_the_way_from_exports_to_a_plan_is_as_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the README films is what the import says, and what its plan is of."""
    page = ROOT / "README.md"
    monkeypatch.chdir(laid_out(page, tmp_path))
    told, begun = (body for _, body in blocks(page, "text") if "lee" in body)
    lines = [x for _, body in blocks(page, "sh") for x in body.splitlines() if "my-book" in x]
    commands = [shlex.split(line)[1:] for line in lines]
    assert main(commands[0]) == 0
    assert capsys.readouterr().out == told
    assert main(commands[1]) == 0
    assert capsys.readouterr().out.startswith(begun)


def test_the_plan_on_one_screen_is_the_one_that_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The README's first plan is what its command prints, to the last figure."""
    monkeypatch.chdir(ROOT)
    page = ROOT / "README.md"
    (shown,) = (body for _, body in blocks(page, "text") if "╭─ drifted-60-40" in body)
    (line,) = (
        line
        for _, body in blocks(page, "sh")
        for line in body.splitlines()
        if line.startswith("hearth plan scenarios/sample")
    )
    assert main(shlex.split(line)[1:]) == 0
    printed = [each.rstrip() for each in capsys.readouterr().out.splitlines()]
    assert "\n".join(printed).rstrip() == shown.rstrip()


@pytest.mark.parametrize("page", pages_with("python"), ids=lambda page: page.name)
def test_the_python_runs(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python blocks work as written, from the root of the repository."""
    monkeypatch.chdir(ROOT)
    for _, body in blocks(page, "python"):
        exec(compile(body, page.name, "exec"), {})  # noqa: S102 -- it is ours, and short


def test_the_policies_are_policies() -> None:
    """Every TOML block is a policy without faults."""
    found = [
        parse_policy("shown", body, page.name) for page in PAGES for _, body in blocks(page, "toml")
    ]
    assert found
    assert [file.faults for file in found] == [()] * len(found)


def test_the_make_targets_exist() -> None:
    """Every `make` target that is named is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    text = "".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)\b", text, re.M))
    assert {"run", "test"} <= named
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.M))


@pytest.mark.parametrize("table", sorted(SCHEMA))
def test_every_column_is_told(table: str) -> None:
    """The page lists each table of a book with its columns, and marks those that may be null."""
    (row,) = (
        line
        for line in TABLES.splitlines()
        if line.startswith("|") and table in re.findall(r"\w+", line.split("|")[1])
    )
    for column in SCHEMA[table].columns:
        mark = r"\?" if not column.required and column.name not in ("asset_class",) else ""
        either = column.name in ("asset_class", "security_id", "household_id", "account_id")
        assert re.search(rf"\b{column.name}{'' if either else mark}", row), column.name


def test_every_status_and_account_type_is_told() -> None:
    """The closed lists on the page are the code's."""
    nights = (ROOT / "docs" / "nights.md").read_text("utf-8")
    assert all(f"`{status.value}`" in nights for status in Status)
    assert all(kind in TABLES for kind in TREATMENT_OF)
