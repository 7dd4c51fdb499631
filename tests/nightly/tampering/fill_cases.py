"""Answers that nobody's market gave: rows that are refused one by one, and files that are none."""

from __future__ import annotations

HEAD = "ticket_id,block_id,fill_id,shares,price,state,trade_date,security_id,side"

ROWS = {
    "never sent": ("{run}/nobody,,f1,10,300,,,,", "never sent"),
    "more than was ordered": ("{ticket},,f1,100.5,300,,,,", "still to be filled"),
    "another security": ("{ticket},,f1,10,300,,,BND,", "security_id BND"),
    "the other side": ("{ticket},,f1,10,300,,,,buy", "side buy"),
    "a price far off": ("{ticket},,f1,10,30,,,,", "off the book"),
    "a price beyond the limit": ("{ticket},,f1,10,297,,,,", "beyond the limit"),
    "a negative price": ("{ticket},,f1,10,-300,,,,", "-300"),
    "negative shares": ("{ticket},,f1,-10,300,,,,", "-10"),
    "no shares": ("{ticket},,f1,0,300,,,,", "0"),
    "shares as text": ("{ticket},,f1,ten,300,,,,", "ten"),
    "shares that are no number": ("{ticket},,f1,NaN,300,,,,", "NaN"),
    "a part of a step": ("{ticket},,f1,10.5,300,,,,", "whole steps"),
    "no fill_id": ("{ticket},,,10,300,,,,", "fill_id is needed"),
    "no id": (",,f1,10,300,,,,", "exactly one"),
    "two ids": ("{ticket},{block},f1,10,300,,,,", "exactly one"),
    "an unknown state": ("{ticket},,,,,lost,,,", "lost"),
    "a state the market does not say": ("{ticket},,,,,approved,,,", "does not say"),
    "filled, and shares are missing": ("{ticket},,f1,10,300,filled,,,", "a fill is missing"),
    "no day": ("{ticket},,f1,10,300,,2026-11-31,,", "2026-11-31"),
}
"""A row by what is wrong with it, and a part of what is told."""

FILES = {
    "nothing": b"",
    "another table": b"household_id,target_id\nlee,balanced\n",
    "no text": b"\xff\xfe\x00\x01",
    "FIX with a wrong checksum": b"8=FIX.4.4\x019=5\x0135=8\x0110=000\x01",
}
"""Files that hold no answers."""
