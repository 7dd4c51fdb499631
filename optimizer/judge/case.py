"""One case before the judge: everything its rules may look at, and how an excess is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from models.household import Household
from models.ledger import BookedOrder, History, Ledger, Reservations, exact
from models.order import Flow, Order
from models.plan import Breach
from models.policy import Policy
from models.tolerances import CENT_USD, RELATIVE, SHARES
from optimizer.judge.bench import Bench
from optimizer.judge.holdings import Holdings
from optimizer.judge.objective import Measure
from optimizer.judge.tracking import ManagementGroup
from optimizer.judge.unit_year import UnitYear


@dataclass(frozen=True)
class Case:
    """A household, what was ordered, and what the ledger made of it.

    `orders` are as given, `ledger.orders` those that could be booked; `known` is what was known
    before them, `after` the state after everything.
    """

    household: Household
    policy: Policy
    orders: tuple[Order, ...]
    flows: tuple[Flow, ...]
    ledger: Ledger
    known: Bench
    held: Holdings
    groups: tuple[ManagementGroup, ...]
    units: tuple[UnitYear, ...]
    after: Measure

    @property
    def history(self) -> History:
        """The past's wash-sale windows."""
        return self.known.history

    @property
    def reserved(self) -> Reservations:
        """What open orders set aside."""
        return self.known.reserved

    @cached_property
    def buys(self) -> list[BookedOrder]:
        """Booked orders that buy."""
        return [order for order in self.ledger.orders if order.is_buy]

    @cached_property
    def sells(self) -> list[BookedOrder]:
        """Booked orders that sell."""
        return [order for order in self.ledger.orders if not order.is_buy]

    def identical_of(self, security: int) -> int:
        """Identical group of a security."""
        return int(self.household.market.securities.identical_group[security])

    def identical_name(self, identical: int) -> str:
        """Name of an identical group."""
        return str(self.household.market.securities.identical_names[identical])

    def account_name(self, account: int) -> str:
        """Id of an account."""
        return str(self.household.accounts.account_id[account])

    def security_name(self, security: int) -> str:
        """Id of a security."""
        return str(self.household.market.securities.security_id[security])

    def is_sheltered(self, account: int) -> bool:
        """Whether an account is not taxable."""
        return not self.held.taxable[account]

    def sells_out(self, order: BookedOrder) -> bool:
        """Whether a sale leaves nothing of a position but what open orders will sell."""
        if order.is_buy:
            return False
        column = self.held.column(order.security)
        left = self.held.after[order.account, column]
        left -= float(self.reserved.shares.get(order.where, 0))
        # Float sums of many lots are off by their last digits: relative to what was there.
        return bool(left <= SHARES + RELATIVE * self.held.before[order.account, column])


Rule: TypeAlias = Callable[[Case], Iterator[Breach]]
"""A rule: yields a breach for each place where it is not kept."""


def excess_usd(amount: Decimal, limit: Decimal) -> Decimal | None:
    """Return by how much dollars exceed a limit, None within a cent and 1e-9 of it."""
    if amount <= limit:
        return None
    over = amount - limit
    return over if over > CENT_USD + exact(RELATIVE) * abs(limit) else None


def breaches_of(case: Case, rules: Sequence[Rule]) -> tuple[Breach, ...]:
    """Return every breach, in the order of the rules."""
    return tuple(breach for rule in rules for breach in rule(case))
