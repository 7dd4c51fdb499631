"""Asset location by rank: the most heavily taxed classes into sheltered accounts first.

The rule of every guide to tax-efficient placement: rank classes by the yearly tax their income
would bear in a taxable account, fill deferred then exempt accounts from the top, and hold the rest
in taxable ones. It moves whatever is in the wrong place, gains or not.
"""

from __future__ import annotations

import numpy as np

from benchmarks.heuristics.steps.draft import Draft
from benchmarks.heuristics.steps.sides import as_bought, settle_sides, trade_towards
from benchmarks.heuristics.steps.spending import spend
from models.arrays import Floats
from models.household import TaxTreatment
from optimizer.judge.rates import unit_rates


def location_ranks(draft: Draft) -> None:
    """Give every account its share of the ranking, and trade there."""
    wanted = {m: as_bought(draft, m, _placed(draft, m)) for m in range(len(draft.ground.mandates))}
    settle_sides(draft, wanted)
    for mandate, want in wanted.items():
        trade_towards(draft, mandate, want, "HIFO")
        spend(draft, mandate)  # what wash sales or menus left idle


def yearly_tax(draft: Draft, mandate: int) -> Floats:
    """Tax a year on a dollar of each row held in a taxable account, `(k,)`.

    y = qualified·τ_l + ordinary·τ_o of the security that buys the row, at the first unit's rates.
    """
    ground, each = draft.ground, draft.ground.mandates[mandate]
    securities = ground.household.market.securities
    rates = unit_rates(ground.household, ground.policy)[0]
    tax = securities.qualified_yield * float(rates.qualified)
    tax = tax + securities.ordinary_yield * float(rates.ordinary)
    held = ground.held.sum(axis=0)
    found: Floats = np.zeros(len(each.rows))
    for k, row in enumerate(each.rows):
        bought = (ground.demand.through(a, row, set(), set()) for a in each.accounts.tolist())
        through = next((i for i in bought if i is not None), None)
        of_row = each.main == k
        if through is not None:
            found[k] = tax[through]
        elif held[of_row].sum() > 0.0:
            found[k] = tax[of_row] @ held[of_row] / held[of_row].sum()
    return found


def _placed(draft: Draft, mandate: int) -> Floats:
    """Dollars wanted of each row in each account, `(n, k)`."""
    ground, each = draft.ground, draft.ground.mandates[mandate]
    now = draft.now[mandate]
    able = draft.buyable(mandate)
    wanted = draft.worth(mandate) * each.weight
    room = np.maximum((ground.held.sum(axis=1) + ground.cash)[each.accounts], 0.0)
    turn = {TaxTreatment.DEFERRED: 0, TaxTreatment.EXEMPT: 1, TaxTreatment.TAXABLE: 2}
    turns = np.array([turn[kind] for kind in ground.household.treatment[each.accounts]])
    placed: Floats = np.zeros_like(now)
    for k in _stand_ins(draft, mandate):
        for at in range(len(room)):
            stays = min(float(now[at, k]), wanted[k], room[at])
            placed[at, k] += stays
            room[at] -= stays
            wanted[k] -= stays
    order = np.argsort(-yearly_tax(draft, mandate), kind="stable").tolist()
    for sheltered in (True, False):
        among = np.flatnonzero((turns < 2) == sheltered)
        among = among[np.argsort(turns[among], kind="stable")]
        for k in order:
            # What is there already stays, then what may be bought.
            for limit in (np.maximum(now[:, k], 0.0), np.where(able[:, k], np.inf, 0.0)):
                for at in among.tolist():
                    more = min(wanted[k], room[at], max(float(limit[at]) - placed[at, k], 0.0))
                    placed[at, k] += more
                    room[at] -= more
                    wanted[k] -= more
    return placed


def _stand_ins(draft: Draft, mandate: int) -> list[int]:
    """Rows of classes whose securities the target names: what they hold stays where it is."""
    rows = draft.ground.mandates[mandate].rows
    classes = draft.ground.household.market.securities.asset_class
    named = {str(classes[row]) for row in rows if isinstance(row, int)}
    return [k for k, row in enumerate(rows) if row in named]
