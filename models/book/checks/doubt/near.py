"""Whose the rows of nobody may be, among the accounts or the households of the book."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc

from models.arrays import Ints
from models.book.checks.check import Maybe, MaybeOf
from models.book.checks.evidence import Evidence
from models.book.near import MOST_IDS, MOST_OWNERS, as_texts, bare, slips
from models.book.rows.links import Ids
from models.book.tables.arrow import column_of
from models.book.tables.table import Table


def near_account(table_name: str) -> MaybeOf:
    """Return what places rows whose account is a slip away from one of the book."""

    def find(table: Table, evidence: Evidence, rows: Ints) -> Mapping[int, Maybe]:
        links = evidence.links
        nobodys = links.account_of[table_name][rows] < 0
        owner = links.household_of["accounts"][links.accounts.first_row]
        return _placed(table, "account_id", rows[nobodys], links.accounts, owner, evidence)

    return find


def near_household(table: Table, evidence: Evidence, rows: Ints) -> Mapping[int, Maybe]:
    """Place rows whose household is a slip away from one of the book."""
    ids = evidence.links.households
    own = np.arange(len(ids), dtype=np.int64)
    return _placed(table, "household_id", rows, ids, own, evidence)


def _placed(
    table: Table, column: str, rows: Ints, ids: Ids, owner: Ints, evidence: Evidence
) -> Mapping[int, Maybe]:
    """Return whose each row may be; `owner` is the household of each of `ids`, −1 for none."""
    if not rows.size:
        return {}
    order = np.argsort(ids.first_row, kind="stable")  # of two alike the first row counts
    known = bare(ids.arrow.take(column_of(order)))
    wanted = bare(table.text(column).take(column_of(rows))).to_pylist()
    fits = dict.fromkeys(name for name in wanted if name)
    answers = {name: _fit(name, known, order, owner) for name in list(fits)[:MOST_IDS]}
    said = _words(column, ids, owner, evidence)
    return {
        row: said(found)
        for row, name in zip(rows.tolist(), wanted, strict=True)
        if (found := answers.get(name)) is not None and found.size
    }


def _fit(name: str, known: Any, order: Ints, owner: Ints) -> Ints:
    """Codes of the ids that a bare name may mean; none where too many households fit."""
    codes: Ints
    for names in ([name], slips(name)):
        places = pc.index_in(as_texts(names), value_set=known).drop_null().to_numpy()
        codes = order[np.unique(places)] if len(places) else np.empty(0, dtype=np.int64)
        codes = codes[owner[codes] >= 0]
        if codes.size:
            few = len(np.unique(owner[codes])) <= MOST_OWNERS
            return codes if few else codes[:0]
    return np.empty(0, dtype=np.int64)


def _words(column: str, ids: Ids, owner: Ints, evidence: Evidence) -> Callable[[Ints], Maybe]:
    households = evidence.links.households.texts

    def said(codes: Ints) -> Maybe:
        owners = np.unique(owner[codes])
        of = {code: f" of household {households[owner[code]]!r}" for code in codes.tolist()}
        named = " or ".join(
            f"{ids.texts[code]!r}{of[code] if column == 'account_id' else ''}"
            for code in codes.tolist()
        )
        waits = "waits" if len(owners) == 1 else "wait"
        return Maybe(
            owners.astype(np.int64),
            f"it may mean {named}, which {waits}: correct the id, or leave the row out",
        )

    return said
