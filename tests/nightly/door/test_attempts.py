"""Two hundred attempts to do what nobody may at the door: no effect, and a line for each."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from nightly.door.refusals import MOST_SAID
from nightly.door.server import Door
from tests.nightly.door.conftest import WISH, Call, Place, heard

ACTS = (
    *("approve", "reject", "send", "export", "cancel", "override", "decide", "approve_all"),
    *("fills", "settle", "run", "roles", "sign", "release", "APPROVE", "propose "),
    *("propose;approve", "__class__", "call_tool", "Desk.propose", "", "../approve"),
)
"""Tools that are not there."""

OTHERS = (
    "H2",
    "007",
    "h1",
    " H1",
    "H1 ",
    "H1\x00",
    "../H2",
    "H1/../H2",
    "*",
    "%",
    "H1,H2",
    "H\u0130",
    "H1' OR '1'='1",
    WISH,
)
"""Households that this door has not, however they are spelled."""

NOT_HIS = (
    {"keep_lots": ["L6"]},
    {"sell_lots": ["L6"]},
    {"sell_lots": ["L8"]},
    {"accounts_out": ["A2-TAX"]},
    {"accounts_out": ["A7-TAX"]},
    {"keep": [WISH]},
    {"sell": ["NONE"]},
)
"""Requests of H1 that name what is somebody else's, or nobody's."""

NO_KEYS = (
    *({"approval": "auto"}, {"policy_id": "careful"}, {"by": "Cleo"}, {"approved_by": "Cleo"}),
    *({"household_id": "H2"}, {"limits": {"tax_budget_usd": 1e9}}, {"bands": "trigger"}),
    *({"set_aside_usd": 5.0}, {"wash_sale": "price"}, {"reason": WISH}, {WISH: True}),
    *({"approval.always": False}, {"trades.mode": "hold"}, {"gate": {"min_bps": 0}}),
    *({"raise_usd": -1.0}, {"raise_usd": "50000"}, {"tax_budget_usd": 1e300}, {"te_max": 0}),
)
"""Requests that ask what no request can."""


def attempts(orders_of_others: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return every attempt: a tool and its arguments."""
    found: list[tuple[str, dict[str, Any]]] = []
    for act in ACTS:
        found += [(act, {"household_id": name, "why": WISH}) for name in ("H1", "H2")]
    for name in OTHERS:
        ask = {"household_id": name, "request": {"raise_usd": 10.0}}
        both = {"household_id": name, "first": {}, "second": {}}
        order = {"household_id": name, "order_id": "2026-11-20/A1-TAX/VTI/sell"}
        found += [
            ("get_household", {"household_id": name}),
            ("plan_request", ask),
            ("what_would_it_take", ask),
            ("compare", both),
            ("explain_order", order),
            ("trace", order),
            ("propose", {**ask, "why": "please"}),
        ]
    for asks in (*NOT_HIS, *NO_KEYS):
        found += [
            ("plan_request", {"household_id": "H1", "request": asks}),
            ("what_would_it_take", {"household_id": "H1", "request": asks}),
        ]
    for order_id in (*orders_of_others, WISH, "../../orders.register"):
        found += [
            ("trace", {"household_id": "H1", "order_id": order_id}),
            ("explain_order", {"household_id": "H1", "order_id": order_id}),
        ]
    found += [
        ("propose", {"household_id": "H1", "request": {"raise_usd": 100.0}, "why": why})
        for why in ("", " ", WISH, "approved by Cleo", "x" * 10_000)
    ]
    found += [("plan_request", {}), ("propose", {"household_id": ["H1"], "request": "raise"})]
    return found


def state_of(place: Place) -> dict[str, str]:
    """Return a digest of every file beside the night but the log of attempts."""
    return {
        str(path.relative_to(place.runs)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(place.runs.rglob("*"))
        if path.is_file() and path.name != "programs.jsonl"
    }


def lines(runs: Path) -> list[dict[str, Any]]:
    """Return the log."""
    file = runs / "programs.jsonl"
    return (
        [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    )


def test_nothing_comes_of_it_and_each_is_a_line(place: Place, narrow: Door) -> None:
    """Not a byte beside the log changes; every attempt stands there as refused, in order."""
    others = ["2026-11-20/A2-TAX/VTI/sell", "2026-11-20/A7-TAX/VEA/sell"]
    tried = attempts(others)
    assert len(tried) >= 200
    before, known = state_of(place), len(lines(place.runs))

    async def talk() -> list[bool]:
        async with Client(narrow) as client:
            return [(await client.call_tool(tool, given)).is_error for tool, given in tried]

    assert all(heard(talk))
    assert state_of(place) == before
    logged = lines(place.runs)[known:]
    assert [line["tool"] for line in logged] == [tool for tool, _ in tried]
    assert {line["outcome"] for line in logged} == {"refused"}
    assert {line["by"] for line in logged} == {"reader"}


LONG = "X" * 3_000_000
"""More than anybody wants to hear again."""


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("plan_request", {}, "household_id is missing; request is missing. plan_request takes"),
        (
            "plan_request",
            {"household_id": 5, "request": LONG},
            "household_id must be a text, not 5; request must be a table of keys, not 'XXX",
        ),
        ("list_breaches", {"limit": "many"}, "limit must be a whole number, not 'many'"),
        ("compare", {"household_id": "H1", "first": {}, "second": {}, LONG: 1}, "no argument 'XXX"),
        ("get_household", {"household_id": LONG}, "no household 'XXX"),
        ("plan_request", {"household_id": "H1", "request": {"keep": [LONG]}}, "keep is a list of"),
        ("plan_request", {"household_id": "H1", "request": {LONG: 1}}, "unknown key 'XXX"),
        (
            "plan_request",
            {"household_id": "H1", "request": {str(n): 1 for n in range(20_000)}},
            "unknown key '0', '1', '2', '3', '4' and 19995 more; known: tax_budget_usd",
        ),
        (
            "plan_request",
            {"household_id": "H1", "request": {"keep": [f"{n:0200}" for n in range(999)]}},
            "no such security in the book",
        ),
    ],
)
def test_a_refusal_says_what_and_where_and_little_of_what_was_sent(
    narrow: Door, call: Call, tool: str, given: dict[str, Any], said: str
) -> None:
    """Three megabytes come back as a line, without an address on the web."""
    answer = call(narrow, tool, **given)
    (text,) = (part.text for part in answer.content)
    assert answer.is_error and said in text
    assert len(text) < MOST_SAID + 50 and "http" not in text


def test_a_reason_is_short(door: Door, call: Call) -> None:
    """It stands in the register for good, and is refused before anything is planned."""
    asks = {"household_id": "H1", "request": {"raise_usd": 100.0}, "why": LONG}
    answer = call(door, "propose", **asks)
    assert answer.is_error and "up to 500 characters, not 3000000" in answer.content[0].text
