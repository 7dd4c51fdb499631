"""Cost limit: what trading costs, spreads, commissions and tickets, stays below a ceiling.

A ticket counts in proportion to the largest order possible, which never overstates it; the judge
counts it whole, and what that oversteps is taken off the limit. Where tickets are whole in the
program too, each is counted whole (see `mip.whole_limits`).
"""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import BPS_PER_PERCENT, Frame
from optimizer.program.language import Owner, Part, Rows
from optimizer.program.meanings import to_the_cent
from optimizer.program.terms.trading_cost import per_unit


def state(frame: Frame) -> Part:
    """Σ ϕ·amount + ticket·Σ trade/largest trade ≤ the stricter of dollars and bps of W."""
    asked = frame.household.asked
    if asked is None:
        return Part("cost_limit")
    usd, bps = asked.request.max_cost_usd, asked.request.max_cost_bps
    limits = [] if usd is None else [usd / frame.percent_usd]
    limits += [] if bps is None else [bps / BPS_PER_PERCENT]
    if not limits:
        return Part("cost_limit")
    sale, buy = per_unit(frame)
    sales, buys = np.arange(len(sale)), np.arange(len(buy))
    return Part(
        "cost_limit",
        rows=(
            Rows(
                "cost_limit",
                ("household",),
                (("sale", 0 * sales, sales, sale), ("buy", 0 * buys, buys, buy)),
                np.array([-np.inf]),
                np.array([min(limits)]),
                to_the_cent(frame, overstepped=True, by_tickets=True, owner=Owner.REQUEST),
            ),
        ),
    )
