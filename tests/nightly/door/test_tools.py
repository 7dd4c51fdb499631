"""What a program may see and ask: typed, with its origin, and the same that people see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client

from models.book.read import read_book
from models.request.reading import request_of
from nightly.door.server import WORDS, Door
from nightly.main import main
from optimizer.requests.ask import ask
from tests.books import ASOF
from tests.nightly.door.conftest import WISH, Call, Place, heard
from tests.requests_in_words import FORTY, Words
from workbench.asked import answer_document

FEW = tuple(FORTY[place] for place in (4, 14, 22, 39))
"""Requests that go all three ways every time; the others do among the large counts."""


def bytes_of(document: Any) -> bytes:
    """Return a plan's document as bytes, without what a clock fills."""
    told = {name: each for name, each in document.items() if name != "seconds"}
    return json.dumps(told, sort_keys=True).encode()


def three_ways(words: Words, place: Place, door: Door, call: Call, capsys: Any) -> set[bytes]:
    """Return what Python, the command line and the door answer."""
    book = read_book(place.book, ASOF)
    of = book.household("H1")
    by_python = answer_document(ask(of, book.policy(of.policy_id), request_of(words.asks)))
    main(["plan", str(place.book), "H1", *words.options, "--json"])
    by_command = json.loads(capsys.readouterr().out)
    by_door = call(door, "plan_request", household_id="H1", request=words.asks)
    return {bytes_of(by_python), bytes_of(by_command), bytes_of(by_door.structured_content["plan"])}


@pytest.mark.parametrize("words", FEW, ids=lambda words: words.said)
def test_a_request_has_the_same_bytes_whichever_way_it_came(
    words: Words, place: Place, door: Door, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python, the command line's options, and the door: one plan."""
    assert len(three_ways(words, place, door, call, capsys)) == 1


@pytest.mark.full
@pytest.mark.parametrize("words", FORTY, ids=lambda words: words.said)
def test_every_request_has_the_same_bytes_whichever_way_it_came(
    words: Words, place: Place, door: Door, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """All forty."""
    assert len(three_ways(words, place, door, call, capsys)) == 1


def test_tools_are_listed_with_schemas_and_none_approves_or_sends(door: Door) -> None:
    """Every tool says what it takes and gives; the words of the book are in none of them."""

    async def talk() -> Any:
        async with Client(door) as client:
            return await client.list_tools()

    tools = heard(talk).tools
    assert [tool.name for tool in tools] == list(WORDS)
    for tool in tools:
        assert tool.output_schema is not None
        assert "origin" in tool.output_schema["properties"]
        assert WISH not in json.dumps(tool.model_dump(mode="json"))
    assert not {"approve", "reject", "send", "export", "cancel"} & {tool.name for tool in tools}


def test_findings_come_first_things_first_and_only_of_whom_one_may_ask(
    door: Door, narrow: Door, call: Call
) -> None:
    """A door for one household tells of that one."""
    every = call(door, "list_breaches").structured_content
    assert {row["household_id"] for row in every["found"]} == {"H1", "H2", "007"}
    one = call(narrow, "list_breaches").structured_content
    assert {row["household_id"] for row in one["found"]} == {"H1"}
    few = call(door, "list_breaches", limit=1).structured_content
    assert len(few["found"]) == 1
    assert few["left_out"] == len(every["found"]) - 1


def test_a_household_is_told_with_its_standing_plan_and_its_orders_with_reasons(
    place: Place, door: Door, call: Call
) -> None:
    """The plan is the night's; an order is explained and traced to its inputs."""
    told = call(door, "get_household", household_id="H1").structured_content
    assert told["origin"]["run_id"] == place.night.run_id
    assert (told["status"], told["state"]) == ("planned", "proposed")
    order = told["plan"]["orders"][0]
    alone = call(door, "explain_order", household_id="H1", order_id=order["order_id"])
    assert alone.structured_content["order"] == order
    trail = call(door, "trace", household_id="H1", order_id=order["order_id"])
    assert trail.structured_content["trail"]["order"]["security_id"] == order["security_id"]
    assert trail.structured_content["trail"]["law"]["year"] == 2026


def test_what_it_would_take_is_told_with_figures_that_work(door: Door, call: Call) -> None:
    """Of a request that has no plan: whose rules meet, and what was tried."""
    asks = {"raise_usd": 40_000.0, "tax_budget_usd": 100.0, "accounts_out": ["A1-IRA", "A1-ROTH"]}
    told = call(door, "what_would_it_take", household_id="H1", request=asks).structured_content
    assert told["status"] == "infeasible"
    assert {"household_flow", "tax_budget"} <= {each["rule"] for each in told["clashes"]}
    for each in told["would_do"]:
        changed = {key: value for key, value in asks.items() if key != each["key"]}
        changed |= {} if each["value"] is None else {each["key"]: each["value"]}
        again = call(door, "plan_request", household_id="H1", request=changed)
        assert again.structured_content["status"] == "planned", each["words"]


def test_two_requests_are_told_beside_each_other(door: Door, call: Call) -> None:
    """Keeping VEA instead of asking nothing: its sale is what differs."""
    told = call(door, "compare", household_id="H1", first={}, second={"keep": ["VEA", "ITOT"]})
    changes = told.structured_content["difference"]["orders"]
    sold = [each for each in changes if each["order_id"].endswith(("VEA/sell", "ITOT/sell"))]
    assert sold
    assert all(each["shares"] == 0.0 for each in sold)
