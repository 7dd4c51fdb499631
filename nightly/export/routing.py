"""Where orders go, custodian by custodian: a small TOML file beside the runs.

    [default]                           # where nothing else is said, and accounts without custodian
    sender_comp_id = "HEARTH"           # 49; also target_comp_id 56, sender_sub_id 50,
    target_comp_id = "BROKER"           # target_sub_id 57, on_behalf_of_comp_id 115,
                                        # deliver_to_comp_id 128
    [default.time_in_force]             # by instrument; `other` where the book says none
    stock = "day"

    [custodians.schwab]
    target_comp_id = "SCHW"
    time_in_force = { etf = ["at_open", "at_close"] }   # a one-cancels-all list: both are sent

Once the file names custodians, an account of another one goes nowhere: a mistyped name must not
send an order to whoever is the default. Without the file everything goes to BROKER, still in files
of its own for each custodian. What a parcel went with stands in the register with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from models.book.tables.schema import INSTRUMENTS
from models.errors import HearthError
from models.market import AT_NET_ASSET_VALUE
from nightly.register.standing import UNTIL_CANCELLED

NAME: Final = "custodians.toml"
"""The file's name among the runs."""

HEADERS: Final[Mapping[str, int]] = {
    "sender_comp_id": 49,
    "target_comp_id": 56,
    "sender_sub_id": 50,
    "target_sub_id": 57,
    "on_behalf_of_comp_id": 115,
    "deliver_to_comp_id": 128,
}
"""Values of a FIX header that may be given, each with its tag."""

DEFAULT: Final[Mapping[str, str]] = {"sender_comp_id": "HEARTH", "target_comp_id": "BROKER"}
"""Header where nothing is given."""

DAY: Final = "day"

TIMES: Final[Mapping[str, str]] = {
    DAY: "0",
    UNTIL_CANCELLED: "1",
    "at_open": "2",
    "immediate_or_cancel": "3",
    "fill_or_kill": "4",
    "at_close": "7",
}
"""How long an order stands, each with its code of FIX 59."""

OTHER: Final = "other"
"""Instrument where the book says none."""


class RoutingError(HearthError):
    """The file of custodians is none, or does not say where an order goes: mend the file."""


@dataclass(frozen=True, slots=True)
class Route:
    """FIX header of one custodian, and how long its orders stand by instrument."""

    header: Mapping[str, str]
    time_in_force: Mapping[str, str | Sequence[str]]

    def standing_times(self, instrument: str) -> tuple[str, ...]:
        """Return how long an order of an instrument stands; of a fund, until its next value.

        Several are sent beside each other, as a list of which the first that is filled cancels
        the others.
        """
        told = self.time_in_force.get(instrument or OTHER, DAY)
        return (told,) if isinstance(told, str) else tuple(told)


@dataclass(frozen=True, slots=True)
class Routing:
    """Routes by custodian; "" is for accounts that name none, and for all where none is named."""

    place: Path
    routes: Mapping[str, Route]

    def of(self, custodian: str) -> Route:
        """Return the route to a custodian.

        Raises
        ------
        RoutingError
            If the file names custodians and this one is not among them.
        """
        if custodian not in self.routes and len(self.routes) > 1:
            known = ", ".join(sorted(name for name in self.routes if name))
            raise RoutingError(
                f"{self.place} does not say where orders of custodian {custodian!r} go (it knows "
                f"{known}): add [custodians.{custodian}], or correct accounts.custodian"
            )
        return self.routes.get(custodian, self.routes[""])

    def headers(self, custodians: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return the FIX header of each custodian."""
        return {name: dict(self.of(name).header) for name in sorted(set(custodians))}


def routing_beside(runs: Path) -> Routing:
    """Return where orders go by the file beside the runs.

    Raises
    ------
    RoutingError
        If the file is not as it must be: all that is wrong.
    """
    path = runs / NAME
    told = _read(path) if path.exists() else {}
    default = told.get("default", {})
    routes = {"": _route(default, {})}
    routes |= {name: _route(default, own) for name, own in told.get("custodians", {}).items()}
    return Routing(path, routes)


def _route(default: Mapping[str, Any], own: Mapping[str, Any]) -> Route:
    header = {**DEFAULT, **default, **own}
    times = {**default.get("time_in_force", {}), **own.get("time_in_force", {})}
    return Route({name: header[name] for name in HEADERS if name in header}, times)


def _read(path: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RoutingError(f"{path} cannot be read: {error}") from error
    faults = list(_faults(told))
    if faults:
        raise RoutingError(f"{path}: {'; '.join(faults)}")
    return told


def _faults(told: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(told.keys() - {"default", "custodians"}):
        yield f"{key} is not known: [default] and [custodians.NAME] are"
    sections = {"default": told.get("default", {})}
    named = told.get("custodians", {})
    if isinstance(named, dict):
        sections |= {f"custodians.{name}": facts for name, facts in named.items()}
        if "" in named:
            yield "custodians has one without a name"
    else:
        yield "custodians is no table: write [custodians.NAME]"
    for place, facts in sections.items():
        if isinstance(facts, dict):
            yield from _section_faults(place, facts)
        else:
            yield f"{place} is no table"


def _section_faults(place: str, facts: Mapping[str, Any]) -> Iterator[str]:
    for key, value in facts.items():
        if key == "time_in_force":
            yield from _time_faults(f"{place}.{key}", value)
        elif key not in HEADERS:
            yield f"{place}.{key} is not known: {', '.join(HEADERS)}, time_in_force are"
        elif not (isinstance(value, str) and value.strip() and value.isascii()):
            yield f"{place}.{key} is a text of ASCII letters that is not blank"
        elif not value.isprintable():
            yield f"{place}.{key} has a control character, which FIX cannot carry"


def _time_faults(place: str, times: Any) -> Iterator[str]:
    if not isinstance(times, dict):
        yield f"{place} is no table from instrument to time"
        return
    for instrument, time in times.items():
        if instrument not in (*INSTRUMENTS, OTHER):
            yield f"{place}.{instrument} is no instrument: {', '.join(INSTRUMENTS)}, {OTHER} are"
        elif not _is_time(time):
            yield (
                f"{place}.{instrument} is one of {', '.join(TIMES)}, or a list of two or more of "
                "them, each once: a one-cancels-all list"
            )
        elif instrument in AT_NET_ASSET_VALUE and time != DAY:
            yield f"{place}.{instrument} is {DAY}: a fund trades at its next net asset value"


def _is_time(time: Any) -> bool:
    """Whether a cell says how long an order stands, or names several ways to try at once."""
    if not isinstance(time, list):
        return isinstance(time, str) and time in TIMES
    known = all(isinstance(each, str) and each in TIMES for each in time)
    return known and len(time) > 1 and len(set(time)) == len(time)
