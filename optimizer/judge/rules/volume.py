"""Orders of one night are no more than the policy's part of what the market trades in a day."""

from __future__ import annotations

import math
from collections.abc import Iterator

from models.market import MONEY_MARKET, MUTUAL_FUND
from models.plan import Breach
from models.tolerances import RELATIVE, SHARES
from optimizer.judge.case import Case
from optimizer.judge.impact import traded_shares


def participation(case: Case) -> Iterator[Breach]:
    """Shares of a security and side, over all accounts ≤ participation × shares of a day."""
    part = case.policy.trades.participation
    if part is None:
        return
    securities = case.household.market.securities
    for (security, is_buy), shares in traded_shares(case.ledger.orders).items():
        volume = float(securities.adv_shares[security])
        fund = securities.instrument[security] in (MONEY_MARKET, MUTUAL_FUND)
        if math.isnan(volume) or fund:
            continue
        most = part * volume
        if shares > most * (1.0 + RELATIVE) + SHARES:
            side = "buy" if is_buy else "sell"
            where = f"{side} {case.security_name(security)}"
            yield Breach("participation", where, shares - most)
