"""Money is conserved: floors are kept, flows go where they may, required distributions are made."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from models.ledger import exact
from models.ledger.exact import ZERO
from models.plan import Breach
from optimizer.judge.case import Case, excess_usd

RULE = "household_flow"


def cash_floor(case: Case) -> Iterator[Breach]:
    """Cash after everything, less what open buys reserve, is at or above each account's floor."""
    floors = case.household.accounts.cash_floor
    for account, cash in enumerate(case.ledger.cash):
        free = cash - case.reserved.cash.get(account, ZERO)
        short = excess_usd(exact(floors[account]), free)
        if short is not None:
            yield Breach("cash_floor", case.account_name(account), float(short))


def required_distribution(case: Case) -> Iterator[Breach]:
    """What leaves an account, by its own flow and by `flows`, covers its required distribution."""
    for account, due in enumerate(case.household.accounts.rmd_due_usd.tolist()):
        if due > 0 and case.is_sheltered(account):
            missing = excess_usd(exact(due), case.ledger.outflow[account])
            if missing is not None:
                yield Breach("required_distribution", case.account_name(account), float(missing))


def household_flow(case: Case) -> Iterator[Breach]:
    """Flows add up to the household's, and each goes the way it may.

    A withdrawal leaves withdrawable accounts; a contribution enters taxable ones; anything beyond
    is a required distribution moving into a taxable account of the same filing unit.
    """
    if not case.flows and not case.household.net_flow:
        return
    known = set(case.household.accounts.account_id.tolist())
    for flow in case.flows:
        if flow.account_id not in known or not flow.amount.is_finite():
            yield Breach(RULE, f"unknown account {flow.account_id}", float(flow.amount))
    moved = _moved(case)
    due = exact(case.household.net_flow)
    off = sum(moved, ZERO) - due
    if excess_usd(abs(off), ZERO) is not None:
        yield Breach(RULE, "sum against households.net_flow", float(off))
    required = _required(case)
    accounts = case.household.accounts
    legs = [ZERO] * len(case.units)
    landed = [ZERO] * len(case.units)
    for a, amount in enumerate(moved):
        unit = int(accounts.filing_unit[a])
        if amount > ZERO:
            landed[unit] += amount
            if case.is_sheltered(a):
                yield Breach(
                    RULE,
                    f"{case.account_name(a)}: into a sheltered account",
                    float(amount),
                )
        legs[unit] += min(max(ZERO, -amount), required[a])
        free = case.household.net_flow < 0 and bool(accounts.withdrawable[a])
        over = None if free else excess_usd(-amount, required[a])
        if over is not None:
            yield Breach(RULE, f"{case.account_name(a)}: may not pay out", float(over))
    sourceless = sum((max(ZERO, i - o) for i, o in zip(landed, legs, strict=True)), ZERO)
    over = excess_usd(sourceless, max(ZERO, due))
    if over is not None:
        yield Breach(RULE, "into taxable accounts without a source in their unit", float(over))


def _moved(case: Case) -> list[Decimal]:
    position = {name: a for a, name in enumerate(case.household.accounts.account_id.tolist())}
    moved = [ZERO] * len(position)
    for flow in case.flows:
        if flow.account_id in position and flow.amount.is_finite():
            moved[position[flow.account_id]] += flow.amount
    return moved


def _required(case: Case) -> list[Decimal]:
    """Required distributions that the accounts' own outflows do not cover, dollars ≥ 0."""
    accounts = case.household.accounts
    return [
        max(ZERO, exact(due) - max(ZERO, -exact(own))) if due > 0 else ZERO
        for due, own in zip(accounts.rmd_due_usd.tolist(), accounts.net_flow.tolist(), strict=True)
    ]
