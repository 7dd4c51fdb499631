"""Synthetic books of any size: seeded, realistic, and the same bytes every time.

``generate`` returns the tables of a small book; ``generate_book`` writes one of any size to a
folder in parts, in memory bounded by one part. Households come in blocks that depend on the seed
and their own number alone, so a larger book begins with the smaller one. Refused: one stream of
random numbers through the whole book (then household ten would depend on household nine, and parts
could not be made alone), and faulty or contradictory households (the sample book tells those).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from scenarios.book_files import arrow_table, write_book, write_csv, write_parquet, write_policies
from scenarios.synthetic.blocks import block_tables
from scenarios.synthetic.kinds import KINDS, build_market
from scenarios.synthetic.market import Market
from scenarios.synthetic.wishes import policy_texts

__all__ = ["KINDS", "PART_HOUSEHOLDS", "generate", "generate_book", "parts", "write_book"]

#: As-of date of a generated book, unless another is asked for.
ASOF = date(2026, 11, 20)

#: About how many households one part of each table holds; memory is bounded by one part.
PART_HOUSEHOLDS = {"etf": 10_000, "mixed": 1_280, "index": 160, "family": 80, "office": 20}


def generate(
    households: int, kind: str, seed: int, *, asof: date = ASOF
) -> dict[str, pd.DataFrame]:
    """Return the tables of a synthetic book as frames.

    Parameters
    ----------
    households
        How many households, at least 1.
    kind
        ``"etf"`` (about 15 securities, 70 lots, 3 accounts a household), ``"mixed"`` (60, 450, 5),
        ``"index"`` (520, 2,800, 6), ``"family"`` (520, 5,000, 10) or ``"office"`` (3,020, 20,000,
        10).
    seed
        Any non-negative integer; the same arguments give the same frames.
    asof
        The as-of date of the book.

    Raises
    ------
    ValueError
        If `households` < 1, `seed` < 0 or `kind` is unknown.
    """
    market = _market(households, kind, seed, asof)
    tables = dict(market.tables)
    drawn = list(_blocks(market, households, kind, seed))
    for name in drawn[0]:
        whole = pa.concat_tables([block[name] for block in drawn])
        tables[name] = whole.to_pandas(date_as_object=False)
    return tables


def parts(
    households: int, kind: str, seed: int, *, asof: date = ASOF
) -> Iterator[dict[str, pa.Table]]:
    """Yield the household tables part by part, about `PART_HOUSEHOLDS` households each."""
    market = _market(households, kind, seed, asof)
    yield from _parts(market, households, kind, seed)


def generate_book(
    out: Path,
    households: int,
    kind: str,
    seed: int,
    *,
    format: str = "parquet",
    asof: date = ASOF,
) -> None:
    """Write a synthetic book into the folder `out`.

    Parquet tables of households become folders of parts (``lots/part-00000.parquet``); CSV tables
    are single files, appended to part by part.

    Raises
    ------
    ValueError
        If an argument is out of range (see `generate`) or `format` is neither of the two.
    FileExistsError
        If `out` holds something already: parts of two books must not mix.
    """
    if format not in {"parquet", "csv"}:
        raise ValueError(f"format {format!r} is neither 'parquet' nor 'csv'")
    market = _market(households, kind, seed, asof)
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; name a new folder for the book")
    out.mkdir(parents=True, exist_ok=True)
    for name, frame in market.tables.items():
        if format == "csv":
            write_csv(name, frame, out / f"{name}.csv")
        else:
            write_parquet(arrow_table(name, frame), out / f"{name}.parquet")
    for number, tables in enumerate(_parts(market, households, kind, seed)):
        for name, table in tables.items():
            if format == "csv":
                write_csv(name, table.to_pandas(), out / f"{name}.csv", append=number > 0)
            else:
                write_parquet(table, out / name / f"part-{number:05d}.parquet")
    write_policies(policy_texts(), out)


def _market(households: int, kind: str, seed: int, asof: date) -> Market:
    if households < 1:
        raise ValueError(f"a book needs at least one household, not {households}")
    if seed < 0:
        raise ValueError(f"the seed must not be negative, it is {seed}")
    return build_market(kind, seed, asof)


def _blocks(market: Market, households: int, kind: str, seed: int) -> Iterator[dict[str, pa.Table]]:
    count = -(-households // market.block)
    for number in range(count):
        tables = block_tables(market, kind, seed, number)
        keep = households - number * market.block
        yield tables if keep >= market.block else first_households(tables, keep)


def _parts(market: Market, households: int, kind: str, seed: int) -> Iterator[dict[str, pa.Table]]:
    waiting: list[dict[str, pa.Table]] = []
    blocks_a_part = max(PART_HOUSEHOLDS[kind] // market.block, 1)
    for block in _blocks(market, households, kind, seed):
        waiting.append(block)
        if len(waiting) == blocks_a_part:
            yield _together(waiting)
            waiting = []
    if waiting:
        yield _together(waiting)


def _together(blocks: list[dict[str, pa.Table]]) -> dict[str, pa.Table]:
    return {
        name: pa.concat_tables([block[name] for block in blocks]).combine_chunks()
        for name in blocks[0]
    }


def first_households(tables: dict[str, pa.Table], keep: int) -> dict[str, pa.Table]:
    """Return the rows of the first `keep` households of a block, in every table."""
    households = tables["households"].slice(0, keep)
    known = households["household_id"]
    mine = pc.is_in(tables["accounts"]["household_id"], value_set=known.combine_chunks())
    accounts = tables["accounts"].filter(mine)
    held = accounts["account_id"].combine_chunks()
    kept = {"households": households, "accounts": accounts}
    for name, table in tables.items():
        if name in kept:
            continue
        key, values = ("account_id", held)
        if name == "filing_units":
            key, values = "household_id", known.combine_chunks()
        kept[name] = table.filter(pc.is_in(table[key], value_set=values))
    return {name: kept[name] for name in tables}
