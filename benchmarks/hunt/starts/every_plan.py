"""Every plan of whole shares of a tiny household, one by one: the best of them is the optimum.

What is left out is said: an account that sells and buys the same security at once, and a flow that
is split between accounts. Books of kind `tiny` have no split flows.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice, product
from typing import TypeAlias

from benchmarks.hunt.plans.point import WHOLE_POSITION, Place, Point, Row
from benchmarks.hunt.starts.start import Start
from models.household import Household
from models.ledger import exact
from models.policy import Policy

MOST_PLANS = 20_000
"""Plans that a household may have; of one with more, none is judged: a part would prove nothing."""

Trades: TypeAlias = tuple[dict[Row, Decimal], dict[Place, Decimal]]
"""What an account sells, by row, and buys."""


def every_plan(household: Household, policy: Policy) -> Iterator[Start]:
    """Yield every plan that the cash of its accounts can pay for; none where they are too many."""
    del policy  # what a policy forbids is said by the judge
    flow = household.net_flow
    where = {0: exact(flow)} if flow else {}
    accounts = range(len(household.accounts.account_id))
    each = [list(islice(_trades(household, a, max(flow, 0.0)), MOST_PLANS + 1)) for a in accounts]
    count = 1
    for trades in each:
        count *= len(trades)
    if count > MOST_PLANS:
        return
    for chosen in product(*each):
        sold = {row: n for sells, _ in chosen for row, n in sells.items()}
        bought = {place: n for _, buys in chosen for place, n in buys.items()}
        yield Start("every plan", Point(sold, bought, where))


def _trades(household: Household, account: int, flow: float) -> Iterator[Trades]:
    """What an account may sell, lot by lot, and buy of what it does not sell, within its cash."""
    lots, price = household.lots, household.market.securities.price.tolist()
    mine = [lot for lot in range(len(lots.lot_id)) if int(lots.account[lot]) == account]
    taxable = bool(household.taxable[account])
    for shares in product(*(range(int(lots.shares[lot]) + 1) for lot in mine)):
        sold: dict[Row, Decimal] = {}
        cash = float(household.accounts.cash[account]) + flow
        for lot, n in zip(mine, shares, strict=True):
            if n:
                security = int(lots.security[lot])
                row = account, security, lot if taxable else WHOLE_POSITION
                sold[row] = sold.get(row, Decimal(0)) + n
                cash += n * price[security]
        kept = [s for s in range(len(price)) if s not in {row[1] for row in sold}]
        for buys in _buys(account, kept, price, cash):
            yield sold, buys


def _buys(
    account: int, securities: list[int], price: list[float], cash: float
) -> Iterator[dict[Place, Decimal]]:
    if not securities:
        yield {}
        return
    first, *others = securities
    for shares in range(int(cash / price[first]) + 1):
        own = {(account, first): Decimal(shares)} if shares else {}
        for more in _buys(account, others, price, cash - shares * price[first]):
            yield own | more
