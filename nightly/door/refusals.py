"""What the door says when it refuses: what, where, what would do, and little of what was sent.

A program may send megabytes; an answer that says them back fills whatever reads it. Refused: the
words of the library that reads arguments, which name its own terms and an address on the web.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import signature
from typing import Any, Final

from pydantic import ValidationError

from nightly.door.desk import Desk

MOST_SAID: Final = 2_000
"""Characters of a refusal that leave: some twenty faults of a request."""

MOST_TOLD: Final = 80
"""Characters of what was sent that a refusal says back."""

WANTED: Final[Mapping[str, str]] = {
    "string_type": "a text",
    "mapping_type": "a table of keys",
    "dict_type": "a table of keys",
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "a whole number"
    ),
}
"""Kind of a fault, as the library that reads arguments has it → what is wanted, in words."""


def unknown(tool: str, arguments: Mapping[str, Any]) -> str:
    """Return what is wrong with names of arguments; nothing where the tool takes them all."""
    more = [name for name in arguments if name not in _taken(tool)]
    return _said(tool, [f"no argument {told(name)}" for name in more]) if more else ""


def ill_formed(tool: str, error: ValidationError) -> str:
    """Return what is wrong with arguments, in words of the house."""
    return _said(tool, list(_faults(error)))


def told(value: Any) -> str:
    """Return what was sent as a message says it, cut where it is long."""
    text = repr(value[: MOST_TOLD + 1] if isinstance(value, str | list) else value)
    return text if len(text) <= MOST_TOLD else f"{text[:MOST_TOLD]}…"


def bounded(said: str) -> str:
    """Return a refusal as it leaves: no longer than `MOST_SAID` and a word on the rest."""
    more = len(said) - MOST_SAID
    return said if more <= 0 else f"{said[:MOST_SAID]}… and {more} characters more"


def _faults(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False):
        where = ".".join(map(str, each["loc"]))[:MOST_TOLD]
        if each["type"] == "missing":
            yield f"{where} is missing"
        elif each["type"] in WANTED:
            yield f"{where} must be {WANTED[each['type']]}, not {told(each['input'])}"
        else:
            yield f"{where}: {each['msg'][:MOST_TOLD]}"


def _said(tool: str, faults: list[str]) -> str:
    return f"{'; '.join(faults)}. {tool} takes {', '.join(_taken(tool))}"


def _taken(tool: str) -> list[str]:
    return [name for name in signature(getattr(Desk, tool)).parameters if name != "self"]
