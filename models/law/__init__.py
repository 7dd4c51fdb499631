"""US federal tax parameters as dated data, each with its unit and its citation."""

from models.law.load import (
    FILING_STATUSES,
    TOPICS,
    Law,
    LawMissing,
    Schedule,
    Surtax,
    in_force,
    known_years,
    law_for,
    read_topic,
    year_to_come,
)

__all__ = [
    "FILING_STATUSES",
    "TOPICS",
    "Law",
    "LawMissing",
    "Schedule",
    "Surtax",
    "in_force",
    "known_years",
    "law_for",
    "read_topic",
    "year_to_come",
]
