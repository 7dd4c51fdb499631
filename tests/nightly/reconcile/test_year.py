"""A year of fills, dividends, splits and a merger: the settled book is the custodian's, each night.

A fill that was not told yet is the only difference, under its name. A custodian who is three nights
late is caught up with from the register alone. What is then put wrong in the custodian's book is
found where it is, by its kind, and nothing else is.
"""

from __future__ import annotations

import copy
import random
from collections import Counter
from pathlib import Path

import pytest

from nightly.reconcile.reconciling import reconcile
from nightly.settle.settling import Span, settle
from tests.books import write
from tests.nightly.reconcile.injected import WAYS, inject
from tests.nightly.reconcile.year import KEPT, Year, told_apart
from tests.nightly.settle.small import security

LATE = 3
"""Nights that a late custodian is behind."""


def lived(root: Path, households: int, nights: int, seed: int, rate: float = 0.8) -> Year:
    """Live a year, asserting every night that books differ in what was not told, and no more."""
    year = Year(root, households, nights, random.Random(seed), rate)
    past: list[Path] = []
    for n, day in enumerate(year.nights):
        custodian = year.night(day)
        untold = {(*place, "missing_fill") for place in year.unreported()}
        assert told_apart(year, custodian) == untold, day
        past.append(root / f"named-{day}")
        if n % 5 == LATE and not untold:
            caught = root / f"caught-{day}"
            late = settle(past[-LATE - 1], year.register.read(), Span(asof=day), caught)
            assert late.unsettled == {}
            assert reconcile(caught, custodian).differences == (), day
    return year


def put_wrong(year: Year, rounds: int, chance: random.Random) -> Counter[str]:
    """Put one difference into each household at a time, and assert that each gets its name."""
    day = year.nights[-1]
    sound = copy.deepcopy(year.truth.rows(year.frame, day - KEPT))
    sound["securities"] = [
        security(name, float(price), price_date=day) for name, price in year.prices.items()
    ]
    waiting = {account.split("-")[0] for account, _ in year.unreported()}
    names = [row["household_id"] for row in sound["households"]]
    named: Counter[str] = Counter()
    for number in range(rounds):
        rows = copy.deepcopy(sound)
        put = {
            name: inject(rows, name, WAYS[(n + number) % len(WAYS)], chance, day)
            for n, name in enumerate(names)
            if name not in waiting
        }
        custodian = write(rows, year.root / f"wrong-{number}")
        found: dict[str, set[str]] = {}
        for each in reconcile(year.book, custodian).differences:
            found.setdefault(each.household_id, set()).add(each.kind.value)
        assert {name: found.pop(name, set()) for name in put} == {
            name: {kind} for name, kind in put.items()
        }
        assert found.keys() <= waiting
        named.update(put.values())
    return named


def test_some_nights(tmp_path: Path) -> None:
    """A few households, every kind of event in few nights, every kind of difference."""
    year = lived(tmp_path, 5, 45, 20260105)
    assert year.fills > 60
    assert set(put_wrong(year, len(WAYS), random.Random(1))) == set(WAYS)


@pytest.mark.full
def test_a_year(tmp_path: Path) -> None:
    """250 nights of 200 households, then 1,000 differences and more."""
    year = lived(tmp_path, 200, 250, 7, rate=0.2)
    assert year.fills > 5_000
    assert put_wrong(year, 8, random.Random(8)).total() > 1_000
