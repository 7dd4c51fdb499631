"""How each figure came to be, in a sentence: what a page says when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

JUDGE: Final = "by the judge, from the orders alone"

ORIGINS: Final[Mapping[str, str]] = {
    "value_usd": "Shares times price of every position, plus cash, plus flows",
    "objective_before_bps": "All terms of the objective without trades, over the value; " + JUDGE,
    "objective_after_bps": "All terms of the objective after the orders, over the value; " + JUDGE,
    "bound_bps": "No plan that keeps the rules has a lower objective: the safe dual bound",
    "gap_bps": "Objective after the orders less the bound: what a better plan could win at most",
    "te_before": "Yearly tracking error against the target without trades: √(d'Σd); " + JUDGE,
    "te_after": "Yearly tracking error against the target after the orders: √(d'Σd); " + JUDGE,
    "tax_usd": "The law's tax on year to date plus run, less that on year to date; " + JUDGE,
    "distribution_tax_usd": "The law's tax on what leaves tax-deferred accounts; " + JUDGE,
    "cost_usd": "Half-spread, commission and tickets of the orders",
    "drag_before_usd": "A year's tax on the income of what is held, before",
    "drag_after_usd": "A year's tax on the income of what is held, after",
    "money_usd_a_year": "What the plan saves of taxes and costs, a year; never added to risk",
    "risk_usd_a_year": "What following the target is worth to the policy's aversion, a year",
    "realized_st": "Short-term gains and allowed losses of this run",
    "realized_lt": "Long-term gains and allowed losses of this run",
    "disallowed_loss": "Losses that wash sales take away: 26 U.S.C. 1091",
    "orders": "Orders of the plan",
    "target": "Weight in the household's target",
    "before": "Dollars of the class by look-through over the group's value, nothing traded; "
    "money still to be raised counts as gone, and to be invested as there",
    "held": "The same of what is held now, as hearth drift and Tonight say it",
    "after": "Dollars of the class by look-through over the group's value, after orders and flows",
    "band": "How far a weight may lie off its target before it triggers",
    "drift_before": "Weight before less target",
    "drift_after": "Weight after less target",
    "net_before": "Weight with deferred dollars less the tax that they will pay, before",
    "net_after": "Weight with deferred dollars less the tax that they will pay, after",
    "placement_before": "Weight of the class in this account, of the whole, before",
    "placement_after": "Weight of the class in this account, of the whole, after",
    "value_before": "Positions and cash of the account, its own flow in it",
    "value_after": "Positions and cash of the account after orders, costs and flows",
    "cash_before": "Cash of the account, its own flow in it",
    "cash_after": "Cash after orders, their costs, and flows",
    "cash_floor": "Cash that must stay in the account",
    "flow": "Cash that goes in (+) or out (−) of the account",
    "shares": "Shares to trade, in the security's share step",
    "price": "The book's price of the security",
    "amount": "Shares times the book's price",
    "cost": "(half-spread + commission) · amount + ticket",
    "marginal_usd": "The objective without this order less the objective with it",
    "gain_st": "Σ proceeds − basis of the order's short-term lots, before wash sales",
    "gain_lt": "Σ proceeds − basis of the order's long-term lots, before wash sales",
    "proceeds": "Shares of the lot times price",
    "basis": "Basis of the lot times shares sold over its shares",
    "gain": "Proceeds less basis, before wash sales",
    "shadow_price": "Dollars of objective that one more unit of this rule would be worth",
    "filled_before": "Shares that the market had said were traded before this file",
    "filled": "Shares that the market says were traded",
    "moved_usd": "Σ of what leaves the household's accounts with the plan, or comes in if more",
    "traded_usd": "Σ shares · price of the plan's orders",
    "tax": "Tax of the run and of its distributions",
    "beyond": "Weight outside the band, the largest row of the household, of what is held now",
    "place": "Place in the order of triage: cash needs first, then the largest drift",
    "terms_usd": "The term of the objective after the orders, in dollars of present value",
    "terms_before_usd": "The term of the objective without trades, in dollars of present value",
    "gap_by_cause": "The part of the gap that this cause owes",
    "st_ytd": "Short-term gains realized this year before the run",
    "lt_ytd": "Long-term gains realized this year before the run",
    "st_carried_in": "Short-term losses carried in from earlier years",
    "lt_carried_in": "Long-term losses carried in from earlier years",
    "run_st": "Short-term gains and allowed losses of this run",
    "run_lt": "Long-term gains and allowed losses of this run",
    "disallowed": "Losses that wash sales take away",
    "distribution": "What leaves tax-deferred accounts",
    "penalty": "The additional tax on early distributions",
    "net_short": "Year to date, run and carryforwards, short-term",
    "net_long": "Year to date, run and carryforwards, long-term",
    "net": "What enters income: the gain, or minus the offset (Schedule D lines 16 and 21)",
    "offset": "Loss that lowers ordinary income: 26 U.S.C. 1211(b)",
    "federal": "Federal income tax of the year on these figures",
    "niit": "Net investment income tax: 26 U.S.C. 1411",
    "state": "State tax at the unit's rate, on gains, losses and distributions only",
    "carried_short": "Short-term loss carried to next year: 26 U.S.C. 1212(b)",
    "carried_long": "Long-term loss carried to next year: 26 U.S.C. 1212(b)",
    "seconds": "Time that the answer took",
    "shares_standing": "Shares of the order in the night's plan",
    "set_aside_usd": "Raised beyond what was asked for, for the tax that the plan causes",
    "home_te": "Tracking error at the end of the path without a tax budget; " + JUDGE,
    "near_te": "Within how much of that a path has arrived",
    "gives_usd": "By how much this rule would have to give so that the others can be kept",
    "worse_bps": "Objective of the challenger's plan less that of the champion's, both measured by "
    "the champion; " + JUDGE,
    "worse_by_challenger_bps": "Objective of the challenger's plan less that of the champion's, "
    "both measured by the challenger; " + JUDGE,
    "tracking_error": "Yearly tracking error against the target: √(d'Σd); " + JUDGE,
    "tax_bps": "The law's tax that the plan causes, of the household's value; " + JUDGE,
    "tickets": "Orders of the plan",
    "cash_weight": "Cash of all accounts after orders and flows, of the value; " + JUDGE,
    "median_price": "Median over households of what one more unit of the rule is worth",
    "worse": "Households whose plan is worse by the champion's own measure",
    "better": "Households whose plan is better by the champion's own measure",
    "households": "Households that are counted here",
    "of": "Households of this run with the policy, and data that can be planned on",
    "done": "Plans that are made so far",
    "per_second": "Households answered since the run started or went on, over the time by its log",
    "total": "Plans of the trial: each household under both policies",
    "gap_usd": "Objective after the orders less the bound, in dollars",
    "certified": "Plans of the run that have a safe bound",
    "dearest_price": "What one more unit of the rule is worth where it is worth most",
    "median_above_bps": "Median of the method's objective less our plan's, household by household, "
    "where the method keeps every rule; " + JUDGE,
    "kept": "Households in which the method keeps every rule; " + JUDGE,
    "ahead": "Households in which the method keeps every rule and has the lower objective",
    "ours": "Rows of our own in the comparison's table",
    "ours_same": "Of them, those whose objective is the run's own plan's",
    "limit_price": "The book's price and the policy's limit, rounded to the tick",
}
"""Last name of a figure's place → how it came to be."""

_NUMBERED = re.compile(r"\.\d+$")


def origin_of(path: str) -> str:
    """Return how the figure at a place came to be; the place itself where nothing is told."""
    steps = _NUMBERED.sub("", path).split(".")
    for step in reversed(steps):
        if step in ORIGINS:
            return ORIGINS[step]
    return path
