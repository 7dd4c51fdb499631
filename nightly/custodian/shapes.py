"""How custodians' tables look, as data: one TOML file a custodian, headers by alias.

A shape is found by its header alone: a row in which every needed column stands under one of its
aliases, once. So a header that a custodian renames is a line in a file, of ours or of the user's
own (`--shapes FOLDER`), and until then the file is refused with the name that is missed. Refused:
columns by position, and headers by likeness: both read the wrong column some day.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from nightly.custodian.statement import Document, ImportRefusedError, Side

CUSTODIANS: Final = ("schwab", "fidelity", "vanguard", "ibkr", "ofx", "csv")
"""Whose files are known, in the order in which they are tried; `csv` is anybody's table."""

BY_SHAPE: Final = ("schwab", "fidelity", "vanguard", "ibkr", "csv")
"""Those with delimited tables; IBKR's Flex and OFX have readers of their own as well."""

CELLS_KNOWN: Final = 4096
"""Cells that are remembered as they compare: each row is looked at once a shape."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One table of a custodian.

    Attributes
    ----------
    columns
        Field to its aliases, compared without case and blanks (as `compared` has them).
    optional
        Fields that may be missing; every other one is needed.
    title, section
        Patterns of a line before the table, with groups `account`, `symbol`, `date`.
    cash, pending, total
        First words of rows that are cash, unsettled amounts, totals.
    other, other_type
        What a symbol or description, or a row's type, says of what a book cannot hold.
    """

    custodian: str
    document: Document
    name: str
    columns: Mapping[str, tuple[str, ...]]
    optional: frozenset[str]
    ignored: frozenset[str]
    title: re.Pattern[str] | None
    section: re.Pattern[str] | None
    dated: re.Pattern[str] | None
    cash: tuple[str, ...]
    pending: tuple[str, ...]
    total: tuple[str, ...]
    sweep: frozenset[str]
    other: re.Pattern[str] | None
    other_type: re.Pattern[str] | None
    stock: re.Pattern[str] | None
    actions: Mapping[str, Side]
    compared: Mapping[str, frozenset[str]]

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the needed fields that a header lacks."""
        names = {plain(name) for name in header}
        known = self.compared
        return [
            field
            for field in self.columns
            if field not in self.optional and names.isdisjoint(known[field])
        ]

    def found(self, header: Sequence[str]) -> dict[str, list[int]]:
        """Return the places of each field's aliases in a header."""
        places: dict[str, list[int]] = {}
        for field, known in self.compared.items():
            at = [place for place, name in enumerate(header) if plain(name) in known]
            if at:
                places[field] = at
        return places

    def unknown(self, header: Sequence[str]) -> list[str]:
        """Return the columns of a header that are neither read nor known to be needless."""
        known = {alias for aliases in self.compared.values() for alias in aliases}
        return [name for name in header if name and plain(name) not in known | self.ignored]

    def side(self, action: str) -> Side | None:
        """Return what an action does to shares, None where it is not known."""
        said = action.strip().upper()
        best = max((name for name in self.actions if said.startswith(name)), key=len, default=None)
        return None if best is None else self.actions[best]


@lru_cache(maxsize=CELLS_KNOWN)
def plain(name: str) -> str:
    """Return a header as it is compared: no case, single blanks, no trailing marks."""
    return " ".join(name.replace("\xa0", " ").split()).casefold().rstrip(":*")


def shapes_of(custodian: str, own: Path | None = None) -> tuple[Shape, ...]:
    """Return a custodian's shapes, with the user's aliases and shapes before the shipped ones.

    Raises
    ------
    ImportRefusedError
        The user's file is no TOML, or no shape.
    """
    shipped = _shipped(custodian)
    path = None if own is None else own / f"{custodian}.toml"
    if path is None or not path.is_file():
        return shipped
    try:
        theirs = _parsed(custodian, path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, KeyError, ValueError, re.error) as error:
        raise ImportRefusedError(f"{path}: {error}; copy the shape of a shipped file") from error
    return (*theirs, *shipped)


@cache
def _shipped(custodian: str) -> tuple[Shape, ...]:
    text = resources.files(__package__).joinpath(f"{custodian}.toml").read_text("utf-8")
    return _parsed(custodian, text)


def _parsed(custodian: str, text: str) -> tuple[Shape, ...]:
    document = tomllib.loads(text)
    common = {key: value for key, value in document.items() if key != "shape"}
    return tuple(_shape(custodian, common | each) for each in document["shape"])


def _shape(custodian: str, told: Mapping[str, Any]) -> Shape:
    return Shape(
        custodian=custodian,
        document=Document(told["document"]),
        name=told["name"],
        columns={field: tuple(aliases) for field, aliases in told["columns"].items()},
        optional=frozenset(told.get("optional", ())),
        ignored=frozenset(plain(name) for name in told.get("ignored", ())),
        title=_pattern(told, "title"),
        section=_pattern(told, "section"),
        dated=_pattern(told, "dated"),
        cash=tuple(plain(word) for word in told.get("cash", ())),
        pending=tuple(plain(word) for word in told.get("pending", ())),
        total=tuple(plain(word) for word in told.get("total", ())),
        sweep=frozenset(told.get("sweep", ())),
        other=_pattern(told, "other"),
        other_type=_pattern(told, "other_type"),
        stock=_pattern(told, "stock"),
        compared={
            field: frozenset(map(plain, aliases)) for field, aliases in told["columns"].items()
        },
        actions={
            action.upper(): Side(side)
            for side, actions in told.get("actions", {}).items()
            for action in actions
        },
    )


def _pattern(told: Mapping[str, Any], key: str) -> re.Pattern[str] | None:
    return re.compile(told[key], re.IGNORECASE) if key in told else None
