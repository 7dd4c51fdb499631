"""Where household-level money comes from and goes to, when nobody optimises it.

Usual practice: required distributions are made first and count towards what the household wants
out; the rest of a withdrawal comes from taxable accounts, then deferred, then Roth ones, and from
accounts with an early penalty last. New money goes into the largest taxable account.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from models.arrays import Floats
from models.household import Household, TaxTreatment
from models.ledger import exact
from models.ledger.exact import ZERO
from models.order import Flow
from models.tolerances import CENT_USD

_TURN = {TaxTreatment.TAXABLE: 0, TaxTreatment.DEFERRED: 1, TaxTreatment.EXEMPT: 2}


def usual_flows(household: Household, capacity_usd: Floats) -> tuple[Flow, ...]:
    """Return flows to the cent; `capacity_usd` is what each account can pay, `(n_accounts,)`."""
    names = household.accounts.account_id
    moved = [ZERO] * len(names)
    _distribute(household, moved)
    left = -exact(household.net_flow)
    if left > ZERO:
        _withdraw(household, capacity_usd, moved, left)
    elif left < ZERO:
        _contribute(household, moved, -left)
    return tuple(Flow(str(names[a]), amount) for a, amount in enumerate(moved) if amount)


def _distribute(household: Household, moved: list[Decimal]) -> None:
    """Move required distributions into a taxable account of the unit; a withdrawal takes first."""
    accounts, taxable = household.accounts, household.taxable
    wanted = max(ZERO, -exact(household.net_flow))
    for a, due in enumerate(accounts.rmd_due_usd.tolist()):
        if taxable[a] or not due > 0:
            continue
        missing = exact(due) - max(ZERO, -exact(accounts.net_flow[a]))
        missing = missing.quantize(CENT_USD, ROUND_CEILING)
        if missing <= ZERO:
            continue
        paid = min(missing, wanted) if accounts.withdrawable[a] else ZERO
        wanted -= paid
        takers = np.flatnonzero(taxable & (accounts.filing_unit == accounts.filing_unit[a]))
        rest = missing - paid
        if rest and not len(takers):
            rest = ZERO  # nowhere to land: the judge will say so
        moved[a] -= paid + rest
        if rest:
            moved[int(takers[0])] += rest


def _withdraw(
    household: Household, capacity_usd: Floats, moved: list[Decimal], wanted: Decimal
) -> None:
    accounts, treatment = household.accounts, household.treatment.tolist()
    left = wanted + sum(moved, ZERO)
    order = sorted(
        np.flatnonzero(accounts.withdrawable).tolist(),
        key=lambda a: (
            accounts.early_penalty_rate[a] > 0,
            _TURN[treatment[a]],
            a,
        ),
    )
    for a in order:
        able = exact(max(float(capacity_usd[a]), 0.0)).quantize(CENT_USD, ROUND_FLOOR) + moved[a]
        paid = min(left, max(able, ZERO))
        moved[a] -= paid
        left -= paid
    if left > ZERO and order:
        moved[order[0]] -= left


def _contribute(household: Household, moved: list[Decimal], amount: Decimal) -> None:
    lots = household.lots
    value = np.bincount(
        lots.account,
        household.lot_value_usd,
        len(household.accounts.account_id),
    )
    taxable = household.taxable
    if taxable.any():
        moved[int(np.argmax(np.where(taxable, value, -1.0)))] += amount
