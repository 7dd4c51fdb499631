"""How often what is asked about as implausible is what a market did: thresholds of `[data]`.

    python -m benchmarks.plausible PRICES [--splits FILE] [--dividends FILE]

PRICES are daily closes of your own (Parquet or CSV, days down, a security a column); with --splits
(day, security, ratio) they are as they were quoted. A jump on a day of a split is not counted as a
false alarm but as one that is asked about rightly where no corporate action says why. Dividends
(day, security, amount) say what share of a household can arrive as cash that no flow tells.
Refused: thresholds by security, whose history a book does not have.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.book.checks.doubt.basis import LEAST_SHARES, like_a_share
from models.book.rows.prices import OTHERS_REST, as_split, falls
from models.policy import DataRules

JUMPS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)
"""Falls of a day that are counted; by a rise that undoes one too."""

MULTIPLES = (2.0, 5.0, 10.0, 20.0, 50.0)
"""Price of any month's end over that of any later one: what a basis may be of a lot's worth."""

MILLION = 1e6

LOTS = 2_000_000
"""Lots of which a basis of one share is asked."""


def table(path: Path) -> Any:
    """Return a table of a Parquet or CSV file."""
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def closes(path: Path) -> Any:
    """Return prices with days as index."""
    found = table(path)
    if not isinstance(found.index, pd.DatetimeIndex):
        found = found.set_index(found.columns[0])
    found.index = pd.to_datetime(found.index)
    return found.sort_index().astype(float)


def on(prices: Any, path: Path | None) -> Any:
    """Return day, security and number of a file as a table like that of the prices."""
    empty = pd.DataFrame(np.nan, index=prices.index, columns=prices.columns)
    if path is None:
        return empty
    rows = table(path)
    day, name, number = rows.columns[:3]
    rows[day] = pd.to_datetime(rows[day])
    found = rows.pivot_table(index=day, columns=name, values=number)
    return found.reindex(index=prices.index, columns=prices.columns)


def jumped(prices: Any, splits: Any) -> str:
    """Return how often a price of one day beside the last is asked about, and how many splits."""
    now, then = prices.to_numpy()[1:], prices.to_numpy()[:-1]
    fall = falls(now, then)
    split = splits.notna().to_numpy()[1:] & np.isfinite(fall)
    plain = fall[~split & np.isfinite(fall)]
    lines = [f"{plain.size:,} daily moves of {prices.shape[1]} securities, {split.sum()} splits"]
    for limit in JUMPS:
        over = int((plain > limit).sum())
        caught = f", {(fall[split] > limit).mean():.0%} of splits" if split.any() else ""
        lines.append(
            f"  jump over {limit:.0%}: {over} ({over / plain.size * MILLION:.1f} a million){caught}"
        )
    return "\n".join(lines)


def split_like(prices: Any, splits: Any) -> str:
    """Return how often a move is as after a split, beside the median of all, and how many are."""
    moves = prices.to_numpy()[1:] / prices.to_numpy()[:-1]
    split = splits.notna().to_numpy()[1:] & np.isfinite(moves)
    others = np.nanmedian(moves, axis=1, keepdims=True)
    beside = np.where(np.abs(others - 1.0) < OTHERS_REST, moves / others, np.nan)
    plain = int((np.isfinite(moves) & ~split).sum())
    lines = []
    for name, diversified in (("any", False), ("diversified", True)):
        found = ~np.isnan(as_split(beside, np.full(beside.shape, diversified)))
        false = int((found & ~split).sum())
        caught = f", {found[split].mean():.0%} of splits" if split.any() else ""
        lines.append(f"  like a split, {name}: {false} ({false / plain * MILLION:.1f} a million)")
        lines[-1] += caught
    return "\n".join(lines)


def outlived(prices: Any, splits: Any) -> str:
    """Return how often a lot's basis is so many times its worth: each month's end with each."""
    ratio = splits.fillna(1.0).iloc[::-1].cumprod().shift(1).fillna(1.0).iloc[::-1]
    monthly = (prices / ratio).resample("ME").last().to_numpy()
    most, total = dict.fromkeys(MULTIPLES, 0), 0
    highest = lowest = 1.0
    for bought in range(len(monthly) - 1):
        multiple = monthly[bought] / monthly[bought + 1 :]
        multiple = multiple[np.isfinite(multiple)]
        total += multiple.size
        highest, lowest = (
            max(highest, multiple.max(initial=1.0)),
            min(lowest, multiple.min(initial=1.0)),
        )
        for limit in MULTIPLES:
            most[limit] += int((multiple > limit).sum())
    said = ", ".join(
        f"over {k:g}: {n} ({n / total * MILLION:.1f} a million)" for k, n in most.items()
    )
    return (
        f"basis in worth, {total:,} lots: {said}; highest {highest:.1f}, lowest 1/{1 / lowest:.0f}"
    )


def per_share(prices: Any, splits: Any) -> str:
    """Return how often a sound basis, and how often one of a share, is taken for a share's.

    Lots of about a hundred shares of any size, bought and looked at on any two ends of months.
    """
    ratio = splits.fillna(1.0).iloc[::-1].cumprod().shift(1).fillna(1.0).iloc[::-1]
    monthly = (prices / ratio).resample("ME").last().to_numpy()
    draw = np.random.default_rng(0)
    day = np.sort(draw.integers(0, len(monthly), (2, LOTS)), axis=0)
    cost, price = monthly[day, draw.integers(0, monthly.shape[1], LOTS)]
    shares = np.exp(draw.normal(np.log(100.0), 1.5, LOTS))
    counts = (cost > 0) & (price > 0) & (day[0] < day[1]) & (shares >= LEAST_SHARES)
    cost, price, shares, years = (x[counts] for x in (cost, price, shares, (day[1] - day[0]) / 12))
    found = (like_a_share(basis, shares, price, years).mean() for basis in (cost * shares, cost))
    sound, faulty = (share * MILLION for share in found)
    return f"taken for a share's basis, of a million lots: {sound:,.0f} sound, {faulty:,.0f} faulty"


def paid(prices: Any, dividends: Any) -> str:
    """Return the largest dividends in shares of the price: cash that comes without a flow."""
    share = (dividends / prices.shift(1)).to_numpy()
    share = share[np.isfinite(share)]
    over = {limit: int((share > limit).sum()) for limit in (0.05, 0.1, DataRules().max_value_jump)}
    said = ", ".join(f"over {k:.0%}: {n}" for k, n in over.items())
    return f"{share.size:,} dividends in shares of the price: {said}; highest {share.max():.0%}"


def main() -> int:
    """Print the counts that the command line asks for."""
    reading = argparse.ArgumentParser(
        "python -m benchmarks.plausible", description=(__doc__ or "").split("\n")[0]
    )
    reading.add_argument("prices", type=Path)
    reading.add_argument("--splits", type=Path)
    reading.add_argument("--dividends", type=Path)
    asked = reading.parse_args()
    prices = closes(asked.prices)
    splits = on(prices, asked.splits)
    print(jumped(prices, splits))
    print(split_like(prices, splits))
    print(outlived(prices, splits))
    print(per_share(prices, splits))
    if asked.dividends:
        print(paid(prices, on(prices, asked.dividends)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
