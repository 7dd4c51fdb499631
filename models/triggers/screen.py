"""Which households need an answer tonight, and why: every trigger, for all of them at once.

Cash needs always count: a household-level or account-level flow, a required distribution, cash
under its floor. Drift counts as the policy's [triggers] drift says; the other triggers are opt-in.
What only the judge can see (a limit that doing nothing breaks) is not here: who is left alone
here is still judged before the answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from models.arrays import Bools, Floats, Ints, sum_by
from models.policy import Policy
from models.tolerances import CENT_USD
from models.triggers.bands import EVERY_NIGHT
from models.triggers.calendar import due_day, last_weekday
from models.triggers.columns import TriggerColumns
from models.triggers.lots import by_policy, harvestable_usd, taxable_share, turning_long_usd
from models.triggers.weights import DriftRows, Groups, drift_rows, groups_of


class Trigger(StrEnum):
    """Why a household needs an answer; the order is that of telling."""

    CASH = "cash"
    DRIFT = "drift"
    CALENDAR = "calendar"
    IDLE_CASH = "idle_cash"
    HARVEST = "harvest"
    LONG_TERM = "long_term"
    YEAR_END = "year_end"
    RESTRICTION = "restriction"


@dataclass(frozen=True, slots=True)
class Screen:
    """Every household screened; shape `(n,)` where nothing else is said.

    Attributes
    ----------
    fired
        By trigger, who needs an answer because of it.
    figure
        By trigger, how much: dollars of cash to raise or invest, losses, lots; weight beyond the
        band for drift; 0 for days.
    due
        Day of each policy's calendar that is due, None where none is, `(n_policies,)`.
    drifted
        A weight is outside its band, or a target has no bands.
    beyond
        Weight outside the band, the largest row of the household; 0 inside. Without bands in a
        target all of its drift counts.
    room
        What is left of the band of each row of `rows`.
    closest
        Row of `rows` with the least of it, −1 without a band.
    value_usd, moved_usd
        Worth, and dollars that full correction of drift and flows would trade, one way.
    taxable
        Holds anything in a taxable account.
    """

    columns: TriggerColumns
    groups: Groups
    rows: DriftRows
    fired: Mapping[Trigger, Bools]
    figure: Mapping[Trigger, Floats]
    due: tuple[date | None, ...]
    drifted: Bools
    beyond: Floats
    room: Floats
    closest: Ints
    value_usd: Floats
    moved_usd: Floats
    taxable: Bools

    @property
    def needed(self) -> Bools:
        """Who needs an answer."""
        needed: Bools = np.logical_or.reduce(list(self.fired.values()))
        return needed

    def triggers_of(self, household: int) -> tuple[Trigger, ...]:
        """Why a household needs an answer; empty when it does not."""
        return tuple(trigger for trigger in Trigger if self.fired[trigger][household])


class Screened(NamedTuple):
    """A household among those that were screened together."""

    screen: Screen
    place: int


def screen(columns: TriggerColumns) -> Screen:
    """Screen households: no loop over them, one pass over the lots for each asset class."""
    groups = groups_of(columns)
    rows = drift_rows(columns, groups)
    household = groups.household[rows.group]
    room = rows.room
    least = np.full(columns.households, np.inf)
    np.fmin.at(least, household, room)
    value = sum_by(groups.household, groups.value_usd, columns.households) + columns.net_flow
    unbanded = groups_without_bands(groups, rows)
    drifted = (least < 0.0) | _without_bands(columns, groups, rows, unbanded)
    beyond = _beyond(columns.households, household, rows, unbanded)
    cash = _cash_need_usd(columns)
    idle = _idle_cash_usd(columns, value)
    harvest, turning = harvestable_usd(columns), turning_long_usd(columns)
    due = tuple(due_day(p.triggers, columns.asof, columns.last_night) for p in columns.policies)
    by_drift, by_calendar = _drift_or_day(columns, drifted, due)
    nothing = np.zeros(columns.households)
    dollars = np.abs(rows.drift) * groups.value_usd[rows.group]
    return Screen(
        columns=columns,
        groups=groups,
        rows=rows,
        fired={
            Trigger.CASH: cash > 0.0,
            Trigger.DRIFT: by_drift,
            Trigger.CALENDAR: by_calendar,
            Trigger.IDLE_CASH: idle > 0.0,
            Trigger.HARVEST: (harvest > 0.0) & (harvest >= by_policy(columns, "harvest_usd")),
            Trigger.LONG_TERM: (turning > 0.0) & (turning >= by_policy(columns, "long_term_usd")),
            Trigger.YEAR_END: _year_end(columns),
            Trigger.RESTRICTION: _released(columns),
        },
        figure={
            Trigger.CASH: cash,
            Trigger.DRIFT: beyond,
            Trigger.CALENDAR: nothing,
            Trigger.IDLE_CASH: idle,
            Trigger.HARVEST: harvest,
            Trigger.LONG_TERM: turning,
            Trigger.YEAR_END: nothing,
            Trigger.RESTRICTION: nothing,
        },
        due=due,
        drifted=drifted,
        beyond=beyond,
        room=room,
        closest=_closest(household, room, columns.households),
        value_usd=value,
        moved_usd=sum_by(household, dollars, columns.households) / 2.0 + cash,
        taxable=taxable_share(columns),
    )


def groups_without_bands(groups: Groups, rows: DriftRows) -> Bools:
    """Groups whose target has rows and not one band, `(n_groups,)`: they are always looked at."""
    without = np.zeros(len(groups.target), bool)
    without[rows.group] = True
    without[rows.group[rows.banded]] = False
    return without


def _without_bands(
    columns: TriggerColumns, groups: Groups, rows: DriftRows, unbanded: Bools
) -> Bools:
    """Households with a group without bands, or without any row."""
    found = np.ones(columns.households, bool)
    found[groups.household[rows.group]] = False
    found[groups.household[unbanded]] = True
    return found


def _beyond(households: int, household: Ints, rows: DriftRows, unbanded: Bools) -> Floats:
    """Largest weight outside a band, 0 inside; all drift where a target has no bands."""
    outside = np.where(unbanded[rows.group], np.abs(rows.drift), np.fmax(-rows.room, 0.0))
    found = np.zeros(households)
    np.maximum.at(found, household, outside)
    return found


def _cash_need_usd(columns: TriggerColumns) -> Floats:
    """|household flow| + Σ |account flow| + what required distributions and floors still lack."""
    accounts = columns.accounts
    short = accounts.floor - (accounts.cash + accounts.net_flow)
    short = np.where(short > float(CENT_USD), short, 0.0)
    needed = np.abs(accounts.net_flow) + accounts.required + short
    return np.abs(columns.net_flow) + sum_by(accounts.household, needed, columns.households)


def _idle_cash_usd(columns: TriggerColumns, value: Floats) -> Floats:
    """Σ cash above the floors where it passes every threshold that the policy gives, else 0."""
    accounts = columns.accounts
    above = np.maximum(accounts.cash + accounts.net_flow - accounts.floor, 0.0)
    idle = sum_by(accounts.household, above, columns.households)
    usd, weight = by_policy(columns, "cash_usd"), by_policy(columns, "cash_weight")
    passed = ~(np.isnan(usd) & np.isnan(weight)) & (idle > 0.0)
    passed &= np.isnan(usd) | (idle >= usd)
    passed &= np.isnan(weight) | (idle >= weight * value)
    return np.where(passed, idle, 0.0)


def _drift_or_day(
    columns: TriggerColumns, drifted: Bools, due: tuple[date | None, ...]
) -> tuple[Bools, Bools]:
    """Who is triggered by drift, and who by the calendar, as each policy asks."""
    kind = np.array([policy.triggers.drift for policy in columns.policies])[columns.policy]
    today = np.array([day is not None for day in due])[columns.policy]
    by_drift = np.isin(kind, EVERY_NIGHT) & drifted
    by_drift |= (kind == "hybrid") & drifted & today
    return by_drift, np.isin(kind, ("calendar", "either")) & today


def _year_end(columns: TriggerColumns) -> Bools:
    left = (date(columns.asof.year, 12, 31) - columns.asof).days
    return left < by_policy(columns, "year_end_days")


def _released(columns: TriggerColumns) -> Bools:
    """A restriction's last day was the last night or later, and is over."""
    asked = by_policy(columns, "restriction_expired") > 0.0
    before = columns.last_night
    if before is None or before >= columns.asof:
        before = last_weekday(columns.asof)
    since = np.datetime64(before, "D")
    return asked & ~np.isnat(columns.ended) & (columns.ended >= since)


def _closest(household: Ints, room: Floats, households: int) -> Ints:
    """Row with the least room of each household, the first of equals; −1 without any."""
    found = np.full(households, -1, np.int64)
    rows = np.flatnonzero(~np.isnan(room))
    if rows.size:
        order = rows[np.lexsort((rows, room[rows], household[rows]))]
        first = np.append(True, household[order][1:] != household[order][:-1])
        found[household[order[first]]] = order[first]
    return found


def policy_of(screened: Screen, household: int) -> Policy:
    """Return the policy of one household."""
    columns = screened.columns
    policy: Policy = columns.policies[int(columns.policy[household])]
    return policy
