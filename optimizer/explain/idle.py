"""Why a household that could be better trades nothing: its trades do not pay, or are too small.

The bound is of plans in amounts of any size, so what it promises may be out of reach of every order
that a broker takes. Saying of such a household that no trade pays was refused: it may be far from
its target, and more cash or a smaller minimum would help it.
"""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, sum_by
from models.tolerances import CENT_USD
from optimizer.program.language import Branch
from optimizer.rounding.tickets import (
    Tickets,
    emptiable,
    netted,
    sellable,
)
from optimizer.search.model import Incumbent, Model
from optimizer.settings import NOISE, UNSETTLED_BPS, WHOLE


def why_idle(model: Model, incumbent: Incumbent | None, tickets: Tickets, saved_bps: float) -> str:
    """Say why nothing is traded, with what the best plan could save at most."""
    frame, columns = model.frame, model.arrays.columns
    *_, high = model.arrays.branched(Branch())
    sale_high, buy_high = high[columns["sale"]], high[columns["buy"]]
    least = _least(tickets)
    most = np.minimum(sellable(frame, tickets, sale_high), tickets.held)
    most += sum_by(tickets.of_buy, np.minimum(buy_high, frame.buys.most), tickets.size)
    sold_out = emptiable(frame, tickets, sale_high)
    if _too_small(most, least, sold_out & (most > NOISE)):
        nearest = _nearest(most, least)
        can, needed = _told(model, tickets, nearest, most, least)
        return f"no trade is of legal size: at most {can}, and {needed}"
    if incumbent is not None and saved_bps > frame.bps_of_usd(float(CENT_USD)):
        x = incumbent.solution.x
        wanted = tickets.amounts(*netted(frame, x[columns["sale"]], x[columns["buy"]]))
        whole = sold_out & (wanted >= tickets.held * (1.0 - WHOLE))
        if _too_small(wanted, least, whole):
            nearest = _nearest(wanted, least)
            would, needed = _told(model, tickets, nearest, wanted, least)
            return (
                f"no trade of legal size pays: trades of any size could save at most "
                f"{saved_bps:.3f} bps, as {would}, but {needed}"
            )
    if saved_bps > UNSETTLED_BPS:
        return f"no trade that was found pays; a proof leaves room for {saved_bps:.3f} bps at most"
    return f"no trade pays: the best plan could save at most {saved_bps:.3f} bps"


def _least(tickets: Tickets) -> Floats:
    """Least order of each ticket, percents: whole steps that reach the minimum trade."""
    steps = np.ceil(tickets.least / tickets.step - WHOLE)
    return np.maximum(steps, 1.0) * tickets.step


def _too_small(amount: Floats, least: Floats, sold_out: Bools) -> bool:
    """Whether there are trades, all of them under their least, and none sells a position out."""
    traded = amount > NOISE
    return bool(traded.any() and (amount < least * (1.0 - WHOLE))[traded].all()) and not bool(
        sold_out[traded].any()
    )


def _nearest(amount: Floats, least: Floats) -> int:
    """Trade that is short of its least by the smallest amount."""
    return int(np.argmin(np.where(amount > NOISE, least - amount, np.inf)))


def _told(
    model: Model, tickets: Tickets, ticket: int, amount: Floats, least: Floats
) -> tuple[str, str]:
    """What a trade would be, and the least that it may be."""
    frame = model.frame
    side = "sold" if tickets.is_sale[ticket] else "bought"
    name = frame.household.market.securities.security_id[tickets.security[ticket]]
    account = frame.labels[tickets.account[ticket]]
    can, needs = float(amount[ticket]) * frame.percent_usd, float(least[ticket]) * frame.percent_usd
    return (
        f"${can:,.2f} of {name} could be {side} in {account}",
        f"the least order of it is ${needs:,.2f}",
    )
