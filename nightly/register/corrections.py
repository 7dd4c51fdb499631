"""Fills whose day or price was told wrongly, corrected by a later row that names them.

    FIX 150=G (ExecType Trade Correct) or 20=2, 19 ExecRefID · CSV: `corrects`, the fill's id,
    or that of a correction of it (17 ExecID · CSV: `fill_id`)

A correction stands in the register's line of answers; the last one of a fill holds. It moves no
order: what was filled stays, what was paid and on which day is as corrected. Refused: correcting
shares, or taking a trade back (150=H, 20=1), which would open an order again that has ended: a
person must look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nightly.register.records import Fill
from nightly.register.standing import Standing

CORRECTIONS: Final = "corrections"
"""Key of a line of answers under which corrected fills stand."""


@dataclass(frozen=True, slots=True)
class CorrectedFill(Fill):
    """A fill that was told again: where its day was (`day_told`), it is taken at its word.

    `told_as` is the correction's own id or, where it has none, its row and a digest of its file
    down to it: a file that has grown since tells it under the same name.
    """

    day_told: bool = True
    told_as: str = ""

    @property
    def told_first(self) -> str:
        """The id of the fill as the market told it first; of a block without the ticket's place."""
        return self.fill_id.rpartition("#")[0] if self.block_id else self.fill_id


def day_told_again(fill: Fill) -> bool:
    """Whether somebody looked at a fill's day: who corrects its price alone says none of it."""
    return isinstance(fill, CorrectedFill) and fill.day_told


def any_corrected(standing: Standing) -> bool:
    """Whether a fill of a ticket was told again."""
    return any(isinstance(fill, CorrectedFill) for fill in standing.fills)


def in_words(fill: Fill, told: Fill) -> str:
    """Return what a correction made of a fill that was told otherwise."""
    return (
        f"fill {fill.fill_id} corrected: at {fill.price} on {fill.trade_date}, "
        f"told at {told.price} on {told.trade_date}"
    )
