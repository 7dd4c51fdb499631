"""What every command says with --json is one document, and its schema knows every key of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.main import get_command

from nightly.cli.app import app
from nightly.main import main
from nightly.schemas import names, schema_of
from tests.nightly.cli.documents import every_document

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
KEPT = (
    *("single-account", "budget-cannot-hold", "inside-bands", "tax-budget-binds"),
    *("year-end-harvest", "faulty-data"),
)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return six households of the sample: planned, left alone, infeasible, invalid."""
    folder = tmp_path_factory.mktemp("said") / "book"
    shutil.copytree(SAMPLE, folder)
    header, *rows = (folder / "households.csv").read_text("utf-8").splitlines()
    kept = [row for row in rows if row.split(",")[0] in KEPT]
    (folder / "households.csv").write_text("\n".join([header, *kept]) + "\n", "utf-8")
    return folder


def test_every_document_is_as_its_schema_says(
    tmp_path: Path, book: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Every command, and every schema, at least once."""
    seen = set()

    def said(schema: str, *command: str) -> dict[str, Any]:
        main([*command, "--json"])
        found: dict[str, Any] = json.loads(capfd.readouterr().out)
        if schema != "schema":
            Draft202012Validator(schema_of(schema)).validate(found)
        seen.add(schema)
        return found

    every_document(tmp_path, book, said)
    assert seen == {*names(), "schema"}


@pytest.mark.parametrize("name", names())
def test_a_schema_is_a_sound_one_and_says_what_it_is(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Printed by the command that documents it; unknown keys are not allowed."""
    assert main(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    assert schema["title"].startswith("hearth ") and schema["description"]
    for one in schema.get("oneOf", [schema]):
        assert one["additionalProperties"] is False and one["required"]


def test_every_command_with_a_document_has_a_schema() -> None:
    """Whoever gives a command --json writes down what it says."""
    said = {name.split("-")[-1] for name in names()} | {name.split("-")[0] for name in names()}
    assert set(_documented(get_command(app))) - said == {"schema"}


def _documented(of: Any) -> list[str]:
    """Return the names of commands that have --json."""
    inner = getattr(of, "commands", {})
    own = [of.name] if any("--json" in parameter.opts for parameter in of.params) else []
    return [*own, *(name for each in inner.values() for name in _documented(each))]


def test_an_unknown_schema_is_refused_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit code 2."""
    assert main(["schema", "runn"]) == 2
    assert "choose alerts" in capsys.readouterr().err
