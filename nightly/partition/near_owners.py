"""Rows of nobody whose owner may be mistyped, and the households to be read together with them.

What is near is said by `models.book.near`, over hashes of ids as the rest of the pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.arrays import Ints
from models.book.near import MOST_IDS, MOST_OWNERS, as_texts, bare, slips
from models.book.tables.batches import Batch
from nightly.partition.ids import RankRows, Ranks

OWNER: Final[Mapping[str, tuple[str, ...]]] = {
    "filing_units": ("household_id",),
    "accounts": ("household_id",),
    "restrictions": ("household_id", "account_id"),
    **dict.fromkeys(("lots", "trades", "open_orders", "scheduled_buys"), ("account_id",)),
}
"""Columns whose owner may have been mistyped where a row is of nobody."""

NOBODYS: Final[RankRows] = np.empty(0, dtype=np.int32)
"""Households of a row that nobody can place."""


class NearOwners:
    """Places rows of nobody; a class because ids and rows gather batch by batch."""

    def __init__(self, households: Any) -> None:
        self._known = {"household_id": Ranks(), "account_id": Ranks()}
        self._known["household_id"].add(
            bare(households), np.arange(len(households), dtype=np.int32)
        )
        self._answers: dict[str, dict[str, RankRows]] = {name: {} for name in self._known}
        self._rows: dict[str, list[int]] = {}

    def add_accounts(self, ids: Any, ranks: RankRows) -> None:
        """Know accounts, each with the rank of its household."""
        self._known["account_id"].add(bare(ids), ranks)

    def place(self, batch: Batch, nobodys: Ints, accounts: Ranks) -> Ints:
        """Keep the rows of nobody that have an owner nearby; return the ranks of these owners.

        An account that is known is not mistyped, whoever it belongs to.
        """
        found = [NOBODYS]
        for column in OWNER.get(batch.table, ()) if nobodys.size else ():
            ids, rows = batch.texts(column).take(pa.array(nobodys)), nobodys
            if column == "account_id":
                unknown = ~accounts.has(ids)
                ids, rows = ids.filter(pa.array(unknown)), nobodys[unknown]
            for row, name in zip(rows.tolist(), bare(ids).to_pylist(), strict=True):
                owners = self._fitting(column, name) if name else NOBODYS
                if owners.size:
                    found.append(owners)
                    self._rows.setdefault(batch.table, []).append(batch.first_row + row)
        return np.unique(np.concatenate(found)).astype(np.int64)

    def rows(self) -> dict[str, Ints]:
        """Return the rows that were placed, by table, sorted."""
        return {name: np.unique(np.array(rows, np.int64)) for name, rows in self._rows.items()}

    def _fitting(self, column: str, name: str) -> RankRows:
        """Ranks of the households that a bare name may mean; none where too many fit."""
        answers = self._answers[column]
        if name not in answers:
            answers[name] = NOBODYS
            for names in ([name], slips(name)) if len(answers) <= MOST_IDS else ():
                ranks = np.unique(self._known[column].of(as_texts(names)))
                ranks = ranks[ranks >= 0]
                if ranks.size:
                    answers[name] = ranks if len(ranks) <= MOST_OWNERS else NOBODYS
                    break
        return answers[name]
