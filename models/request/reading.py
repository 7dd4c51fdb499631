"""Reading a request: what each key may hold, and what keys must be to each other, strictly.

A misspelt key in a request is a wish that silently does not hold, so it is refused, and all faults
are told at once. The JSON Schema that is shipped beside this is made from the same table; a test
holds both equal. Refused: conversions ("5000" is not 5000), closest guesses, and a library that
validates by the schema: its words name a keyword of the schema, not what would do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from models.errors import RequestError
from models.finite import finite
from models.policy import Weights
from models.request.record import Request

MOST_IDS: Final = 1_000
"""Ids that a list may name: more than any household's securities; a longer one is a mistake."""

MOST_TEXT: Final = 200
"""Characters of an id: a book's ids are shorter."""

FEW: Final = 5
"""Unknown keys that a fault names; the rest are counted."""

MOST_TOLD: Final = 80
"""Characters of what was given that a fault says back."""

MOST_USD: Final = 1e12
"""Dollars that a request may name: more than any household has."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`; `above` leaves `low` itself out."""

    about: str
    low: float = 0.0
    high: float = MOST_USD
    above: bool = False

    @property
    def words(self) -> str:
        """What is allowed, in words."""
        least = "above" if self.above else "from"
        return f"a number {least} {self.low:g} to {self.high:g}"

    def allows(self, value: Any) -> bool:
        """Whether a value is such a number."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        inside = value > self.low if self.above else value >= self.low
        return finite(value) and inside and value <= self.high

    def read(self, value: Any) -> Any:
        """Return the number as the record holds it."""
        return float(value)

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        least = "exclusiveMinimum" if self.above else "minimum"
        return {"type": "number", least: self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false."""

    about: str
    words: str = "true or false"

    def allows(self, value: Any) -> bool:
        """Whether a value is one."""
        return isinstance(value, bool)

    def read(self, value: Any) -> Any:
        """Return it."""
        return value

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Ids:
    """A list of different ids, each as the book writes it."""

    about: str
    words: str = (
        "a list of different ids as the book writes them, "
        f"{MOST_IDS:,} at most, of {MOST_TEXT} characters at most"
    )

    def allows(self, value: Any) -> bool:
        """Whether a value is such a list."""
        texts = isinstance(value, list | tuple) and all(map(_is_id, value))
        return texts and len(set(value)) == len(value) <= MOST_IDS

    def read(self, value: Any) -> Any:
        """Return the ids sorted, so that requests that ask the same are the same."""
        return tuple(sorted(value))

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        one = {"type": "string", "minLength": 1, "maxLength": MOST_TEXT, "pattern": r"^\P{C}+$"}
        return {"type": "array", "items": one, "uniqueItems": True, "maxItems": MOST_IDS}


@dataclass(frozen=True, slots=True)
class TermWeights:
    """A table from term of the objective to its weight."""

    about: str
    words: str = f"a table of weights from 0 to 1e+06: {', '.join(Weights.__dataclass_fields__)}"

    def allows(self, value: Any) -> bool:
        """Whether a value is such a table."""
        weight = Number("", high=1e6)
        return isinstance(value, Mapping) and all(
            name in Weights.__dataclass_fields__ and weight.allows(each)
            for name, each in value.items()
        )

    def read(self, value: Any) -> Any:
        """Return pairs of term and weight, sorted."""
        return tuple((name, float(value[name])) for name in sorted(value))

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        one = Number("", high=1e6).schema()
        terms = dict.fromkeys(Weights.__dataclass_fields__, one)
        return {"type": "object", "properties": terms, "additionalProperties": False}


KEYS: Final[Mapping[str, Number | Switch | Ids | TermWeights]] = MappingProxyType(
    {
        "tax_budget_usd": Number(
            "Most tax of each filing unit this year, as its budget counts it.", -MOST_USD
        ),
        "gain_budget_usd": Number(
            "Most recognised gains of each filing unit this year.", -MOST_USD
        ),
        "te_max": Number("Most tracking error a year, a fraction.", high=1.0, above=True),
        "max_turnover": Number("Most turnover one way, a fraction of the household.", high=100.0),
        "max_cost_usd": Number("Most that trading may cost, tickets included."),
        "max_cost_bps": Number("The same, in basis points of the household.", high=1e4),
        "raise_usd": Number("Cash to pay out, from whichever accounts are best."),
        "invest_usd": Number("Cash that comes in, into taxable accounts."),
        "after_tax": Switch("What is raised is left in hand: the tax it causes is raised too."),
        "keep": Ids("Securities that are not sold."),
        "keep_lots": Ids("Lots that are not sold."),
        "sell": Ids("Securities that are sold out, and not bought."),
        "sell_lots": Ids("Lots that are sold whole."),
        "exclude": Ids("Securities that are not bought."),
        "avoid_gains": Switch("No lot is sold at a gain."),
        "take_gains_usd": Number("Least gains that the run recognises."),
        "weights": TermWeights("Weights of the objective's terms, in place of the policy's."),
        "accounts_out": Ids("Accounts in which nothing is traded or moved."),
    }
)
"""What each key of a request may hold."""

APART: Final = (
    ("raise_usd", "invest_usd", "cash is raised or invested, not both"),
    ("avoid_gains", "take_gains_usd", "gains are avoided or taken, not both"),
)
"""Pairs of which a request may ask one."""


def request_of(data: Any) -> Request:
    """Return the request that data asks.

    Raises
    ------
    RequestError
        Naming every fault at once, past `models.errors.MOST_FAULTS` how many more.
    """
    if not isinstance(data, Mapping):
        raise RequestError(f"a request is a table of keys; known: {', '.join(KEYS)}")
    faults = list(_faults(data))
    if faults:
        raise RequestError.of(faults)
    return Request(**{name: KEYS[name].read(value) for name, value in data.items()})


def read_request(path: Path) -> Request:
    """Return the request of a JSON file.

    Raises
    ------
    RequestError
        If it cannot be read, or asks what nobody can ask.
    """
    try:
        data = json.loads(path.read_text("utf-8"), object_pairs_hook=_once)
    except (OSError, ValueError, RecursionError) as error:
        raise RequestError(f"{path}: cannot be read as JSON ({error})") from error
    try:
        return request_of(data)
    except RequestError as error:
        raise RequestError(f"{path}: {error}") from error


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a request."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What is asked of one household tonight",
        "type": "object",
        "properties": {
            name: {"description": key.about, **key.schema()} for name, key in KEYS.items()
        },
        "dependentRequired": {"after_tax": ["raise_usd"]},
        "additionalProperties": False,
    }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_TEXT and value.isprintable()


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    unknown: list[str] = []
    for name, value in data.items():
        key = KEYS.get(name)
        if key is None:
            unknown.append(_told(str(name)))
        elif not key.allows(value):
            yield f"{name} is {key.words}, not {_told(value)}"
    if unknown:
        more = f" and {len(unknown) - FEW} more" if len(unknown) > FEW else ""
        yield f"unknown key {', '.join(unknown[:FEW])}{more}; known: {', '.join(KEYS)}"
    for one, other, words in APART:
        if data.get(one) and data.get(other):
            yield f"{one} and {other}: {words}"
    if data.get("after_tax") and not data.get("raise_usd"):
        yield "after_tax says what raise_usd leaves in hand: give raise_usd"
    yield from _both(data, "keep", "sell")
    yield from _both(data, "keep_lots", "sell_lots")


def _told(value: Any) -> str:
    """Return a value as a message says it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]}…"


def _both(data: Mapping[str, Any], one: str, other: str) -> Iterator[str]:
    listed = [data.get(name) for name in (one, other)]
    if all(isinstance(each, list | tuple) for each in listed):
        for name in sorted(set(map(str, listed[0] or ())) & set(map(str, listed[1] or ()))):
            yield f"{name!r} is in {one} and in {other}"
