"""Prices that are not fresh: how old one may be, and what a household does with what is too old.

One limit an instrument, since a mutual fund has a price a day later than what trades all day. A
security that cannot trade, or whose price is too old where the policy holds such, may not be bought
by anybody and is not sold by who has it: it stays at its last value, and the rest is arranged
around it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from models.arrays import Bools, Floats, Texts, read_only
from models.household import Household, Restrictions
from models.market import Market
from models.policy import DataRules

WHOLE_HOUSEHOLD = -1
"""The account of a restriction that holds in every account."""


def allowed_ages(instrument: Texts, data: DataRules) -> Floats:
    """Return how many days a price may lie back, by security `(n,)`."""
    known = dict(data.max_age_by_instrument)
    return np.array([known.get(each, data.max_price_age_days) for each in instrument], float)


def is_fresh(price_date: np.ndarray, asof: date, allowed_days: Floats) -> Bools:
    """Whether prices are at most so many calendar days old; an undated price passes."""
    age = (np.datetime64(asof, "D") - price_date).astype("timedelta64[D]").astype(np.float64)
    fresh: Bools = np.isnat(price_date) | (age <= allowed_days)
    return fresh


def market_for(market: Market, asof: date, data: DataRules) -> Market:
    """Return the market in which too old a price makes a security unusable."""
    securities = market.securities
    allowed = allowed_ages(securities.instrument, data)
    usable = securities.usable & is_fresh(securities.price_date, asof, allowed)
    if bool((usable == securities.usable).all()):
        return market
    return replace(market, securities=replace(securities, usable=read_only(usable)))


def with_held(household: Household) -> Household:
    """Return the household that does not sell what it has of securities that cannot be used."""
    securities, rows = household.market.securities, household.restrictions
    lots = household.lots.security
    held = securities.usable[lots]
    if held.all():
        return household
    kept = np.unique(lots[~held])
    reasons = [_why(household, int(security)) for security in kept]
    more = Restrictions(
        account=np.append(rows.account, np.full(kept.size, WHOLE_HOUSEHOLD)),
        security=np.append(rows.security, kept),
        rule=_texts(rows.rule, ["no_sell"] * kept.size),
        shares=np.append(rows.shares, np.full(kept.size, np.nan)),
        reason=_texts(rows.reason, reasons),
    )
    return replace(household, restrictions=more)


def held_notes(household: Household) -> list[str]:
    """Return what a plan must say of prices: what is held at its last value, what was moved."""
    market = household.market
    has = np.unique(household.lots.security)
    notes = [_why(household, int(each)) for each in has if not market.securities.usable[each]]
    return notes + [market.moved[int(each)] for each in has if int(each) in market.moved]


def _why(household: Household, security: int) -> str:
    securities = household.market.securities
    name, day = securities.security_id[security], securities.price_date[security]
    known = "its last value" if np.isnat(day) else f"its value of {day}"
    return f"{name} cannot be traded: it is held at {known}"


def _texts(own: Texts, more: list[str]) -> Texts:
    joined: Texts = np.empty(len(own) + len(more), dtype=object)
    joined[:] = [*own, *more]
    return read_only(joined)
