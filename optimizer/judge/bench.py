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
from models.drag_reference import TARGET, Rates, best_cash_yield, drag_reference
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
    """A household as every plan of it is judged: each part is found, exactly, when it is asked for.

    `past` is what the ledger reads of trades and open orders, where that was read already.
    """

    household: Household
    policy: Policy
    past: tuple[History, Reservations] | None = None

    @cached_property
    def history(self) -> History:
        """The past's wash-sale windows; nothing ordered asks for none."""
        if self.past is not None:
            return self.past[0]
        with localcontext(prec=PRECISION):
            return read_history(self.household, self.policy.wash_sale.closed_replacements)

    @cached_property
    def reserved(self) -> Reservations:
        """What open orders set aside."""
        if self.past is not None:
            return self.past[1]
        with localcontext(prec=PRECISION):
            return reserve(self.household, self.policy)

    @cached_property
    def rates(self) -> tuple[UnitRates, ...]:
        """Rates by filing unit."""
        with localcontext(prec=PRECISION):
            return unit_rates(self.household, self.policy)

    @cached_property
    def paid(self) -> Rates:
        """What later years pay on income, by filing unit."""
        return Rates(
            long=np.array([float(each.qualified) for each in self.rates]),
            ordinary=np.array([float(each.ordinary) for each in self.rates]),
            deferred=np.array([float(each.deferred) for each in self.rates]),
        )

    @cached_property
    def best_cash(self) -> float:
        """What the best of cash and cash-like funds earns a year, fraction."""
        return best_cash_yield(self.household)

    @cached_property
    def scale(self) -> Floats:
        """What a dollar of each account counts."""
        return account_scale(self.household, self.policy, self.rates)

    @cached_property
    def goals(self) -> Mapping[str, Target]:
        """What stands in for the targets, see `models.triggers.aim`."""
        return destinations(self.household, self.policy)

    @cached_property
    def idle(self) -> Ledger:
        """The ledger when nothing is ordered."""
        return replay(self.household, self.policy, (), (), NO_HISTORY, NOTHING_RESERVED)

    @cached_property
    def still(self) -> tuple[UnitYear, ...]:
        """Each filing unit's year when nothing is ordered."""
        return unit_taxes(self.household, self.rates, self.idle)

    @cached_property
    def borne_anyway(self) -> Floats:
        """π by account and security, fraction a year: what drag is counted beyond.

        See `models.drag_reference`; zeros where the policy has no reference.
        """
        household = self.household
        if self.policy.tax.drag_reference != TARGET:
            securities = household.market.securities.security_id
            return np.zeros((len(household.accounts.account_id), len(securities)))
        return drag_reference(household, self.paid, self.scale)
