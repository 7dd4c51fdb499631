"""All households of a date together keep to their policies' part of a day's volume."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from nightly.export.volume import crowded_out
from nightly.register.fold import Registered
from nightly.register.register import NAME, Register
from nightly.results.run_folder import RunFolder
from tests.nightly.register import orders

RUN = "2026-11-20-0001"
ASOF = date(2026, 11, 20)


def order(household: str, shares: float, side: str = "sell", most: float | None = 250.0) -> Any:
    """Return a row of an order of VTI."""
    facts = {"household_id": household, "security_id": "VTI", "side": side}
    return {**facts, "shares": shares, "night_shares": most}


def test_whole_plans_leave_while_there_is_room() -> None:
    """100, 100 and 60 of 250: the third waits, a fourth of 50 still goes; buys are apart."""
    rows = [order("a", 60.0), order("a", 40.0), order("b", 100.0), order("c", 60.0)]
    rows += [order("d", 50.0), order("e", 250.0, "buy")]
    waiting = crowded_out(Registered(), ASOF, rows, "abcde")
    assert list(waiting) == ["c"]
    assert "to sell 60.0 VTI waits" in waiting["c"]
    assert "200.0 of the 250.0 shares" in waiting["c"]


def test_without_a_limit_nobody_waits() -> None:
    """Orders whose policy says nothing leave, and count for those whose policy does."""
    rows = [order("a", 300.0, most=None), order("b", 1.0)]
    assert list(crowded_out(Registered(), ASOF, rows, "ab")) == ["b"]
    assert crowded_out(Registered(), ASOF, [order("a", 1e9, most=None)], "a") == {}


def test_what_left_on_the_date_counts(tmp_path: Path) -> None:
    """100 shares were sent by another run of the day: 150 are left; yesterday's are over."""
    folder = RunFolder(tmp_path / "runs" / RUN)
    folder.path.mkdir(parents=True)
    with Register(tmp_path / "runs" / NAME).held() as held:
        orders.propose(held, RUN, ["h1"])
        orders.send(held, folder, [orders.ticket(RUN, "h1", shares=Decimal(100))])
        rows = [order("b", 151.0)]
        assert list(crowded_out(held.registered, ASOF, rows, "b")) == ["b"]
        assert crowded_out(held.registered, ASOF, [order("b", 150.0)], "b") == {}
        assert crowded_out(held.registered, date(2026, 11, 21), rows, "b") == {}
