"""Fills whose day or price was told wrongly, corrected by a later row that names them.

    FIX 150=G (ExecType Trade Correct) or 20=2, 19 ExecRefID · CSV: `corrects`, the fill's id

A correction stands in the register's line of answers; the last one of a fill holds. It moves no
order, so that states and shares are folded without it. Refused: correcting shares, or taking a
trade back (150=H, 20=1), which would open an order again that has ended: a person must look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nightly.register.fold import Registered
from nightly.register.folded import entry_of
from nightly.register.lines import lines_in
from nightly.register.records import Fill, record_of
from nightly.register.register import Register

CORRECTIONS: Final = "corrections"
"""Key of a line of answers under which corrected fills stand."""


@dataclass(frozen=True, slots=True)
class CorrectedFill(Fill):
    """A fill whose day somebody looked at: it is taken at its word."""


def read_corrected(register: Register) -> Registered:
    """Return what a register holds now, with fills as they were corrected.

    Raises
    ------
    RegisterError
        If the file is not as it was written.
    """
    now = register.read()
    content = register.path.read_bytes() if register.path.exists() else b""
    for _, line in lines_in(content, str(register.path)).whole:
        if f'"{CORRECTIONS}"'.encode() in line:
            for data in entry_of(line).data.get(CORRECTIONS, ()):
                _correct(now, record_of(CorrectedFill, data))
    return now


def _correct(now: Registered, fill: CorrectedFill) -> None:
    told = now.fills.get(fill.fill_id)
    if told is not None:
        fills = now.tickets[told.ticket_id].fills
        now.fills[fill.fill_id] = fills[fills.index(told)] = fill
