"""What open orders set aside, against a register of single shares.

Every share held is a row of its own here; an order takes rows one by one, orders that name a lot
before those that do not. Program and judge both ask `reserve`.
"""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal

import pytest

from models.household import Household
from models.ledger import reserve
from models.policy import Policy
from tests.households import Row, account, household, lot, open_order, security

FUNDS = ("VTI", "ITOT")
PRICE = 80.0
"""Dollars a share of both; no spread."""


def drawn(rng: random.Random) -> tuple[Household, list[Row], list[Row]]:
    """Draw lots that gain or lose a dollar a share, and orders that do not sell what is not there.

    Lots are in the order of acquisition; a lot's number is its year.
    """
    held = [
        lot(
            f"{year}",
            rng.choice(("TX", "K")),
            rng.choice(FUNDS),
            count := rng.randint(1, 5),
            count * (PRICE + rng.choice((-1.0, 0.0, 1.0))),
            f"{year}-03-02",
        )
        for year in range(2010, 2010 + rng.randint(1, 6))
    ]
    left = {row["lot_id"]: row["shares"] for row in held}
    orders = []
    for row in rng.sample(held, rng.randint(0, len(held))):
        # whole lots by name, so that what is not named is never short
        if rng.random() < 0.5 and row["account"] == "TX":
            count, left[row["lot_id"]] = left[row["lot_id"]], 0
            named = {"lot_id": row["lot_id"], "order_id": row["lot_id"]}
            orders.append(open_order(row["account"], row["security"], "sell", count, **named))
    for where in {(row["account"], row["security"]) for row in held}:
        free = sum(
            left[row["lot_id"]] for row in held if (row["account"], row["security"]) == where
        )
        if free and rng.random() < 0.6:
            orders.append(open_order(*where, "sell", rng.randint(1, free)))
    if rng.random() < 0.5:
        orders.append(open_order(rng.choice(("TX", "K")), rng.choice(FUNDS), "buy", 3))
    rng.shuffle(orders)
    group = [security(name, PRICE) for name in FUNDS]
    accounts = [account("TX", cash=1_000.0), account("K", "401k", cash=1_000.0)]
    return household(accounts, held, group, open_orders=orders), held, orders


@pytest.mark.parametrize("seed", range(10))
def test_what_orders_set_aside_is_that_of_single_shares(seed: int) -> None:
    """Shares by position and by lot, cash, groups bought, and groups sold at a loss."""
    rng = random.Random(seed)
    lost_some = 0
    for _ in range(25):
        of, held, orders = drawn(rng)
        shares = [row for row in held for _ in range(row["shares"])]
        gone: list[Row] = []
        sells = [order for order in orders if order["side"] == "sell"]
        positions: Counter[tuple[str, str]] = Counter()
        for order in sorted(sells, key=lambda order: order["lot_id"] is None):
            where = order["account"], order["security"]
            positions[where] += order["shares"]
            for _ in range(order["shares"] if where[0] == "TX" else 0):
                share = next(
                    row
                    for row in shares
                    if (row["account"], row["security"]) == where
                    and order["lot_id"] in (None, row["lot_id"])
                )
                shares.remove(share)
                gone.append(share)
        found = reserve(of, Policy())
        names = of.accounts.account_id.tolist(), list(FUNDS)
        assert {
            (names[0][a], names[1][s]): count for (a, s), count in found.shares.items()
        } == positions
        by_lot = {of.lots.lot_id[i]: count for i, count in found.lots.items()}
        assert by_lot == Counter(row["lot_id"] for row in gone)
        losing = {row["security"] for row in gone if row["basis"] > PRICE * row["shares"]}
        assert {FUNDS[group] for group in found.lost} == losing
        bought = [order for order in orders if order["side"] == "buy"]
        assert {FUNDS[group] for group in found.bought} == {o["security"] for o in bought}
        cash = {names[0][a]: dollars for a, dollars in found.cash.items()}
        assert cash == {o["account"]: Decimal(240) for o in bought}
        lost_some += bool(losing)
    assert lost_some, "no order ever took a loss: the draw says nothing"
