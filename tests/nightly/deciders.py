"""Decisions that take no solver, importable by workers: calm ones, and ones that end their process.

Whoever is to misbehave is said by the environment, since a decision sees only its household.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from decimal import Decimal
from pathlib import Path

from models.household import Household
from models.order import Flow, Order, OrderLot, Side, order_id
from models.plan import Plan, Status
from models.policy import Policy
from models.triggers.screen import Screened

VICTIM = "HEARTH_TEST_VICTIM"
MARK = "HEARTH_TEST_MARK"
PAUSE = "HEARTH_TEST_PAUSE"


def sell_a_little(household: Household, policy: Policy) -> Plan:
    """Sell a share of the first lot, after a pause: legal or not, the same every time."""
    time.sleep(float(os.environ.get(PAUSE, "0")))
    lots, accounts = household.lots, household.accounts
    orders: tuple[Order, ...] = ()
    if len(lots.lot_id):
        account = str(accounts.account_id[lots.account[0]])
        security = str(household.market.securities.security_id[lots.security[0]])
        sold = OrderLot(str(lots.lot_id[0]), Decimal("0.1"))
        price = Decimal(repr(float(household.market.securities.price[lots.security[0]])))
        name = order_id(household.asof, account, security, Side.SELL)
        orders = (
            Order(name, account, security, Side.SELL, sold.shares, price, (sold,), "cash", 1.5),
        )
    flows = (Flow(str(accounts.account_id[0]), Decimal("-1.25")),)
    status = Status.PLANNED
    return Plan(
        household.household_id, status, "a little", None, None, orders, flows, solver="piqp"
    )


def leave_alone(household: Household, policy: Policy, screened: Screened | None = None) -> Plan:
    """Plan nothing."""
    return Plan(household.household_id, Status.NO_ACTION, "left alone")


def _is_victim(household: Household) -> bool:
    return household.household_id in os.environ.get(VICTIM, "").split()


def leave(household: Household, policy: Policy) -> Plan:
    """End the process at the victim, past every exception handler."""
    if _is_victim(household):
        os._exit(7)
    return sell_a_little(household, policy)


def crash(household: Household, policy: Policy) -> Plan:
    """Read address 0 at the victim: a segmentation fault, as a broken solver library has."""
    if _is_victim(household):
        ctypes.string_at(0)
    return sell_a_little(household, policy)


def hang(household: Household, policy: Policy) -> Plan:
    """Sleep for an hour at the victim."""
    if _is_victim(household):
        time.sleep(3600.0)
    return sell_a_little(household, policy)


def killed_once(household: Household, policy: Policy) -> Plan:
    """Be killed at the victim the first time, as by a machine short of memory."""
    mark = Path(os.environ[MARK])
    if _is_victim(household) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return sell_a_little(household, policy)


def raises(household: Household, policy: Policy) -> Plan:
    """Raise at the victim."""
    if _is_victim(household):
        raise ZeroDivisionError("a bug")
    return sell_a_little(household, policy)
