"""Every strategy of the property tests, once.

Amounts are drawn in cents, with the law's own edges drawn often: what breaks a tax function breaks
at a bracket's end, not at a random income.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from hypothesis import strategies as st

from models.arrays import Floats
from models.household import Household
from models.law import law_for
from optimizer.inputs.piecewise import Piecewise
from optimizer.program.arrays import Arrays
from tests.households import STOCK, Row, account, household, lot, security, target, unit
from tests.optimizer.statements import arrays_of

STATUSES = ("single", "mfj", "mfs", "hoh")
YEARS = (date(2025, 11, 20), date(2026, 11, 20))


def cents(low: float, high: float) -> st.SearchStrategy[float]:
    """Draw dollars to the cent."""
    return st.integers(round(low * 100), round(high * 100)).map(lambda value: value / 100.0)


@st.composite
def piecewise(draw: st.DrawFn, *, convex: bool = False) -> Piecewise:
    """Draw a piecewise-linear function of up to seven knots, convex where asked."""
    knots = draw(st.lists(st.integers(-50, 50), max_size=7, unique=True).map(sorted))
    count = len(knots) + 1
    slopes = draw(st.lists(st.integers(-20, 20), min_size=count, max_size=count))
    if convex:
        slopes.sort()
    origin, level = draw(st.integers(-60, 60)), draw(st.integers(-9, 9))
    return Piecewise(np.array(knots, float), np.array(slopes, float) / 8.0, origin, level)


@st.composite
def intervals(draw: st.DrawFn, reach: int = 60) -> tuple[float, float]:
    """Draw low ≤ high; a single point is one too."""
    low, high = sorted((draw(st.integers(-reach, reach)), draw(st.integers(-reach, reach))))
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A small convex program that has a point, and a point and multipliers that know nothing."""

    arrays: Arrays
    x: Floats
    multipliers: Floats


@st.composite
def doubts(draw: st.DrawFn) -> Doubt:
    """Draw minimise ½‖Fx‖² + q'x + c over rows and boxes around a feasible point, and a guess."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    factor = rng.normal(size=(draw(st.integers(0, n)), n))
    A = np.where(rng.random((m, n)) < 0.7, rng.normal(size=(m, n)), 0.0)
    low, high = -rng.uniform(0.0, 3.0, n), rng.uniform(0.0, 3.0, n)
    inside = rng.uniform(low, high)
    kind = rng.integers(0, 4, m)
    slack = np.where(kind == 0, 0.0, rng.uniform(0.0, 2.0, m))
    row_low = np.where(kind == 2, -np.inf, A @ inside - slack)
    row_high = np.where(kind == 3, np.inf, A @ inside + slack)
    size = draw(st.sampled_from([0.0, 0.1, 1.0, 10.0, 1e3]))
    arrays = arrays_of(
        factor.T @ factor, rng.normal(size=n), A, (row_low, row_high), (low, high), 1.5
    )
    return Doubt(arrays, size * rng.normal(size=n), size * rng.normal(size=m))


def edges(asof: date, status: str) -> list[float]:
    """Return the incomes at which a filing status's law changes slope."""
    law = law_for(asof.year)
    every = [*law.ordinary(status).edges, *law.capital_gains(status).edges]
    return [0.0, float(law.niit(status).threshold), *(float(e) for e in every if e is not None)]


@st.composite
def incomes(draw: st.DrawFn, asof: date, status: str) -> float:
    """Draw an ordinary income: anywhere, or within a few thousand dollars of an edge."""
    if draw(st.booleans()):
        return draw(cents(-20_000.0, 700_000.0))
    return draw(st.sampled_from(edges(asof, status))) + draw(cents(-4_000.0, 4_000.0))


@st.composite
def units(draw: st.DrawFn, asof: date) -> Row:
    """Draw a filing unit: income, dividends, surtax base, state, year to date and carryforwards."""
    status = draw(st.sampled_from(STATUSES))
    income = draw(incomes(asof, status))
    dividends = draw(st.one_of(st.just(0.0), cents(0.0, 30_000.0)))
    few = st.one_of(st.just(0.0), cents(0.0, 12_000.0))
    row: Row = {
        "filing_status": status,
        "ordinary_income": income,
        "qualified_dividends": dividends,
        "net_investment_income": dividends + draw(few),
        "magi": income + dividends + draw(few),
        "state_rate": draw(st.sampled_from([0.0, 0.05, 0.093])),
        "st_realized_ytd": draw(st.one_of(st.just(0.0), cents(-9_000.0, 9_000.0))),
        "lt_realized_ytd": draw(st.one_of(st.just(0.0), cents(-9_000.0, 9_000.0))),
        "st_carryforward": draw(few),
        "lt_carryforward": draw(few),
    }
    return unit("U1", **row)


@st.composite
def taxed_households(draw: st.DrawFn) -> Household:
    """Draw a household with a lot of each kind of gain, and deferred money that may have to leave.

    Account TX holds a short gain, a short loss, a long gain and a long loss, IRA only cash. The
    IRA has an outflow of its own, a required distribution, and a part in a household withdrawal.
    """
    asof = draw(st.sampled_from(YEARS))
    amount = st.one_of(st.just(0.0), cents(0.0, 80_000.0), cents(0.0, 5_000.0))
    lots = []
    for name, gains, days in (("SG", 1, 100), ("SL", -1, 100), ("LG", 1, 800), ("LL", -1, 800)):
        gain = gains * draw(amount)
        value = max(2.0 * gain, 0.0) + 10_000.0
        day = str(asof - timedelta(days=days))
        lots.append(lot(name, "TX", name, value / 100.0, value - gain, day))
    own, due = draw(amount), draw(amount)
    ira = {"cash": 400_000.0, "net_flow": -own, "rmd_due_usd": due}
    ira["early_penalty_rate"] = draw(st.sampled_from([0.0, 0.0, 0.1]))
    return household(
        [account("TX", cash=300_000.0), account("IRA", "traditional_ira", **ira)],
        lots,
        [security(name, 100.0) for name in ("SG", "SL", "LG", "LL")],
        units=[draw(units(asof))],
        targets={"T": target({STOCK: 1.0})},
        net_flow=-draw(amount),
        asof=asof,
    )
