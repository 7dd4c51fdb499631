"""Sixty things that mean harm: in ids of the book, in addresses, in fields. None has any effect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from nightly.run.night import start_run
from nightly.run.request import Request
from nightly.workers.engines import InProcess
from tests.nightly import deciders
from tests.nightly.web.opened import ASOF, digest_of, household_at, opened, parsed

IDS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</title><script src=//evil.example></script>",
    "</textarea><iframe src=javascript:alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "{% include '/etc/passwd' %}",
    "${7*7}#{7*7}",
    "{{ cycler.__init__.__globals__ }}",
    "=HYPERLINK('http://evil.example')",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "..",
    ".",
    "/etc/passwd",
    "a/b?c=d&e=f#g",
    "%2e%2e%2f%00",
    "a&lt;b&amp;c",
    "gpj\uff0eexe",
    "naïve 家庭 🏠",
    "' OR '1'='1",
    "; rm -rf /",
    "x" * 300,
)
"""Ids of households, as a book may have them."""

PLACES = (
    "/runs/..",
    "/runs/%2e%2e",
    "/runs/../../etc/passwd",
    "/runs/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/runs/..%5c..%5cetc",
    "/runs/%00",
    "/runs/{{7*7}}",
    "/runs/<script>alert(1)<%2fscript>",
    "/runs/orders.register",
    "/runs/...",
    "/runs/%2Fetc",
    "/runs/none/household?id=x",
    "/runs/none/household.json?id=../../etc/passwd",
    "/static/../templates/base.html",
    "/static/%2e%2e/templates/base.html",
    "/static/%2e%2e%2ftemplates%2fbase.html",
    "/static/..%2f..%2ffigures.py",
    "/static//etc/passwd",
    "/static/",
    "/templates/base.html",
    "/RUN/household?id=../../../etc/passwd",
    "/RUN/household?id=",
    "/RUN/household.json?id=%00",
    "/RUN/order?id=../../manifest.json",
    "/RUN/order?id=",
    "/RUN/manifest.json",
    "/RUN/plans.parquet",
    "/RUN?page=-1",
    "/RUN?page=1e9",
    "/RUN?page=99999999999999999999",
    "/RUN?page=٣",
    "/RUN?stage=__class__",
    "/RUN?sort=__init__",
    "/RUN?max_usd=nan",
    "/RUN?max_usd=inf",
    "/RUN?max_usd={{7*7}}",
    "/RUN?max_orders=1;drop table plans",
)
"""Addresses that are no page of ours; RUN stands for the run's."""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Path, str]]:
    """Return a client at a run of a book whose every id means harm."""
    folder = tmp_path_factory.mktemp("hostile")
    write_book(folder / "book")
    (folder / "runs").mkdir()
    request = Request(str(folder / "book"), ASOF, folder / "runs")
    run, _ = start_run(request, deciders.sell_a_little, InProcess())
    with opened(folder / "book", folder / "runs", folder / "scratch") as client:
        yield client, folder / "runs", run.run_id


def write_book(book: Path) -> None:
    """Write a book of one account and one lot for each id."""
    import csv

    book.mkdir()
    names = list(IDS)
    tables: dict[str, list[dict[str, object]]] = {
        "households": [
            {"household_id": n, "target_id": "t", "policy_id": "standard"} for n in names
        ],
        "filing_units": [
            {
                "filing_unit_id": f"{n}!u",
                "household_id": n,
                "filing_status": "single",
                "ordinary_income": 90000,
                "state_rate": 0.05,
                **dict.fromkeys(("st_realized_ytd", "lt_realized_ytd"), 0),
                **dict.fromkeys(("st_carryforward", "lt_carryforward"), 0),
            }
            for n in names
        ],
        "accounts": [
            {
                "account_id": f"{n}!a",
                "household_id": n,
                "filing_unit_id": f"{n}!u",
                "owner": n,
                "account_type": "taxable",
                "cash": 1000,
                "cash_floor": 0,
                "net_flow": 0,
            }
            for n in names
        ],
        "lots": [
            {
                "lot_id": f"{n}!l",
                "account_id": f"{n}!a",
                "security_id": "<b>VTI</b>",
                "shares": 100,
                "basis": 9000,
                "acquired": "2020-01-02",
            }
            for n in names
        ],
        "securities": [
            {
                "security_id": "<b>VTI</b>",
                "price": 100,
                "asset_class": "<i>equity</i>",
                "half_spread_bps": 1,
                "share_step": 0.001,
                "qualified_yield": 0.01,
                "ordinary_yield": 0,
                "exempt_yield": 0,
                "specific_vol": 0.01,
            }
        ],
        "targets": [{"target_id": "t", "asset_class": "<i>equity</i>", "weight": 1}],
        "covariance": [
            {
                "asset_class_a": "<i>equity</i>",
                "asset_class_b": "<i>equity</i>",
                "covariance": 0.03,
            }
        ],
    }
    for table, rows in tables.items():
        with (book / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)


OURS = {"/static/htmx-4.0.1.min.js", "/static/workbench.js"}


def assert_tame(text: str) -> None:
    """Assert that a page has no element, script or attribute but those of its template."""
    page = parsed(text)
    assert {t.get("src", "inline") for tag, t in page.tags if tag == "script"} == OURS
    forbidden = {"iframe", "object", "embed", "i", "base", "style", "textarea"}
    assert {tag for tag, _ in page.tags} & forbidden == set()
    names = {name for _, told in page.tags for name in told}
    assert not [name for name in names if name.startswith("on") or name == "style"]
    links = [t["href"] for tag, t in page.tags if tag == "a"]
    assert all(link.startswith(("/", "#")) and not link.startswith("//") for link in links)


@pytest.mark.parametrize("name", IDS)
def test_an_id_is_text_and_nothing_else(hostile: tuple[TestClient, Path, str], name: str) -> None:
    """Its page opens, shows it letter by letter, and runs none of it."""
    client, runs, run_id = hostile
    before = digest_of(runs)
    answer = client.get(household_at(run_id, name))
    assert answer.status_code == 200
    assert_tame(answer.text)
    page = parsed(answer.text)
    assert name in page.text
    place = next(t["href"] for _, t in page.tags if "/order?" in t.get("href", ""))
    trail = client.get(place)
    assert_tame(trail.text)
    assert f"{ASOF}/{name}!a/<b>VTI</b>/sell" in parsed(trail.text).text
    assert digest_of(runs) == before


def test_lists_show_all_of_them_as_text(hostile: tuple[TestClient, Path, str]) -> None:
    """The queue, its search, and the page of what is ready."""
    client, _, run_id = hostile
    text = client.get(f"/runs/{run_id}").text
    assert_tame(text)
    assert all(name in parsed(text).text for name in IDS)
    for name in IDS:
        assert_tame(client.get(f"/runs/{run_id}", params={"named": name, "policy": name}).text)
    assert_tame(client.get(f"/runs/{run_id}/send").text)


@pytest.mark.parametrize("place", PLACES)
def test_an_address_of_ones_own_reaches_nothing(
    hostile: tuple[TestClient, Path, str], place: str
) -> None:
    """It is refused without a word of what lies where, or echoed as text."""
    client, runs, run_id = hostile
    before = digest_of(runs)
    answer = client.get(place.replace("/RUN", f"/runs/{run_id}"))
    assert answer.status_code in (303, 400, 404, 405)
    for secret in ("root:", "import ", "block main", "sha256", "PAR1", "Traceback", "49"):
        assert secret not in answer.text, secret
    assert digest_of(runs) == before


def test_there_are_sixty_of_them() -> None:
    """With the forged forms of the door's own tests there are more."""
    assert len(IDS) + len(PLACES) >= 60
