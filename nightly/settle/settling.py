"""From a book and the register to the next night's book: the whole way on one screen.

The next book is what the custodian should show: the night's own when the custodian is late, and
what `hearth reconcile` compares with when it is not. A household that cannot be settled stays as it
was and is told; one that a corporate action reaches stops the book (`happened`). The new book
appears whole, with one rename. Refused: settling into another tax year, where year-to-date figures
and carryforwards begin anew with the custodian's first book.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.book.policies.files import PolicyFile, read_policies
from models.book.read import build_book, check_folder
from models.book.tables.files import read_files, table_paths
from models.book.tables.schema import POLICY_FOLDER
from models.book.tables.table import Table
from models.errors import HearthError
from nightly.fills.days import today
from nightly.register.fold import Registered
from nightly.register.paid import Shown, row_of
from nightly.results.durable import force, refusing
from nightly.settle.acts import actions_of
from nightly.settle.days import household_settled
from nightly.settle.due import fills_due
from nightly.settle.edits import Booked, Edits, refuse_double, tables_after
from nightly.settle.errors import SettleError
from nightly.settle.happened import Happened, by_household, reached, refuse_half
from nightly.settle.money import all_but, money_due, of_no_day

ANY_AGE: Final = 36_500
"""Days. Settling needs no price, so that none is too old for it (a century)."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a book shows and how far to settle it: after `since`, through `asof`; None: by rows.

    `leave_out`: the next book has no accounts of whom an action reaches and who is not settled.
    Nothing happens after `today`.
    """

    since: date | None = None
    asof: date | None = None
    leave_out: bool = False
    today: date = field(default_factory=today)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was booked, and which households could not be, each with the reason.

    `twice` are actions that were told once more under another id, each with the id that counts;
    `stale` fills that were corrected after they were written, each with what would do.
    """

    since: date
    asof: date
    households: int
    fills: int
    actions: tuple[str, ...]
    unsettled: Mapping[str, str]
    movements: int = 0
    twice: Mapping[str, str] = field(default_factory=dict)
    stale: Mapping[str, str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return {
            "since": self.since.isoformat(),
            "asof": self.asof.isoformat(),
            "households": self.households,
            "fills": self.fills,
            "movements": self.movements,
            "actions": list(self.actions),
            "twice": dict(self.twice),
            "stale": dict(self.stale),
            "unsettled": dict(self.unsettled),
        }


def settle(place: Path, registered: Registered, span: Span, out: Path) -> Settled:
    """Write the book that follows another one by the fills of a register.

    Raises
    ------
    SettleError
        If `out` is there, the book has no trades or no date, another year begins, or an action
        reaches who cannot be settled.
    UnusableBookError
        If the book cannot be read.
    """
    if out.exists():
        raise SettleError(f"{out} is there already and is never written over; name another --out")
    check_folder(place)
    refuse_double(place)
    files = read_files(place)
    latest = _latest(registered, span)
    since, asof = _span(files.tables, registered, span, latest)
    acts = actions_of(files.tables["corporate_actions"], since, asof)
    actions = acts.due
    due = fills_due(registered, files.tables["trades"], (since, asof, latest), acts)
    told = files.tables["movements"] if table_paths(place, "movements") else None
    shown = Shown(told, since)
    money = money_due(registered, shown, asof)
    book = build_book(place, files, _ageless(read_policies(place / POLICY_FOLDER)), asof)
    happened = Happened(
        due.fills, money, actions, due.unclear | of_no_day(registered, told, latest)
    )
    reach = reached(happened, files.tables)
    known = {str(name) for name in book.household_ids}
    edits, settled, done, unsettled = Edits(), 0, 0, {}
    for name, moved in by_household(happened, files.tables).items():
        if name not in known and name not in reach:
            continue
        try:
            before = book.household(name)
            if name in happened.unclear:
                raise SettleError(happened.unclear[name])
            policy = book.policy(before.policy_id)
            after = household_settled(before, moved, policy.wash_sale.closed_replacements)
        except HearthError as error:
            unsettled[name] = str(error)
            continue
        edits.note(before, after)
        settled, done = settled + 1, done + len(moved.fills)
    half = reach.keys() & unsettled.keys()
    if not span.leave_out:
        refuse_half(half, unsettled, place)
    gone = frozenset(account for name in half for account in reach[name])
    booked = [leg for leg in money if leg.household_id not in unsettled]
    rows = booked if shown.told else [*all_but(registered, money, (since, asof)), *booked]
    _write(
        place,
        out,
        edits,
        Booked(
            actions,
            asof,
            _tickets(registered),
            since,
            [row_of(leg) for leg in rows],
            gone,
            tuple(acts.twice),
        ),
    )
    names = tuple(action.action_id for action in actions)
    moves = len({leg.movement_id for leg in booked})
    told_twice, stale = acts.twice, due.stale
    return Settled(since, asof, settled, done, names, unsettled, moves, told_twice, stale)


def _latest(registered: Registered, span: Span) -> date:
    """Return the last day on which anything can have happened: today, or a night that is known."""
    nights = [run.asof for run in registered.runs.values()]
    return max([span.today, *nights, *([span.asof] if span.asof else [])])


def _span(
    tables: Mapping[str, Table], registered: Registered, span: Span, latest: date
) -> tuple[date, date]:
    """Return both dates: by default prices say what a book shows, fills how far it goes."""
    since = span.since or _newest(tables["securities"].date("price_date"))
    if since is None:
        raise SettleError("no price of the book has a date: say with --since what day it shows")
    happened = [fill.trade_date for fill in registered.fills.values()]
    happened += [each.moved_on for each in registered.money.values() if each.moved_on]
    last = max((day for day in happened if day <= latest), default=since)
    asof = span.asof or max(since, last)
    if asof < since:
        raise SettleError(f"the book shows {since} already: --asof {asof} lies before it")
    if asof.year != since.year:
        raise SettleError(
            f"a book of {since} is not settled into {asof.year}: year-to-date figures and "
            "carryforwards begin anew; start from the custodian's first book of the year"
        )
    return since, asof


def _newest(days: Any) -> date | None:
    known = days[~np.isnat(days)]
    return known.max().item() if known.size else None


def _ageless(policies: Mapping[str, PolicyFile]) -> dict[str, PolicyFile]:
    """Return policies that find no price too old, and wait for nobody to look at what is odd."""
    found = {}
    for name, file in policies.items():
        if file.policy is not None:
            data = replace(
                file.policy.data,
                max_price_age_days=ANY_AGE,
                max_age_by_instrument=(),
                uncertain="pass",
            )
            file = replace(file, policy=replace(file.policy, data=data))
        found[name] = file
    return found


def _tickets(registered: Registered) -> frozenset[str]:
    """Return every name of an order that the register knows: it says what of it is under way."""
    return frozenset(
        name
        for standing in registered.tickets.values()
        for name in (standing.ticket.ticket_id, standing.ticket.order_id)
    )


def _write(place: Path, out: Path, edits: Edits, told: Booked) -> None:
    """Write the new book beside its name and rename it: it is there whole, or not at all."""
    aside = out.with_name(f".{out.name}.part")
    with refusing(out), _nothing_left(aside):
        shutil.rmtree(aside, ignore_errors=True)
        aside.parent.mkdir(parents=True, exist_ok=True)
        tables = tables_after(place, edits, told)
        rewritten = {path for table in tables for path in table_paths(place, table.name)}
        shutil.copytree(
            place,
            aside,
            ignore=lambda folder, names: [
                name for name in names if Path(folder) / name in rewritten
            ],
            ignore_dangling_symlinks=True,
        )
        for table in tables:
            if (aside / table.place).is_dir():
                shutil.rmtree(aside / table.place)
            table.write(aside)
        for path in (*aside.rglob("*"), aside):
            force(path)
        aside.rename(out)
        force(out.parent)


@contextmanager
def _nothing_left(aside: Path) -> Iterator[None]:
    """Leave nothing behind of a book that could not be written: a full disk has no room for it."""
    try:
        yield
    except OSError:
        shutil.rmtree(aside, ignore_errors=True)
        raise
