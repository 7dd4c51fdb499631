"""Books that are hunted in: synthetic ones, small and odd ones, random policies, tiny ones.

Every kind is a book on disk, whatever was done to it, so that a find is a book too and a person
can look at it. A book of many households is made of blocks of `BLOCK`, each with a seed and a
market of its own: what is odd about a market must not be odd about all households alike.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.hunt.books.policies import override
from benchmarks.hunt.books.tiny import tiny_tables
from models.book import Book, read_book
from nightly.partition.newest_price import newest_price_date
from scenarios.book_files import write_book
from scenarios.synthetic import generate
from scenarios.synthetic.wishes import policy_texts

Tables = dict[str, pd.DataFrame]

SYNTHETIC = ("etf", "mixed", "index")

SMALL, RANDOM, TINY = "small", "random", "tiny"

KINDS = (*SYNTHETIC, SMALL, RANDOM, TINY)

BLOCK = 20
"""Households that share a market in kinds where the market is drawn too."""

SMALL_USD = (300.0, 20_000.0)
"""Value of a small household, dollars, least and most; drawn evenly on a logarithmic scale."""

DEAR_USD = (900.0, 6_000.0)
"""Price of the one dear share of an odd market, dollars."""

STEPS = (1.0, 1.0, 0.01, 0.001, 0.000001)
"""Share steps of an odd market."""


@contextmanager
def book_of(kind: str, seed: int, block: int, count: int) -> Iterator[tuple[Path, Book]]:
    """Open a block of a kind: a folder in a temporary place, and the book read from it."""
    rng = np.random.default_rng([seed, block, KINDS.index(kind)])
    if kind in SYNTHETIC:
        tables = generate(count, kind, seed)
    elif kind == TINY:
        tables = tiny_tables(rng, count)
    else:
        tables = generate(count, "etf", int(rng.integers(2**31)))
        if kind == SMALL or rng.random() < 0.5:
            tables = _odd_market(rng, tables)
        if kind == SMALL:
            tables = _scaled(rng, tables)
        tables = _asked(rng, tables, kind)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "book"
        write_book(tables, policy_texts(), folder, format="csv")
        yield folder, read_book(folder, newest_price_date(folder))


def _odd_market(rng: np.random.Generator, tables: Tables) -> Tables:
    """Mixed share steps, and one share as dear as a house's window; values stay what they were."""
    securities = tables["securities"].copy()
    n = len(securities)
    dear = int(rng.integers(n))
    price, step = securities["price"].to_numpy(float), rng.choice(STEPS, n)
    factor = round(float(rng.uniform(*DEAR_USD)) / float(price[dear]), 3)
    name = securities["security_id"].iloc[dear]
    securities["price"] = np.where(np.arange(n) == dear, price[dear] * factor, price).round(2)
    securities["share_step"] = np.where(np.arange(n) == dear, 1.0, step)
    changed = dict(tables, securities=securities)
    for table in ("lots", "trades", "open_orders", "restrictions"):
        frame = tables[table].copy()
        here = (frame["security_id"] == name).to_numpy()
        frame.loc[here, "shares"] = (frame.loc[here, "shares"] / factor).round(6)
        changed[table] = frame
    return changed


def _scaled(rng: np.random.Generator, tables: Tables) -> Tables:
    """Shrink each household to a small one: shares, bases, cash and the year so far alike."""
    tables = dict(tables)
    accounts, securities = tables["accounts"], tables["securities"]
    owner = accounts.set_index("account_id")["household_id"]
    price = securities.set_index("security_id")["price"]
    lots = tables["lots"]
    worth = (lots["shares"] * lots["security_id"].map(price)).groupby(
        lots["account_id"].map(owner)
    ).sum() + accounts.groupby("household_id")["cash"].sum()
    low, high = np.log(SMALL_USD)
    wanted = np.exp(rng.uniform(float(low), float(high), len(worth)))
    factor = pd.Series(wanted / worth.fillna(1.0).clip(lower=1.0), worth.index)
    columns = {
        "lots": (("shares", 6), ("basis", 2)),
        "trades": (("shares", 6), ("amount", 2), ("realized_gain", 2)),
        "open_orders": (("shares", 6),),
        "restrictions": (("shares", 6),),
        "accounts": (("cash", 2), ("cash_floor", 2), ("net_flow", 2), ("rmd_due_usd", 2)),
        "households": (("net_flow", 2),),
        "filing_units": tuple(
            (name, 2)
            for name in (
                *("qualified_dividends", "st_realized_ytd", "lt_realized_ytd", "st_carryforward"),
                *("lt_carryforward", "tax_budget_usd", "gain_budget_usd"),
            )
        ),
    }
    for table, scaled in columns.items():
        frame = tables[table].copy()
        by = frame["household_id"] if "household_id" in frame else frame["account_id"].map(owner)
        for column, digits in scaled:
            if frame[column].notna().any():
                frame[column] = (frame[column] * by.map(factor)).astype(float).round(digits)
        tables[table] = frame
    lots = tables["lots"]
    tables["lots"] = lots[lots["shares"] > 0.0]
    return tables


def _asked(rng: np.random.Generator, tables: Tables, kind: str) -> Tables:
    """Ask for flows, bands and rules; every household its own."""
    tables = dict(tables)
    households, targets = tables["households"].copy(), tables["targets"].copy()
    if rng.random() < 0.5:
        targets["band"] = rng.choice([0.01, 0.02, 0.05], len(targets))
    accounts = tables["accounts"]
    cash = accounts.groupby("household_id")["cash"].sum()
    flow, overrides = [], []
    for name in households["household_id"]:
        size = float(rng.choice([0.0, 0.0, -0.8, -3.0, 0.5, 4.0]))
        flow.append(round(size * float(cash.get(name, 0.0)), 2) or np.nan)
        overrides.append(override(rng, small=kind == SMALL))
    households["net_flow"], households["overrides"] = flow, overrides
    return {**tables, "households": households, "targets": targets}
