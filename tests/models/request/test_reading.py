"""A request is read strictly: what it may say, every fault at once, and one digest for one wish."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

import models.request
from models.errors import RequestError
from models.request.reading import KEYS, json_schema, read_request, request_of
from models.request.record import Request

SCHEMA = Path(str(models.request.__file__)).parent / "request.schema.json"


def test_every_field_has_its_key_and_the_shipped_schema_says_the_same() -> None:
    """Neither the record, nor what is read, nor what is shipped can change alone."""
    assert [each.name for each in fields(Request)] == list(KEYS)
    assert json.loads(SCHEMA.read_text("utf-8")) == json_schema()


def test_nothing_asks_nothing() -> None:
    """An empty request is the blank record, and says nothing."""
    assert request_of({}) == Request()
    assert not request_of({}).asks
    assert request_of({}).as_data() == {}


def test_what_is_asked_is_said_again() -> None:
    """A limit of 0 is a limit; lists come sorted; the way there and back loses nothing."""
    asks = {"tax_budget_usd": 0, "keep": ["B", "A"], "weights": {"tax": 2}, "avoid_gains": True}
    request = request_of(asks)
    assert request.as_data() == {
        "tax_budget_usd": 0.0,
        "keep": ["A", "B"],
        "avoid_gains": True,
        "weights": {"tax": 2.0},
    }
    assert request_of(request.as_data()) == request


def test_a_digest_is_of_what_is_asked() -> None:
    """Order and the way a number is written do not matter; a cent does."""
    one = request_of({"raise_usd": 50_000, "keep": ["A", "B"]})
    same = request_of({"keep": ["B", "A"], "raise_usd": 5e4, "avoid_gains": False})
    other = request_of({"raise_usd": 50_000.01, "keep": ["A", "B"]})
    assert one.sha256 == same.sha256 != other.sha256
    assert one.name == f"request {one.sha256[:12]}"


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        ({"tax_buget_usd": 5.0}, "unknown key 'tax_buget_usd'"),
        ({"tax_budget_usd": "5000"}, "tax_budget_usd is a number"),
        ({"te_max": 0.0}, "te_max is a number above 0 to 1"),
        ({"te_max": 2.0}, "te_max is a number"),
        ({"raise_usd": -5.0}, "raise_usd is a number from 0"),
        ({"raise_usd": float("nan")}, "raise_usd is a number"),
        ({"raise_usd": True}, "raise_usd is a number"),
        ({"raise_usd": 1.0, "invest_usd": 1.0}, "not both"),
        ({"after_tax": True}, "give raise_usd"),
        ({"after_tax": 1, "raise_usd": 1.0}, "after_tax is true or false"),
        ({"keep": "VTI"}, "keep is a list"),
        ({"keep": ["VTI", "VTI"]}, "keep is a list of different ids"),
        ({"keep": ["V" * 201]}, "1,000 at most, of 200 characters at most"),
        ({"weights": {"tax": 1e7}}, "weights is a table of weights from 0 to 1e\\+06"),
        ({"keep": ["VTI"], "sell": ["VTI"]}, "'VTI' is in keep and in sell"),
        ({"keep_lots": ["L1"], "sell_lots": ["L1"]}, "'L1' is in keep_lots and in sell_lots"),
        ({"keep": ["a\nb"]}, "keep is a list"),
        ({"avoid_gains": True, "take_gains_usd": 5.0}, "avoided or taken"),
        ({"weights": {"taxes": 1.0}}, "weights is a table"),
        ({"weights": {"tax": -1.0}}, "weights is a table"),
        ([], "a request is a table"),
    ],
)
def test_what_nobody_can_ask_is_refused(asks: object, words: str) -> None:
    """Each with what would do."""
    with pytest.raises(RequestError, match=words):
        request_of(asks)


def test_all_faults_are_told_at_once() -> None:
    """Whoever mends the first should not learn of the second afterwards."""
    with pytest.raises(RequestError) as told:
        request_of({"x": 1, "te_max": 0, "keep": [""]})
    assert str(told.value).count(";") >= 2


def test_a_file_is_read_once_and_whole(tmp_path: Path) -> None:
    """A key that stands twice would hide the first; what is no JSON is told with its place."""
    file = tmp_path / "request.json"
    file.write_text('{"raise_usd": 5, "raise_usd": 6}', "utf-8")
    with pytest.raises(RequestError, match="twice"):
        read_request(file)
    file.write_text('{"raise_usd": 5', "utf-8")
    with pytest.raises(RequestError, match=r"request\.json"):
        read_request(file)
    file.write_text('{"raise_usd": 5}', "utf-8")
    assert read_request(file) == Request(raise_usd=5.0)


@pytest.mark.parametrize(
    "text",
    ["[" * 5_000, '{"raise_usd": 1' + "0" * 400 + "}", '{"raise_usd": 1' + "0" * 5_000 + "}"],
)
def test_what_is_too_deep_or_too_large_is_refused_like_any_other(tmp_path: Path, text: str) -> None:
    """Neither nesting nor a whole number that no float holds ends the program."""
    (tmp_path / "request.json").write_text(text)
    with pytest.raises(RequestError):
        read_request(tmp_path / "request.json")
