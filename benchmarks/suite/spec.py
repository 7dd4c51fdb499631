"""One benchmark is one frozen spec, and one loop runs it: case × method → one tidy row.

A spec is its settings. It yields its cases by name, says what measures a case, and tells the rows.
Rows may be kept in a file as they are made; the same command then goes on where it stopped, and a
file of other settings, versions or code is begun anew. Refused: loops of their own, each with its
own way of starting over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import benchmarks
import models
import optimizer
import scenarios
from benchmarks.suite.measure import setting

Case = TypeVar("Case")
Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)

KEY: Final = "key"
"""Where a kept row says which case and method it is of."""


class Spec(Protocol[Case, Row_co]):
    """What the loop needs: where the rows come from, and the command that makes the same ones."""

    @property
    def command(self) -> str:
        """The command line of these settings."""

    @property
    def row(self) -> type[Row_co]:
        """The frozen dataclass of a row."""

    def cases(self) -> Iterator[tuple[str, Case]]:
        """Yield every case by its name."""

    def methods(self) -> Mapping[str, Callable[[Case], Row_co]]:
        """Return what is done with a case, by name."""


def rows_of(
    spec: Spec[Case, Row], kept: Path | None = None, say: Callable[[Row], None] | None = None
) -> list[Row]:
    """Measure every case by every method; rows that `kept` has already are not made again.

    Parameters
    ----------
    spec
        What is measured.
    kept
        A file of rows, one JSON object a line, its first line what they were measured with.
    say
        Called with each new row.
    """
    known = _read(spec, kept) if kept is not None else {}
    found: list[Row] = []
    for case_name, case in spec.cases():
        for method, measure in spec.methods().items():
            key = f"{case_name}/{method}"
            if key in known:
                found.append(known[key])
                continue
            row = measure(case)
            found.append(row)
            if kept is not None:
                _write(kept, {KEY: key, **asdict(row)})  # type: ignore[call-overload]
            if say is not None:
                say(row)
    return found


def _head(spec: Spec[Case, Row]) -> dict[str, Any]:
    """What rows must have been measured with to be of use: settings, machine, versions, code."""
    return {"command": spec.command, "setting": list(setting()), "code": _code()}


def _code() -> str:
    """A digest of what decides, judges and measures."""
    found = sha256()
    for package in (models, optimizer, scenarios, benchmarks):
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def _read(spec: Spec[Case, Row], kept: Path) -> dict[str, Row]:
    """Return the rows of a file by key, and leave it as one that can be added to.

    A line that was cut off by a crash is dropped with what follows it.
    """
    lines = list(_objects(kept)) if kept.exists() else []
    head, rows = lines[:1], lines[1:]
    if head != [_head(spec)]:
        rows = []
    kept.parent.mkdir(parents=True, exist_ok=True)
    whole = [json.dumps(each) for each in (_head(spec), *rows)]
    kept.write_text("\n".join([*whole, ""]), encoding="utf-8")
    return {str(row.pop(KEY)): spec.row(**_tuples(row)) for row in rows}


def _objects(kept: Path) -> Iterator[dict[str, Any]]:
    for line in kept.read_text(encoding="utf-8").splitlines():
        try:
            found: dict[str, Any] = json.loads(line)
        except json.JSONDecodeError:
            return
        yield found


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    """Rows are frozen: what JSON calls a list was a tuple."""
    return {name: tuple(x) if isinstance(x, list) else x for name, x in row.items()}


def _write(kept: Path, row: dict[str, Any]) -> None:
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
