"""How often households trade again on the nights after a full rebalance, and what drifts meanwhile.

    python -m benchmarks.quiet etf mixed --households 40 --nights 20 --location-times 1 5

Every night each asset class moves by itself, and each security by its own risk; plans are filled
at once, and what a night says no to is handed to the next, as a shop does. All gates live through
the same prices. Nights after a scheduled purchase was due are told apart: what it kept from being
harvested is free that night, and trading is no churn; in a synthetic book all dividends are
reinvested on one day. Refused: shocks of the book's own risk model alone, whose classes move
together, so that less is to be done.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from models.book import Book, read_book
from models.household import Household
from models.ledger import household_after
from models.plan import Plan, Status
from models.policy import Policy
from models.triggers import still_said
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from scenarios.changes import with_securities
from scenarios.synthetic import generate_book

ASOF: Final = date(2026, 11, 20)
SEED: Final = 4242
"""Of the households; a household's number is added for its nights."""

CLASS_MOVE: Final = 0.008
"""A day, log price: that of a class of shares at 13% a year."""

TRADING_DAYS: Final = 252
"""Of a year."""

ANSWERED: Final = (Status.PLANNED, Status.NO_ACTION)


@dataclass(frozen=True, slots=True)
class Night:
    """One household's night: whether it traded, was answered by an earlier no, and drifts by.

    `freed` says that a scheduled purchase was due the day before.
    """

    traded: bool
    freed: bool
    stood: bool
    orders: int
    tracking: float


def next_day(of: Household, policy: Policy, plan: Plan) -> Household:
    """Return the household a day later, its plan filled at the book's prices."""
    ledger = verify(of, policy, plan.orders, plan.flows).ledger
    later = household_after(of, ledger)
    return replace(later, asof=of.asof + timedelta(days=1), earlier_no=plan.no)


def shocked(of: Household, rng: np.random.Generator) -> Household:
    """Return the household at the prices of a new night."""
    securities = of.market.securities
    classes = securities.asset_class.tolist()
    moves = {name: rng.normal(0.0, CLASS_MOVE) for name in sorted(set(classes))}
    own = np.nan_to_num(securities.specific_vol) / np.sqrt(TRADING_DAYS)
    moved = np.array([moves[name] for name in classes]) + rng.normal(0.0, own)
    return with_securities(of, price=np.round(securities.price * np.exp(moved), 4))


def nights_of(of: Household, policy: Policy, nights: int, seed: int) -> Iterator[Night]:
    """Yield a full rebalance and the nights after it; nothing for who has no plan."""
    rng = np.random.default_rng([SEED, seed])
    for night in range(nights + 1):
        of = shocked(of, rng) if night else of
        plan = rebalance(of, policy)
        if plan.status not in ANSWERED or plan.figures is None:
            return
        stood = plan.no is not None and plan.reason == still_said(plan.no)
        tracking = plan.figures.te_after or 0.0
        yield Night(bool(plan.orders), _freed(of), stood, len(plan.orders), tracking)
        of = next_day(of, policy, plan)


def _freed(of: Household) -> bool:
    """Whether a purchase that blocked harvests was due the day before."""
    before = np.datetime64(of.asof - timedelta(days=1), "D")
    return bool((of.scheduled_buys.date.astype("datetime64[D]") == before).any())


def told(book: Book, policy: Policy, nights: int) -> str:
    """Return how many of a night's households trade again, and their tracking in basis points."""
    lives = [
        list(nights_of(book.household(name), policy, nights, number))
        for number, name in enumerate(book.household_ids)
    ]
    whole = [life for life in lives if len(life) == nights + 1]
    traded = np.array([[night.traded for night in life[1:]] for life in whole])
    churned = np.array([[night.traded and not night.freed for night in life[1:]] for life in whole])
    again = [night for life in whole for night in life[1:]]
    orders = [night.orders for night in again if night.traded]
    first, last = (1e4 * float(np.mean([life[n].tracking for life in whole])) for n in (0, -1))
    return (
        f"{len(whole)} of {len(lives)} households: {traded.mean():.1%} trade again on a night, "
        f"{traded.mean(axis=0).max():.1%} on the worst and {churned.mean(axis=0).max():.1%} on the "
        f"worst that frees no harvest, {np.mean(orders or [0]):.0f} orders each; "
        f"{np.mean([night.stood for night in again]):.0%} are answered by an earlier no; tracking "
        f"{first:.1f} bps after the first night and {last:.1f} after the last"
    )


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each kind of book and each gate."""
    reading = argparse.ArgumentParser(
        "python -m benchmarks.quiet", description=(__doc__ or "").split("\n")[0]
    )
    standard = Policy()
    reading.add_argument("kinds", nargs="+", help="kinds of synthetic book: etf, mixed, index")
    reading.add_argument("--households", type=int, default=40)
    reading.add_argument("--nights", type=int, default=20)
    reading.add_argument(
        "--location-times", type=float, nargs="+", default=[standard.gate.location_times]
    )
    asked = reading.parse_args(arguments)
    for kind in asked.kinds:
        with tempfile.TemporaryDirectory() as folder:
            generate_book(Path(folder) / "book", asked.households, kind, SEED)
            book = read_book(Path(folder) / "book", ASOF)
            for times in asked.location_times:
                policy = replace(standard, gate=replace(standard.gate, location_times=times))
                said = told(book, policy, asked.nights)
                print(f"{kind}, location × {times:g}: {said}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
