"""Who the households of a block are: ages, returns, accounts, and how money is split among them.

A block is drawn as arrays, one entry a household; nothing here loops over households. Couples that
file apart and partners that never married make two filing units; the second person's accounts then
belong to the second unit. Wishes that could make a household unable to comply (budgets, turnover
limits) are given only to *calm* ones, from which no money must be raised: a synthetic book is for
measuring plans, and contradictions are stories of the sample book.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scenarios.synthetic.market import Bools, Floats, Ints, Market, rounded

STATUSES = ("single", "mfj", "mfs", "hoh")
STATUS_SHARE = (0.29, 0.60, 0.03, 0.08)

#: State rates of a few states of residence, some without an income tax.
STATE_RATES = (0.0, 0.0307, 0.0425, 0.05, 0.0575, 0.0685, 0.093)
STATE_SHARE = (0.24, 0.12, 0.15, 0.20, 0.11, 0.08, 0.10)

#: Age from which an IRA must pay out, for those born before 1960.
RMD_AGE = 73

RETIREMENT_AGE = 65


@dataclass(frozen=True, slots=True)
class People:
    """One block of households and their accounts.

    Attributes
    ----------
    status, second_status
        Index into `STATUSES`; −1 where there is no second filing unit, `(n,)`.
    age
        Age of the older person in years, `(n,)`.
    income, second_income
        Ordinary income of each filing unit in dollars, `(n,)`.
    state_rate
        `(n,)`.
    target
        Index of the model portfolio, `(n,)`.
    calm
        Households from which no money must be raised, `(n,)`.
    account_type
        Index into each slot's choices, `(n, n_slots)`.
    owner
        0 or 1, `(n, n_slots)`.
    value
        Account value in dollars, `(n, n_slots)`.
    cash, cash_floor, net_flow
        Dollars, `(n, n_slots)`.
    household_flow
        Withdrawal (−) or contribution of the household in dollars, 0 for none, `(n,)`.
    """

    status: Ints
    second_status: Ints
    age: Floats
    income: Floats
    second_income: Floats
    state_rate: Floats
    target: Ints
    calm: Bools
    account_type: Ints
    owner: Ints
    value: Floats
    cash: Floats
    cash_floor: Floats
    net_flow: Floats
    household_flow: Floats

    @property
    def count(self) -> int:
        """Number of households."""
        return len(self.age)


def draw_people(rng: np.random.Generator, market: Market, n: int) -> People:
    """Draw `n` households."""
    slots = market.slots
    age = np.clip(rng.normal(54, 15, n), 24, 92).round()
    status = rng.choice(4, n, p=STATUS_SHARE)
    couple = (status == 1) | (status == 2)
    partners = (status == 0) & (rng.random(n) < 0.08)
    second_status = np.where(status == 2, 2, np.where(partners, 0, -1))
    scale = np.where(age >= RETIREMENT_AGE, 0.55, 1.0) * np.where(status == 1, 1.6, 1.0)
    income = rounded(scale * np.exp(rng.normal(np.log(105_000), 0.6, n)), -2)
    second_income = rounded(np.exp(rng.normal(np.log(80_000), 0.6, n)), -2)
    wealth = np.exp(rng.normal(np.log(market.median_wealth_usd), 0.8, n))
    wealth = np.clip(wealth * np.exp(0.012 * (age - 54)), 20_000, None)
    sizes = np.array([slot.size for slot in slots])
    split = rng.standard_gamma(1.6 * sizes, (n, len(slots))) + 0.05
    value = wealth[:, None] * split / split.sum(axis=1, keepdims=True)
    taxable = np.array([slot.taxable for slot in slots])
    second = np.array([slot.second for slot in slots])
    owner = (second & (couple | partners)[:, None]).astype(np.int64)
    calm = rng.random(n) < 0.80
    return People(
        status=status,
        second_status=second_status,
        age=age,
        income=income,
        second_income=second_income,
        state_rate=rng.choice(STATE_RATES, n, p=STATE_SHARE),
        target=_targets(rng, market, age),
        calm=calm,
        account_type=_account_types(rng, market, n),
        owner=owner,
        value=value,
        **_cash(rng, value, taxable, calm),
    )


def _targets(rng: np.random.Generator, market: Market, age: Floats) -> Ints:
    """Younger households lean toward later, more aggressive models of each family."""
    direct = np.array([str(name).endswith("-direct") for name in market.target_id])
    family = np.flatnonzero(direct if direct.any() else ~direct)
    plain = np.flatnonzero(~direct)
    position = np.clip((90 - age) / 66 + rng.normal(0, 0.25, len(age)), 0, 0.999)
    chosen = family[(position * len(family)).astype(np.int64)]
    other = plain[(position * len(plain)).astype(np.int64)]
    result: Ints = np.where(rng.random(len(age)) < 0.25, other, chosen)
    return result


def _account_types(rng: np.random.Generator, market: Market, n: int) -> Ints:
    columns = []
    for slot in market.slots:
        shares = np.cumsum([share for _, share, _ in slot.choices])
        columns.append(np.searchsorted(shares[:-1], rng.random(n), side="right"))
    return np.column_stack(columns).astype(np.int64)


def _cash(
    rng: np.random.Generator, value: Floats, taxable: Bools, calm: Bools
) -> dict[str, Floats]:
    """Cash and what must leave it; a calm household keeps its floors without selling."""
    n, slots = value.shape
    cash = rounded(value * rng.beta(1.2, 40, (n, slots)), 2)
    floor = np.where(rng.random((n, slots)) < 0.3, np.round(value * 0.01, 2), 0.0)
    floor = np.where(calm[:, None], np.minimum(floor, np.floor(cash)), floor)
    contribution = (rng.random((n, slots)) < 0.12) & taxable
    withdrawal = (rng.random((n, slots)) < 0.20) & taxable & ~calm[:, None] & ~contribution
    flow = np.where(contribution, value * rng.uniform(0.005, 0.05, (n, slots)), 0.0)
    flow = np.where(withdrawal, -value * rng.uniform(0.005, 0.03, (n, slots)), flow)
    wealth = value.sum(axis=1)
    wanted = rng.random(n)
    out = -wealth * rng.uniform(0.003, 0.02, n)
    household = np.where((wanted < 0.2) & ~calm, out, 0.0)
    household = np.where((wanted > 0.97) & calm, wealth * 0.01, household)
    return {
        "cash": cash,
        "cash_floor": floor,
        "net_flow": rounded(flow),
        "household_flow": rounded(household),
    }
