"""The drag reference of whole households against placing their targets by a linear program.

Class means, rates by value and the share of sheltered room are summed in plain loops; the least
yearly tax of a mix is a linear program over (row, taxable or sheltered). π is right exactly if no
small change of the mix away from the target saves more, or costs less, than π says.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.optimize import linprog

from models.drag_reference import Rates, drag_reference
from models.household import TREATMENT_OF, Household
from tests.households import CASH, Row, account, household, lot, security, target, unit

CLASSES = ("STOCK", "BOND", "GOLD")

STEP = 1e-4
"""Weight by which a mix is changed: under every weight of a target here."""

SOLVED = 1e-10
"""What the linear program may be off, as a fraction a year."""

Taxes = Mapping[str, tuple[float, float, float]]
"""Yearly cost of a dollar of each row, in taxable, deferred and exempt accounts."""

KINDS = ("taxable", "deferred", "exempt")


def drawn(rng: np.random.Generator) -> tuple[Household, Rates]:
    """Draw a household of two returns, up to four accounts and two targets; and its rates."""
    funds = [
        security(
            f"F{n}",
            float(rng.integers(5, 200)),
            CLASSES[n % 3],
            qualified_yield=float(rng.integers(0, 30)) / 1000.0,
            ordinary_yield=float(rng.integers(0, 50)) / 1000.0,
            foreign_tax_yield=float(rng.choice([0, 0, 1, 2, 9])) / 1000.0,
        )
        for n in range(5)
    ]
    kinds = ["taxable", *rng.choice(list(TREATMENT_OF), 3).tolist()]
    accounts: list[Row] = [
        account(
            f"A{n}",
            kind,
            cash=float(rng.integers(0, 4000)),
            cash_yield=float(rng.choice([0.0, 0.03])),
            net_flow=float(rng.integers(-900, 900)),
            filing_unit=int(rng.integers(2)),
            target_id=None if n == 0 or rng.random() < 0.6 else "OWN",
        )
        for n, kind in enumerate(kinds)
    ]
    lots = [
        lot(
            f"L{n}",
            f"A{n % 4}",
            f"F{rng.integers(5)}",
            float(rng.integers(20, 900)),
            500.0,
            "2020-01-02",
        )
        for n in range(7)
    ]
    of = household(
        accounts,
        lots,
        funds,
        units=[unit("U"), unit("V")],
        targets={"T": _mix(rng, CASH), "OWN": _mix(rng, "F4")},
        covariance={(name, name): 0.04 for name in CLASSES},
        exposures={"F3": {"STOCK": 0.5, "BOND": 0.75}},
    )
    rates = (rng.uniform(0.0, 0.25, 2), rng.uniform(0.1, 0.5, 2), rng.uniform(0.0, 0.4, 2))
    return of, Rates(*rates)


def _mix(rng: np.random.Generator, more: str) -> Row:
    """Weights of the three classes and of one row more, each at least 5%."""
    weights = (0.05 + 0.8 * rng.dirichlet(np.ones(4))).tolist()
    return target(dict(zip((*CLASSES, more), weights, strict=True)))


def taxes_of(of: Household, rates: tuple[float, float, float]) -> tuple[Taxes, Taxes]:
    """Return the costs of every class (its mean by look-through) and of every security."""
    market, (long, ordinary, deferred) = of.market, rates
    through = market.risk.class_weights.toarray()
    own, classes = {}, {CASH: (max(of.accounts.cash_yield) * ordinary, 0.0, 0.0)}
    for i, name in enumerate(market.securities.security_id):
        income = market.securities.qualified_yield[i] * long
        income += market.securities.ordinary_yield[i] * ordinary
        foreign = float(market.securities.foreign_tax_yield[i])
        own[str(name)] = float(income), (1.0 - deferred) * foreign, foreign
    for k, name in enumerate(market.risk.classes):
        sums, size = [0.0, 0.0, 0.0], 0.0
        for i, tax in enumerate(own.values()):
            sums = [total + through[i, k] * part for total, part in zip(sums, tax, strict=True)]
            size += through[i, k]
        classes[name] = sums[0] / size, sums[1] / size, sums[2] / size
    return classes, own


def least_tax(mix: Mapping[str, float], taxes: Taxes, room: list[float]) -> float:
    """Least yearly cost of a mix in rooms that are given: (row, treatment) → weight."""
    rows = list(mix)
    cost = [part for name in rows for part in taxes[name]]
    each = np.kron(np.eye(len(rows)), np.ones((1, 3)))
    inside = np.tile(np.eye(3), len(rows))
    placed = linprog(
        cost, A_eq=np.vstack([each, inside]), b_eq=[*(mix[name] for name in rows), *room]
    )
    assert placed.fun is not None
    return float(placed.fun)


def group_facts(
    of: Household, name: str, rates: Rates
) -> tuple[list[float], tuple[float, float, float]]:
    """Return the rooms of a group, and its rates by the value of those they are for."""
    room = [0.0, 0.0, 0.0]
    sums = [0.0, 0.0, 0.0]
    for a, own in enumerate(of.accounts.target_id):
        if (own or of.target_id) != name:
            continue
        value = float(of.accounts.cash[a] + of.accounts.net_flow[a])
        for i, where in enumerate(of.lots.account):
            if where == a:
                value += of.lots.shares[i] * of.market.securities.price[of.lots.security[i]]
        kind = TREATMENT_OF[of.accounts.account_type[a]].value.removeprefix("tax-")
        room[KINDS.index(kind)] += value
        unit = of.accounts.filing_unit[a]
        if kind == "taxable":
            sums[0] += value * float(rates.long[unit])
            sums[1] += value * float(rates.ordinary[unit])
        elif kind == "deferred":
            sums[2] += value * float(rates.deferred[unit])
    total = sum(room)
    taxed, deferred = max(room[0], 1.0), max(room[1], 1.0)
    return [each / total for each in room], (sums[0] / taxed, sums[1] / taxed, sums[2] / deferred)


@pytest.mark.parametrize("seed", range(10))
def test_no_small_change_of_the_mix_beats_its_price(seed: int) -> None:
    """Every row of a target against every other and against cash, both ways, at least cost."""
    rng = np.random.default_rng(seed)
    of, rates = drawn(rng)
    found = drag_reference(of, rates, np.ones(4))
    through, ids = of.market.risk.class_weights.toarray(), of.market.securities.security_id
    for a, own in enumerate(of.accounts.target_id):
        name = str(own or of.target_id)
        room, of_group = group_facts(of, name, rates)
        classes, single = taxes_of(of, of_group)
        wanted = of.market.targets[name]
        mix = {CASH: 0.0} | dict(zip(wanted.classes, wanted.class_weights.tolist(), strict=True))
        named = [str(ids[i]) for i in wanted.securities]
        mix |= dict(zip(named, wanted.security_weights.tolist(), strict=True))
        price = {str(each): float(found[a, i]) for i, each in enumerate(ids)}
        # π of a class is what a plain fund of it bears: F0, F1 and F2 hold one class each.
        price |= {"STOCK": price["F0"], "BOND": price["F1"], "GOLD": price["F2"], CASH: 0.0}
        taxes = {**single, **classes}
        here = least_tax(mix, taxes, room)
        for less in (row for row in mix if mix[row] > 0.0):
            for more in (row for row in mix if row != less):
                moved = {**mix, less: mix[less] - STEP, more: mix[more] + STEP}
                change = least_tax(moved, taxes, room) - here
                assert change >= STEP * (price[more] - price[less]) - SOLVED, (less, more)
        parts = {"STOCK": price["F0"], "BOND": price["F1"], "GOLD": price["F2"]}
        mixed = sum(
            float(through[3, k]) * parts[each]
            for k, each in enumerate(of.market.risk.classes)
            if each in parts
        )
        assert price["F3"] == pytest.approx(mixed, abs=1e-15)
