"""Participation: a night's orders are no more than a part of what the market trades in a day.

By security and side, over all accounts of the household. What is left waits for later nights, which
plan it again from where the book then stands: sending the rest on by a schedule was refused, since
prices, taxes and wash-sale windows are others by then.
"""

from __future__ import annotations

import numpy as np

from models.market import AT_NET_ASSET_VALUE
from models.tolerances import RELATIVE, SHARES
from optimizer.inputs.frame import Frame
from optimizer.program.language import Kind, Meaning, Part, Rows


def state(frame: Frame) -> Part:
    """Σ amounts of a security and side ≤ participation·adv_shares·price, where supply allows more.

    The judge counts shares: one breach amount is a share.
    """
    part = frame.policy.trades.participation
    if part is None:
        return Part("participation")
    securities = frame.household.market.securities
    traded = [kind not in AT_NET_ASSET_VALUE for kind in securities.instrument]
    share = securities.price / frame.percent_usd
    room = part * np.where(traded, securities.adv_shares, np.nan) * share
    sales, buys = frame.sales, frame.buys
    rows = []
    for block, side, security, most in (
        ("sale", "sell", sales.security, sales.value),
        ("buy", "buy", buys.security, buys.most),
    ):
        for each in np.unique(security[np.isfinite(room[security])]).tolist():
            own = np.flatnonzero(security == each)
            if most[own].sum() <= room[each]:
                continue
            meaning = Meaning(
                Kind.RULE,
                usd=frame.percent_usd,
                breach=float(share[each]),
                lets_pass=SHARES * float(share[each]) + RELATIVE * float(room[each]),
                by_tickets=True,
            )
            rows.append(
                Rows(
                    "participation",
                    (f"{side} {securities.security_id[each]}",),
                    ((block, 0 * own, own, np.ones(len(own))),),
                    np.array([-np.inf]),
                    np.array([room[each]]),
                    meaning,
                )
            )
    return Part("participation", rows=tuple(rows))
