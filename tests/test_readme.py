"""What README.md shows runs, and what it tells of tables and commands is true."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.book.policies.files import parse_policy
from models.book.tables.schema import SCHEMA
from models.household import TREATMENT_OF
from models.plan import Status
from nightly.main import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```(?P<kind>\w*) ?(?P<name>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S)


def blocks(kind: str) -> list[tuple[str, str]]:
    """Return (name, body) of each block of a kind."""
    return [(m["name"], m["body"]) for m in BLOCK.finditer(README) if m["kind"] == kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with the scenarios beside it and the example book of the README in it."""
    place = tmp_path_factory.mktemp("readme")
    (place / "scenarios").symlink_to(ROOT / "scenarios")
    for name, body in blocks("csv"):
        path = place / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(body, "utf-8")
    yield place


def test_the_commands_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every `hearth` line leaves with 0, in the order of the page."""
    monkeypatch.chdir(folder)
    lines = [line for _, body in blocks("sh") for line in body.splitlines() if line]
    assert len(lines) >= 6
    for line in lines:
        program, *arguments = shlex.split(line)
        assert program == "hearth"
        assert main(arguments) == 0, f"{line}\n{capsys.readouterr().err}"


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
    """As it stands, and with drag counted from the target's."""
    monkeypatch.chdir(folder)
    told = re.search(
        r"ends with (\d+)% of cash.*`(\[.+\]) (.+)` in `(.+)` it ends\swith ([\d.]+)%", README, re.S
    )
    assert told is not None
    much, section, key, place, little = told.groups()
    (folder / place).parent.mkdir()
    found = []
    for text in ("", f"{section}\n{key}\n"):
        (folder / place).write_text(text, "utf-8")
        assert main(["plan", "my-book", "lee"]) == 0
        after = re.search(r"^ cash +\S+ +\S+ +([\d.]+)", capsys.readouterr().out, re.M)
        assert after is not None
        found.append(float(after[1]))
    (folder / place).unlink()
    (folder / place).parent.rmdir()
    assert (round(found[0]), found[1]) == (int(much), float(little))


def test_the_python_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python block works as written, from the root of the repository."""
    monkeypatch.chdir(ROOT)
    ((_, body),) = blocks("python")
    exec(compile(body, "README.md", "exec"), {})  # noqa: S102 -- it is ours, and short


def test_the_policies_are_policies() -> None:
    """Every TOML block is a policy without faults."""
    found = [parse_policy("shown", body, "README.md") for _, body in blocks("toml")]
    assert found
    assert [file.faults for file in found] == [()] * len(found)


def test_the_make_targets_exist() -> None:
    """Every `make` target that is named is in the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = set(re.findall(r"\bmake ([a-z-]+)\b", README))
    assert {"run", "test"} <= named
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.M))


@pytest.mark.parametrize("table", sorted(SCHEMA))
def test_every_column_is_told(table: str) -> None:
    """The page lists each table of a book with its columns, and marks those that may be null."""
    (row,) = (
        line
        for line in README[README.index("## Your own book") :].splitlines()
        if line.startswith("|") and table in re.findall(r"\w+", line.split("|")[1])
    )
    for column in SCHEMA[table].columns:
        mark = r"\?" if not column.required and column.name not in ("asset_class",) else ""
        either = column.name in ("asset_class", "security_id", "household_id", "account_id")
        assert re.search(rf"\b{column.name}{'' if either else mark}", row), column.name


def test_every_status_and_account_type_is_told() -> None:
    """The closed lists on the page are the code's."""
    assert all(f"`{status.value}`" in README for status in Status)
    assert all(kind in README for kind in TREATMENT_OF)
