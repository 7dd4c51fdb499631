"""Answers as FIX execution reports (35=8), one after the other, with or without line breaks.

    11 ClOrdID, 41 OrigClOrdID    the order; the second in answers to a cancel
    150 ExecType, 39 OrdStatus    what happened, and where the order stands
    17 ExecID, 19 ExecRefID       this execution, and the one that it corrects
    32 LastQty · 31 LastPx · 14 CumQty · 75 TradeDate, 60 TransactTime · 58 Text

A message is read only if its length and checksum are right. A trade that is corrected (150=G, or
20=2 up to FIX 4.2) is told again. One that is taken back (150=H, 20=1) and a cancel that the market
refuses (35=9) need a person and are told as such.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import simplefix  # type: ignore[import-untyped]

from nightly.fills.reports import Report, count, number
from nightly.register.states import State

BEGIN: Final = b"8=FIX"
MESSAGE: Final = re.compile(rb"(?=8=FIXT?\.\d\.\d\x01)")
TRAILER: Final = re.compile(rb"\x0110=(\d{3})\x01$")
HEADER: Final = re.compile(rb"^8=[^\x01]+\x019=(\d+)\x01")

BYTE: Final = 256
"""The checksum is the sum of a message's bytes modulo this (FIX 4.4, volume 2)."""

STATE_OF: Final = {
    "0": State.ACKNOWLEDGED,
    "3": State.EXPIRED,
    "4": State.CANCELLED,
    "5": State.REPLACED,
    "8": State.CANCELLED,
    "C": State.EXPIRED,
}
"""ExecType → state; 3 (done for the day) ends an order for the day, 8 is the market's refusal."""

TRADES: Final = ("F", "1", "2")
"""ExecTypes of trades; 1 and 2 up to FIX 4.2."""

CORRECTED, TAKEN_BACK = "G", "H"
"""ExecTypes of trades that were told before, with their ids in 19."""

BY_TRANSACTION: Final = {"1": TAKEN_BACK, "2": CORRECTED, "3": "I"}
"""ExecTransType (20), which says it up to FIX 4.2 → ExecType; 3 is a status that was asked."""

NOTHING_NEW: Final = ("A", "6", "E", "I", "7", "9", "D")
"""ExecTypes that say what is pending or stands as it was."""

STATUS_OF: Final = {"1": State.PARTLY_FILLED, "2": State.FILLED}
"""OrdStatus after a trade → state; others are left to the count of shares."""

SIDES: Final = {"1": "buy", "2": "sell"}


def fix_reports(content: bytes) -> Sequence[Report]:
    """Return what the messages of a file say, each numbered from 1."""
    found, digest = [], hashlib.sha256()
    for at, message in enumerate(_messages(content), start=1):
        digest.update(message)
        report = _report(message, f"message {at}")
        found.append(replace(report, so_far=digest.hexdigest()) if report.corrects else report)
    return found


def _messages(content: bytes) -> Iterator[bytes]:
    for piece in MESSAGE.split(content):
        if piece.strip():
            yield piece.strip(b"\r\n")


def _report(raw: bytes, place: str) -> Report:
    if not _sound(raw):
        return Report(
            place, "", fault="length or checksum is wrong: the message is torn or changed"
        )
    parser = simplefix.FixParser()
    parser.append_buffer(raw)
    message = parser.get_message()

    def told(tag: int) -> str:
        found: Any = message.get(tag)
        return "" if found is None else found.decode("utf-8", "replace")

    kind, what = told(35), BY_TRANSACTION.get(told(20)) or told(150) or told(39)
    order = (told(41) or told(11)) if what in ("4", "5") else told(11)
    if kind == "9":
        return Report(place, told(41), fault=f"the market does not cancel it: {told(58)}")
    if kind != "8" or what in NOTHING_NEW:
        return Report(place, order, ignored=True)
    try:
        return _said(place, order, what, told)
    except ValueError as error:
        return Report(place, order, fault=str(error))


def _said(place: str, order: str, what: str, told: Any) -> Report:
    shared = {
        "account_id": told(1),
        "security_id": told(55),
        "side": SIDES.get(told(54), ""),
        "filled": count(told(14)) if told(14) else None,
    }
    if what in TRADES:
        if not told(17):
            raise ValueError("17 (ExecID) is needed, or the same fill could be booked twice")
        state = STATUS_OF.get(told(39))
        shares, price = number(told(32)), number(told(31))
        day = _day(told(75) or told(60))
        return Report(place, order, state, told(17), shares, price, day, text=told(58), **shared)
    if what == CORRECTED:
        if not told(19):
            raise ValueError("19 (ExecRefID) is needed: which trade is corrected?")
        shares, price, day = number(told(32)), number(told(31)), _day(told(75))
        shared["filled"] = None  # a count of then, or of now: nothing is traded here
        again = {"corrects": told(19), "text": told(58), **shared}
        return Report(place, order, None, told(17), shares, price, day, **again)
    if what not in STATE_OF:
        raise ValueError(f"150={what} is not booked by itself: a person must look")
    text = f"refused by the market: {told(58)}" if what == "8" else told(58)
    return Report(place, order, STATE_OF[what], text=text, **shared)


def _day(text: str) -> date | None:
    return datetime.strptime(text[:8], "%Y%m%d").date() if text else None


def _sound(raw: bytes) -> bool:
    """Whether a message is as long as it says and adds up to its checksum."""
    header, trailer = HEADER.search(raw), TRAILER.search(raw)
    if header is None or trailer is None:
        return False
    body = trailer.start() + 1
    return body - header.end() == int(header[1]) and sum(raw[:body]) % BYTE == int(trailer[1])
