"""Rules that say when to look, how far to trade, and what may leave: one file each.

screen(columns_of(household, policy)).needed   # or the columns of a whole book
"""

from models.triggers.approval import AUTO, NEEDS_APPROVAL, approved_beforehand
from models.triggers.bands import always_drifts
from models.triggers.columns import AccountRows, LotRows, TriggerColumns, columns_of, is_taxable
from models.triggers.gate import held_back
from models.triggers.screen import Screen, Screened, Trigger, screen
from models.triggers.season import in_season
from models.triggers.standing_no import (
    earlier_no,
    outgrown,
    rests_on_the_same,
    still_said,
)
from models.triggers.telling import left_alone, trigger_words

__all__ = [
    "AUTO",
    "NEEDS_APPROVAL",
    "AccountRows",
    "LotRows",
    "Screen",
    "Screened",
    "Trigger",
    "TriggerColumns",
    "always_drifts",
    "approved_beforehand",
    "columns_of",
    "earlier_no",
    "held_back",
    "in_season",
    "is_taxable",
    "left_alone",
    "outgrown",
    "rests_on_the_same",
    "screen",
    "still_said",
    "trigger_words",
]
