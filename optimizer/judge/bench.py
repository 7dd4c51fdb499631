"""What the judge knows of a household before it sees an order: worked out once, for every plan.

A household is judged once for its plan, once more for doing nothing, and again for orders that wash
sales have to be replayed without. Its past, its rates and its state before are the same each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import localcontext
from functools import cached_property

import numpy as np

from models.arrays import Floats
from models.drag_reference import TARGET, Rates, drag_reference
from models.household import Household
from models.ledger import (
    NO_HISTORY,
    NOTHING_RESERVED,
    History,
    Ledger,
    Reservations,
    read_history,
    replay,
    reserve,
)
from models.ledger.exact import PRECISION
from models.market import Target
from models.policy import Policy
from models.triggers.aim import destinations
from optimizer.judge.rates import UnitRates, unit_rates
from optimizer.judge.tracking import account_scale
from optimizer.judge.unit_year import UnitYear, unit_taxes


@dataclass(frozen=True)
class Bench:
    """A household as every plan of it is judged; `read` is its past where that was read already.

    What orders alone ask for is found when they do.

    Attributes
    ----------
    rates, scale
        Rates by filing unit, and what a dollar of each account counts.
    goals
        What stands in for the targets, see `models.triggers.aim`.
    borne_anyway
        π by account and security, fraction a year (see `models.drag_reference`): what drag is
        counted beyond; zeros where the policy has no reference.
    idle, still
        The ledger when nothing is ordered, and each filing unit's year then.
    """

    household: Household
    policy: Policy
    read: tuple[History, Reservations] | None
    rates: tuple[UnitRates, ...]
    scale: Floats
    goals: Mapping[str, Target]
    borne_anyway: Floats
    idle: Ledger
    still: tuple[UnitYear, ...]

    @cached_property
    def history(self) -> History:
        """The past's wash-sale windows."""
        if self.read is not None:
            return self.read[0]
        with localcontext(prec=PRECISION):
            return read_history(self.household, self.policy.wash_sale.closed_replacements)

    @cached_property
    def reserved(self) -> Reservations:
        """What open orders set aside."""
        if self.read is not None:
            return self.read[1]
        with localcontext(prec=PRECISION):
            return reserve(self.household, self.policy)


def bench(
    household: Household, policy: Policy, past: tuple[History, Reservations] | None = None
) -> Bench:
    """Read the rates and what doing nothing comes to, exactly.

    `past` is what the ledger reads of trades and open orders, where that was read already.
    """
    with localcontext(prec=PRECISION):
        rates = unit_rates(household, policy)
        scale = account_scale(household, policy, rates)
        idle = replay(household, policy, (), (), NO_HISTORY, NOTHING_RESERVED)
        return Bench(
            household=household,
            policy=policy,
            read=past,
            rates=rates,
            scale=scale,
            goals=destinations(household, policy),
            borne_anyway=_borne_anyway(household, policy, rates, scale),
            idle=idle,
            still=unit_taxes(household, rates, idle),
        )


def _borne_anyway(
    household: Household, policy: Policy, rates: tuple[UnitRates, ...], scale: Floats
) -> Floats:
    if policy.tax.drag_reference != TARGET:
        securities = household.market.securities.security_id
        return np.zeros((len(household.accounts.account_id), len(securities)))
    paid = Rates(
        long=np.array([float(each.qualified) for each in rates]),
        ordinary=np.array([float(each.ordinary) for each in rates]),
        deferred=np.array([float(each.deferred) for each in rates]),
    )
    return drag_reference(household, paid, scale)
