"""Each trigger with a household that it names and one that it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.drift import drifts
from models.household import Household
from models.policy import Bands, ClassBand, Policy, Triggers
from models.triggers import (
    Screen,
    Trigger,
    always_drifts,
    columns_of,
    left_alone,
    screen,
    trigger_words,
)
from models.triggers.weights import row_names
from tests.households import BOND, STOCK, account, household, lot, security, target

ROOM = Policy(bands=Bands(absolute=0.05))


def couple(shares: float = 60.0, **given: Any) -> Household:
    """Return a 60/40 household: a taxable account with stocks, an IRA with $4,000 of bonds."""
    rows: dict[str, Any] = {
        "accounts": [account("TAX"), account("IRA", account_type="traditional_ira")],
        "lots": [
            lot("L1", "TAX", "S", shares, 50.0 * shares, "2020-01-02"),
            lot("L2", "IRA", "B", 40.0, None, None),
        ],
        "securities": [security("S", 100.0, STOCK), security("B", 100.0, BOND)],
        "targets": {"T": target({STOCK: 0.6, BOND: 0.4})},
    }
    return household(**{**rows, **given})


def screened(of: Household, policy: Policy = ROOM) -> Screen:
    """Return the screen of one household."""
    return screen(columns_of(of, policy))


def fired(of: Household, policy: Policy = ROOM) -> tuple[Trigger, ...]:
    """Return why a household needs an answer."""
    return screened(of, policy).triggers_of(0)


def test_a_target_without_bands_is_always_looked_at() -> None:
    """Without a band in target or policy nothing says close enough."""
    assert fired(couple(), Policy()) == (Trigger.DRIFT,)
    assert fired(couple(), ROOM) == ()


@pytest.mark.parametrize("drift", ["bands", "calendar", "hybrid", "either"])
@pytest.mark.parametrize(
    ("bands", "own", "weighed"),
    [(Bands(), {}, False), (Bands(), {BOND: 0.02}, True), (Bands(absolute=0.05), {}, True)],
)
def test_what_always_drifts_is_not_weighed(
    drift: str, bands: Bands, own: dict[str, float], weighed: bool
) -> None:
    """Only without any band, and where drift counts on any day; the screen says the same."""
    of = couple(targets={"T": target({STOCK: 0.6, BOND: 0.4}, own)})
    policy = Policy(bands=bands, triggers=Triggers(drift=drift))
    asked = drift in ("bands", "either") and not weighed
    assert always_drifts(of, policy) is asked
    assert (Trigger.DRIFT in fired(of, policy)) >= asked


def test_drift_outside_a_band_is_a_reason_with_its_figure() -> None:
    """80 of 120: two thirds in stocks, 6.67 points over, 1.67 outside the band."""
    found = screened(couple(80.0))
    assert found.triggers_of(0) == (Trigger.DRIFT,)
    assert found.beyond[0] == pytest.approx(2 / 3 - 0.65)
    assert "1.67 points outside its band" in trigger_words(found, 0, Trigger.DRIFT)
    assert found.moved_usd[0] == pytest.approx(800.0)


def test_asymmetric_bands_look_at_the_side() -> None:
    """5 points below is inside, 2 points above is not."""
    lopsided = Policy(bands=Bands(0.2, classes=(ClassBand(STOCK, below=0.1, above=0.01),)))
    assert fired(couple(49.0), lopsided) == ()
    assert fired(couple(65.0), lopsided) == (Trigger.DRIFT,)


@pytest.mark.parametrize(
    ("drift", "calendar", "shares", "expected"),
    [
        ("calendar", "daily", 60.0, (Trigger.CALENDAR,)),
        ("calendar", "annual", 90.0, ()),
        ("hybrid", "daily", 90.0, (Trigger.DRIFT,)),
        ("hybrid", "daily", 60.0, ()),
        ("hybrid", "annual", 90.0, ()),
        ("either", "annual", 90.0, (Trigger.DRIFT,)),
        ("either", "daily", 60.0, (Trigger.CALENDAR,)),
        ("never", "daily", 90.0, ()),
    ],
)
def test_calendar_and_drift_together(
    drift: str, calendar: str, shares: float, expected: tuple[Trigger, ...]
) -> None:
    """Each way of joining the two, on a day of the calendar and off it."""
    policy = replace(ROOM, triggers=Triggers(drift=drift, calendar=calendar))
    assert fired(couple(shares), policy) == expected


@pytest.mark.parametrize(
    "needy",
    [
        couple(net_flow=-500.0),
        couple(net_flow=500.0),
        couple(accounts=[account("TAX", net_flow=100.0), account("IRA")]),
        couple(accounts=[account("TAX", cash_floor=50.0), account("IRA")]),
        couple(
            accounts=[
                account("TAX"),
                account("IRA", account_type="traditional_ira", rmd_due_usd=100.0),
            ]
        ),
    ],
)
def test_cash_needs_always_count(needy: Household) -> None:
    """Flows, a floor that is broken and a required distribution count under every policy."""
    never = replace(ROOM, triggers=Triggers(drift="never"))
    assert fired(needy, never) == (Trigger.CASH,)


def test_idle_cash_counts_above_both_thresholds() -> None:
    """$300 above the floor of a household worth $10,400."""
    idle = couple(accounts=[account("TAX", cash=400.0, cash_floor=100.0), account("IRA")])
    for usd, weight, expected in (
        (300.0, None, True),
        (300.5, None, False),
        (None, 0.02, True),
        (None, 0.03, False),
        (300.0, 0.03, False),
    ):
        policy = replace(ROOM, triggers=Triggers(cash_usd=usd, cash_weight=weight))
        assert (Trigger.IDLE_CASH in fired(idle, policy)) is expected


def losing(acquired: str = "2026-03-02", basis: float = 7000.0, **more: Any) -> Household:
    """Return the couple with a taxable lot worth $6,000 of another basis."""
    lots = [
        lot("L1", "TAX", "S", 60.0, basis, acquired, **more),
        lot("L2", "IRA", "B", 40.0, None, None),
    ]
    return couple(lots=lots)


@pytest.mark.parametrize(
    ("usd", "fraction", "acquired", "expected"),
    [
        (1000.0, 0.0, "2026-03-02", True),
        (1000.01, 0.0, "2026-03-02", False),
        (500.0, 0.14, "2026-03-02", True),
        (500.0, 0.15, "2026-03-02", False),  # down by 1/7
        (None, 0.0, "2026-03-02", False),
        (500.0, 0.0, "2026-10-21", False),  # bought 30 days ago: washed
        (500.0, 0.0, "2026-10-20", True),
    ],
)
def test_losses_that_can_be_taken(
    usd: float | None, fraction: float, acquired: str, expected: bool
) -> None:
    """$1,000 of loss, a seventh of basis."""
    policy = replace(ROOM, triggers=Triggers(harvest_usd=usd, harvest_fraction=fraction))
    assert (Trigger.HARVEST in fired(losing(acquired), policy)) is expected


@pytest.mark.parametrize(
    ("acquired", "days", "usd", "expected"),
    [
        ("2025-11-25", 6, 0.0, True),  # long-term from 2026-11-26
        ("2025-11-25", 5, 0.0, False),
        ("2025-11-19", 6, 0.0, True),  # today is its first long-term day
        ("2025-11-18", 6, 0.0, False),
        ("2025-11-25", 6, 1000.0, True),
        ("2025-11-25", 6, 1000.01, False),
        ("2025-11-25", 0, 0.0, False),
    ],
)
def test_lots_about_to_turn_long_term(acquired: str, days: int, usd: float, expected: bool) -> None:
    """By the calendar's year, with a gain or loss that is large enough."""
    policy = replace(ROOM, triggers=Triggers(long_term_days=days, long_term_usd=usd))
    assert (Trigger.LONG_TERM in fired(losing(acquired), policy)) is expected


@pytest.mark.parametrize(("days", "expected"), [(0, False), (41, False), (42, True)])
def test_the_last_days_of_the_year(days: int, expected: bool) -> None:
    """November 20 is among the last 42 days of the year."""
    policy = replace(ROOM, triggers=Triggers(year_end_days=days))
    assert (Trigger.YEAR_END in fired(couple(), policy)) is expected


@pytest.mark.parametrize(
    ("last_day", "last_night", "expected"),
    [
        ("2026-11-19", None, True),
        ("2026-11-18", None, False),
        ("2026-11-18", date(2026, 11, 17), True),
        ("2026-11-18", date(2026, 11, 19), False),
    ],
)
def test_a_restriction_that_ended(last_day: str, last_night: date | None, expected: bool) -> None:
    """Over since the last night, and only then."""
    free = replace(couple(), ended=date.fromisoformat(last_day), last_night=last_night)
    policy = replace(ROOM, triggers=Triggers(restriction_expired=True))
    assert (Trigger.RESTRICTION in fired(free, policy)) is expected
    assert fired(free, ROOM) == ()


def test_the_reason_for_leaving_alone_has_a_figure() -> None:
    """Room left where bands decide, the day where the calendar does."""
    tighter = Policy(bands=Bands(0.05, classes=(ClassBand(STOCK, absolute=0.04),)))
    assert left_alone(screened(couple(62.0), tighter), 0) == (
        f"inside its bands: the closest, {STOCK} of T, has 3.22 points left"
    )
    yearly = replace(ROOM, triggers=Triggers(drift="calendar", calendar="annual"))
    said = left_alone(screened(couple(90.0), yearly), 0)
    assert said.startswith("not a day of its annual calendar: ")
    assert "outside its band" in said


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.floats(0.0, 500.0), min_size=4, max_size=4),
    st.floats(-50.0, 5000.0),
    st.floats(0.0, 1.0),
)
def test_weights_agree_with_a_row_at_a_time(shares: list[float], cash: float, share: float) -> None:
    """The columns' weights are those of `models.drift`, target by target, cash and names too."""
    accounts = [account("A", cash=cash), account("B"), account("C", target_id="V")]
    securities = [security("S", 100.0, STOCK), security("B", 50.0, BOND), security("X", 7.0, BOND)]
    lots = [
        lot(f"L{k}", name, which, held, 1.0, "2020-01-02")
        for k, (name, which, held) in enumerate(
            zip("ABCC", ["S", "B", "X", "S"], shares, strict=True)
        )
    ]
    mixed = household(
        accounts,
        lots,
        securities,
        targets={
            "T": target({STOCK: share * 0.9, BOND: 0.9 - share * 0.9, "cash": 0.1}, {BOND: 0.1}),
            "V": target({"X": 0.5, STOCK: 0.5}, {"X": 0.05}),
        },
        exposures={"X": {STOCK: 0.5, BOND: 1.5}},
    )
    found = screened(mixed, Policy())
    expected = {(row.target_id, row.name): (row.weight, row.band) for row in drifts(mixed)}
    names, columns, rows = row_names(found.columns), found.columns, found.rows
    got = {}
    for k, group in enumerate(rows.group):
        code = found.groups.target[group]
        key = (columns.targets[code].target_id, names[code][rows.row[k]])
        got[key] = (rows.weight[k], rows.above[k])
    assert got.keys() == expected.keys()
    for key, (weight, band) in expected.items():
        assert got[key][0] == pytest.approx(weight, abs=1e-12)
        assert got[key][1] == pytest.approx(np.nan if band is None else band, nan_ok=True)
