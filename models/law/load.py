"""Dated law: which numbers hold in which year, read from the data files beside this module.

The numbers are apart from the logic, one topic a file, so that a new year means new numbers and
nothing else. A year whose indexed figures are not published yet is refused: carrying last year's
brackets forward in silence would make every answer of that year a guess. Amounts that the statute
fixes without indexing hold from their first year until a later one is written down.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import accumulate
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from models.errors import HearthError

FILING_STATUSES: Final = ("single", "mfj", "mfs", "hoh")
"""Single, married filing jointly (and surviving spouses), married separately, head of household."""

_NEEDED: Final = (
    "ordinary_brackets",
    "capital_gains",
    "niit",
    "loss_limit",
    "standard_deduction",
)
"""Topics without which no tax of the year can be computed."""

_FURTHER: Final = ("retirement", "rmd")
"""Topics that only their own functions need; their absence stops nothing else."""

WARNED_FROM_MONTH: Final = 12
"""Month from which a next year without figures is told: most are published in November."""

TOPICS: Final = (*_NEEDED, *_FURTHER)
"""Every data file."""


class LawMissing(HearthError):  # noqa: N818 -- says what is the matter, as a state
    """The law of that year, or for that filing status, is not written down: add its numbers."""


class Schedule(NamedTuple):
    """Rates by bracket: `rates[i]` applies up to `edges[i]` dollars, the last edge being None.

    `starts[i]` is where it begins, and `below[i]` the tax on all income up to there.
    """

    edges: tuple[Decimal | None, ...]
    rates: tuple[Decimal, ...]
    starts: tuple[Decimal, ...]
    below: tuple[Decimal, ...]


class Surtax(NamedTuple):
    """A flat rate on what exceeds a threshold in dollars."""

    rate: Decimal
    threshold: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """The figures of one tax year, all exact decimals (dollars, or fractions for rates)."""

    year: int
    topics: Mapping[str, Mapping[str, Any]] = field(repr=False)
    _schedules: dict[tuple[str, str], Schedule] = field(
        default_factory=dict, init=False, repr=False
    )

    def ordinary(self, status: str) -> Schedule:
        """Brackets of ordinary taxable income (26 U.S.C. 1(j))."""
        return self._schedule("ordinary_brackets", status)

    def capital_gains(self, status: str) -> Schedule:
        """Brackets of net capital gain, 0, 15 and 20 percent (26 U.S.C. 1(h))."""
        return self._schedule("capital_gains", status)

    def niit(self, status: str) -> Surtax:
        """Rate and threshold of the net investment income tax (26 U.S.C. 1411)."""
        return Surtax(self._amount("niit", "rate"), self._amount("niit", status))

    def loss_limit(self, status: str) -> Decimal:
        """Dollars of net capital loss that may lower ordinary income (26 U.S.C. 1211(b))."""
        return self._amount("loss_limit", status)

    def standard_deduction(self, status: str, additional: int = 0) -> Decimal:
        """Dollars, with `additional` conditions of age 65 or blindness (26 U.S.C. 63(c), (f))."""
        married = status in ("mfj", "mfs")
        extra = "additional_married" if married else "additional_unmarried"
        return self._amount("standard_deduction", status) + additional * self._amount(
            "standard_deduction", extra
        )

    def retirement(self, name: str) -> Decimal:
        """One yearly limit of `retirement.toml`, in dollars."""
        return self._amount("retirement", name)

    def phase_out(self, name: str) -> tuple[Decimal, Decimal]:
        """Begin and end of one phase-out range of `retirement.toml`, in dollars of MAGI."""
        begin, end = self._entry("retirement", name)
        return begin, end

    def citation(self, topic: str) -> str:
        """Where the year's figures of a topic are published."""
        return str(self._entry(topic, "citation"))

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return law_for, (self.year,)

    def _schedule(self, topic: str, status: str) -> Schedule:
        found = self._schedules.get((topic, status))
        if found is None:
            edges: tuple[Decimal, ...] = self._entry(topic, status)
            rates: tuple[Decimal, ...] = self._entry(topic, "rates")
            starts = (Decimal(0), *edges)
            each = (r * (high - low) for r, low, high in zip(rates, starts, edges, strict=False))
            below = tuple(accumulate(each, initial=Decimal(0)))
            found = Schedule((*edges, None), rates, starts, below)
            self._schedules[topic, status] = found
        return found

    def _amount(self, topic: str, name: str) -> Decimal:
        value: Decimal = self._entry(topic, name)
        return value

    def _entry(self, topic: str, name: str) -> Any:
        values = self.topics.get(topic, {})
        if name not in values:
            known = ", ".join(key for key in values if key != "citation")
            raise LawMissing(
                f"models/law/{topic}.toml, year {self.year}: nothing under {name!r}; known: {known}"
            )
        return values[name]


@cache
def law_for(year: int) -> Law:
    """Return the law of a tax year.

    Raises
    ------
    LawMissing
        When a topic that the tax needs has no figures for the year: names the complete years.
    """
    known = known_years()
    missing = [topic for topic in _NEEDED if not _has(topic, year)]
    if missing:
        raise LawMissing(
            f"no law for {year}: {', '.join(f'models/law/{t}.toml' for t in missing)} "
            f"lack{'s' if len(missing) == 1 else ''} that year; complete years: "
            f"{', '.join(map(str, known))}"
        )
    present = [topic for topic in TOPICS if _has(topic, year)]
    return Law(year, MappingProxyType({topic: in_force(topic, year) for topic in present}))


def known_years() -> tuple[int, ...]:
    """Return the years for which every topic that the tax needs has figures."""
    years = {year for topic in _NEEDED for year in _years(topic)}
    return tuple(year for year in sorted(years) if all(_has(topic, year) for topic in _NEEDED))


def year_to_come(asof: date) -> str:
    """Say in December that the next year has no figures yet; nothing before, or where it has."""
    year = asof.year + 1
    if asof.month < WARNED_FROM_MONTH or year in known_years():
        return ""
    return (
        f"no published figures for {year}: nights from January 1, {year} are refused until "
        "models/law has them"
    )


def in_force(topic: str, year: int) -> Mapping[str, Any]:
    """Return one topic's figures in a year, whether or not the year's other topics are known.

    Raises
    ------
    LawMissing
        When the topic is indexed and lacks the year, or the year is before its first.
    """
    if not _has(topic, year):
        raise LawMissing(
            f"models/law/{topic}.toml has no figures for {year}; it has "
            f"{', '.join(map(str, _years(topic)))}"
        )
    values: Mapping[str, Any] = read_topic(topic)["years"][
        str(max(known for known in _years(topic) if known <= year))
    ]
    return values


@cache
def read_topic(topic: str) -> Mapping[str, Any]:
    """Return a topic's whole file, every number an exact decimal, read-only."""
    text = resources.files("models.law").joinpath(f"{topic}.toml").read_text(encoding="utf-8")
    frozen: Mapping[str, Any] = _frozen(tomllib.loads(text, parse_float=Decimal))
    return frozen


def _years(topic: str) -> tuple[int, ...]:
    return tuple(sorted(int(year) for year in read_topic(topic)["years"]))


def _has(topic: str, year: int) -> bool:
    if read_topic(topic)["indexed"]:
        return year in _years(topic)
    return year >= _years(topic)[0]


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value
