"""Before the first household: what earlier nights left, and who waits where capacity is short.

A night without earlier runs and without a limit has nothing to prepare, and its folder nothing of
it. Ranking screens one partition of the book after the other and keeps a few columns of each.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.book.before import Seen
from models.book.tables.files import read_files, table_paths
from models.book.tables.schema import SCHEMA
from models.errors import RunFolderError
from models.policy import Capacity, Policy
from models.triggers import screen
from nightly.partition.partitions import IDS, SHARED, Partitions, part_name
from nightly.register.fold import Registered
from nightly.register.paid import Shown
from nightly.register.proposals import known_now
from nightly.register.register import beside
from nightly.results.durable import refusing, whole_file
from nightly.results.run_folder import RunFolder
from nightly.results.tables import TABLES
from nightly.triage.asked import AskedTonight
from nightly.triage.believed import (
    PRICES,
    WORTH_SCHEMA,
    Believed,
    believed_by,
    believed_tonight,
    write_prices,
)
from nightly.triage.columns import read_columns
from nightly.triage.earlier_runs import (
    PREVIOUS,
    WINDOW_DAYS,
    EarlierRun,
    RunsBefore,
    lockouts_left,
    money_left,
    nights_waited,
    orders_left,
    runs_before,
)
from nightly.triage.gone import answered_by, gone_since
from nightly.triage.night_book import NightBook
from nightly.triage.ranking import Standing, deferred, standing
from nightly.triage.standing import NOS, nos_left
from nightly.triage.tonight import DEFERRED_SCHEMA, GROUP_ROWS, Left, Tonight, write_tonight
from optimizer.judge.left_alone import inside_bands

Found = TypeVar("Found")

MOVEMENTS: Final = "movements"
"""Table of a book that shows what was paid."""

PREPARED: Final = "prepared.json"
"""Written when all is prepared, so that a resumed run does not look again at other nights."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """How much of the register a night knows, and which earlier runs it could not read.

    `emptied` are tables of its book that have no row, with how many the latest run's had, and
    `gone` households that it no longer has (`nightly.triage.gone`); `not_bought` says why no plan
    can buy a security that the latest run's plans could, and `lost` what the register lost.
    """

    register: Mapping[str, Any]
    unreadable: Sequence[str]
    emptied: Mapping[str, int] = field(default_factory=dict)
    gone: Mapping[str, Any] = field(default_factory=dict)
    not_bought: Mapping[str, str] = field(default_factory=dict)
    lost: str = ""


def prepare(
    folder: RunFolder,
    partitions: Partitions,
    asof: date,
    night: Capacity,
    look_back: bool,
    asked: AskedTonight | None = None,
    on_policy: Callable[[Policy], Policy] = lambda policy: policy,
) -> Prepared:
    """Write `previous/` into a run's folder if there is anything to keep; once a run.

    `night` limits the whole night, beside what each policy says; `look_back` says whether earlier
    runs and the register beside this one count, `asked` what was asked of the run's household,
    `on_policy` what the command changes in every policy.
    """
    done = folder.work / PREPARED
    if done.exists():
        return Prepared(**json.loads(done.read_text("utf-8")))
    policies = {name: f.policy for name, f in partitions.policies().items() if f.policy}
    order_days = max((policy.carry.order_days for policy in policies.values()), default=0)
    days = max(order_days, WINDOW_DAYS)
    before = runs_before(folder.path.parent, asof, days) if look_back else RunsBefore()
    unreadable = list(before.unreadable)
    limited = night != Capacity() or any(p.capacity != Capacity() for p in policies.values())
    register = beside(folder.path)
    registered = register.read()
    seen = registered if look_back else Registered()
    orders, lockouts = orders_left(seen, asof, order_days), lockouts_left(seen, asof)
    money = money_left(seen, asof, order_days, _money_shown(partitions))
    worth, prices, nos = _handed_on(before, unreadable)
    left = Left(before.nights, orders, lockouts, worth, prices, money, nos, asked, before.latest)
    own = [file.policy for file in partitions.policies().values() if file.policy and file.given]
    tonight = believed_tonight(partitions, asof, left.prices, own or [Policy()])
    write_prices(folder.path / PRICES, tonight)
    shutil.rmtree(folder.path / PREVIOUS, ignore_errors=True)  # of an attempt that ended here
    if limited or left.anything:

        def waiting(tonight: Tonight) -> Iterator[Any]:
            if limited:
                waited = nights_waited(before.nights)
                yield from _waiting(partitions, asof, waited, policies, night, tonight, on_policy)

        with refusing(folder.path / PREVIOUS):
            write_tonight(folder.path, left, waiting)
    emptied = before.emptied(partitions.inputs["rows"])
    nobody = pa.array([], pa.string())
    gone = gone_since(before, partitions, lambda run: _told(run, answered_by, nobody, unreadable))
    barred = before.barred_since(partitions.inputs.get("not_bought", {}))
    lost = register.lost(registered)
    known = Prepared(known_now(registered), unreadable, emptied, gone, barred, lost)
    with whole_file(done) as aside:
        aside.write_text(json.dumps(asdict(known)) + "\n")
    return known


def _money_shown(partitions: Partitions) -> Shown:
    """Return what the book shows of money."""
    place = partitions.root / SHARED
    day = partitions.inputs["dates"]["last_price"]
    told = table_paths(place, MOVEMENTS)
    heads = [name for name in SCHEMA if name != MOVEMENTS]
    table = read_files(place, heads=heads).tables[MOVEMENTS] if told else None
    return Shown(table, day and date.fromisoformat(day))


def _handed_on(before: RunsBefore, unreadable: list[str]) -> tuple[Any, dict[str, Seen], Any]:
    """Return what the latest run believed of households and prices, and the last night's nos."""
    nothing = Believed(WORTH_SCHEMA.empty_table(), {})
    worth, prices = _told(before.latest, believed_by, nothing, unreadable)
    last, no_nos = before.nights[-1] if before.nights else None, TABLES[NOS].empty_table()
    return worth, prices, _told(last, lambda run: nos_left(run.folder.path), no_nos, unreadable)


def _told(
    run: EarlierRun | None,
    read: Callable[[EarlierRun], Found],
    nothing: Found,
    unreadable: list[str],
) -> Found:
    """Return what is read of a run, `nothing` where there is none; a damaged one is told once."""
    if run is None:
        return nothing
    try:
        return read(run)
    except (RunFolderError, OSError, ValueError) as error:  # Arrow's errors are ValueErrors
        said = f"earlier run {run.folder.run_id} cannot be read: {error}"
        if said not in unreadable:
            unreadable.append(said)
        return nothing


def _waiting(
    partitions: Partitions,
    asof: date,
    waited: Mapping[str, int],
    policies: Mapping[str, Policy],
    night: Capacity,
    tonight: Tonight,
    on_policy: Callable[[Policy], Policy],
) -> Iterator[Any]:
    """Yield tables of who waits tonight, by id: household, nights in a row, and why."""
    names = sorted(policies)
    ids, who = _standings(partitions, asof, tonight, names, waited, on_policy)
    order, places, own = deferred(who, tuple(policies[name].capacity for name in names), night)
    found = ids.take(pa.array(order[places]))
    by_id = pc.sort_indices(found).to_numpy()
    said = [_words(policies[name].capacity) for name in names]
    for start in range(0, len(by_id), GROUP_ROWS):
        some = by_id[start : start + GROUP_ROWS]
        here = found.take(pa.array(some)).to_pylist()
        reasons = [
            f"number {place + 1} in tonight's order, where "
            + (f"its policy answers {said[code]}" if mine else f"the night answers {_words(night)}")
            + "; among the first of the next night"
            for place, mine, code in zip(
                places[some].tolist(),
                own[some].tolist(),
                who.policy[order[places[some]]].tolist(),
                strict=True,
            )
        ]
        nights = [waited.get(name, 0) + 1 for name in here]
        yield pa.table([here, nights, reasons], schema=DEFERRED_SCHEMA)


def _standings(
    partitions: Partitions,
    asof: date,
    tonight: Tonight,
    names: Sequence[str],
    waited: Mapping[str, int],
    on_policy: Callable[[Policy], Policy],
) -> tuple[Any, Standing]:
    """Return who is to be answered (an Arrow array), and what decides everybody's place."""
    ids: list[Any] = []
    parts: list[Standing] = []
    columns: dict[str, Any]
    code = {name: place for place, name in enumerate(names)}
    for part in sorted({chunk.partition for chunk in partitions.chunks()}):
        place = partitions.root / part_name(part)
        chosen = np.array(json.loads((place / IDS).read_text("utf-8")), object)
        book = read_columns(place, asof, tonight.last_night, shared=partitions.root / SHARED)
        mine = np.flatnonzero(np.isin(book.household_ids, chosen))
        nights = np.array([waited.get(name, 0) for name in book.household_ids], np.int64)
        found = standing(screen(book.columns), nights, book.doubtful)
        if tonight.any_orders or tonight.any_nos:
            found = _without_waiting(found, tonight.of_part(partitions, part), on_policy)
        policy = np.array([code.get(p.policy_id, 0) for p in book.columns.policies], np.int64)
        columns = {name: getattr(found, name)[mine] for name in Standing.__slots__}
        parts.append(Standing(**{**columns, "policy": policy[columns["policy"]]}))
        ids.append(pa.array(book.household_ids[mine], pa.large_string()))
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) if parts else np.empty(0)
        for name in Standing.__slots__
    }
    return pa.concat_arrays(ids or [pa.array([], pa.large_string())]), Standing(**joined)


def _without_waiting(
    who: Standing, book: NightBook, on_policy: Callable[[Policy], Policy]
) -> Standing:
    """Leave out who waits for orders of an earlier night or whose no stands: neither needs a place.

    Who needs cash does.
    """
    needed = who.needed.copy()
    for place in np.flatnonzero(needed & ~who.cash).tolist():
        name = str(book.book.household_ids[place])
        if not (book.orders.get(name) or book.nos.get(name)) or book.faults_of(name):
            continue
        household = book.household(name)
        needed[place] = not household.waits
        if needed[place] and household.earlier_no is not None:
            policy = on_policy(book.policy(household.policy_id))
            needed[place] = inside_bands(household, policy) is None
    return replace(who, needed=needed)


def _words(limit: Capacity) -> str:
    said = []
    if limit.max_households is not None:
        noun = "household" if limit.max_households == 1 else "households"
        said.append(f"{limit.max_households} {noun}")
    if limit.max_usd is not None:
        said.append(f"${limit.max_usd:,.0f} of trades")
    return " and ".join(said)
