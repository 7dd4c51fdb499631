"""The nights between two looks, for a method that is led by triggers.

Every night prices move and the triggers of the method's policy are asked, as a shop's triage asks
them. If one fires, the household is shown to its rebalancer and traded at the next day's close:
closing prices turn back a little overnight (a tenth of a day's move of shares against bonds), and
whoever trades at the very close that called him earns what nobody can. The gate may still hold the
plan back, and an answer that moves nothing is believed for two weeks: drift that the gate left in
place would else ask every night. Money that is due moves at the looks, the same days as under every
other method. Yields and risk are those of the last look: a shop's risk model is not made anew each
night either.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.backtest.market.stage import Stage
from models.arrays import read_only
from models.household import Household
from models.law_year import law_date
from models.market import Market
from models.policy import Policy
from models.triggers import columns_of, screen

REST_NIGHTS: Final = 10
"""Nights for which an answer without orders stands: asked at once again, 76 of 1,612 answers of ten
years traded, and a life took a minute and a half."""


def at_prices_of(stage: Stage, market: Market, row: int) -> Market:
    """Return the market of the last look at the closing prices of a later night."""
    securities = market.securities
    day = law_date(stage.history.days[row].item(), stage.law_year)
    dates = np.full(len(securities.price), np.datetime64(day, "D"))
    price = np.where(securities.usable, stage.close[row], securities.price)
    moved = replace(securities, price=read_only(price), price_date=read_only(dates))
    return replace(market, securities=moved)


def asks_for_an_answer(household: Household, policy: Policy) -> bool:
    """Whether a trigger of the policy fires tonight."""
    return bool(screen(columns_of(household, policy)).needed[0])
