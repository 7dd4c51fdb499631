"""Every case file passes, and the runner can fail."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from models.tax_cases import check_case, main, read_cases

OWN = sorted((Path(__file__).parent / "cases").glob("*.toml"))
ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("HEARTH_SHARED", ROOT.parent / "shared")) / "cases" / "tax_cases.json"

GOOD = {
    "id": "good",
    "topic": "holding_period",
    "input": {"acquired": "2024-01-02", "sold": "2025-01-03"},
    "expected": {"term": "long"},
}


@pytest.mark.parametrize(
    "case", [case for path in OWN for case in read_cases(path)], ids=lambda case: case["id"]
)
def test_our_cases(case):
    """The law gives what the case expects."""
    verdict = check_case(case)
    assert verdict.passed, str(verdict)


@pytest.mark.skipif(not SHARED.exists(), reason=f"no case file at {SHARED}")
def test_the_shared_cases(capsys):
    """Every case of the shared file passes, one line each, and the exit code says so."""
    code = main([str(SHARED)])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if " ok " not in line] == []
    assert len(lines) == len(read_cases(SHARED)) > 0
    assert code == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"expected": {"term": "short"}}, "long"),
        ({"expected": {"terms": "long"}}, "not computed"),
        ({"expected": {}}, "expects nothing"),
        ({"topic": "amt"}, "no topic"),
        ({"input": {"acquired": "2024-01-02"}}, "cannot be understood"),
        ({"input": None}, "cannot be understood"),
        (
            {"topic": "federal_tax", "input": {"filing_status": "single", "year": 1999}},
            "no law for 1999",
        ),
    ],
)
def test_a_bad_case_fails_with_its_reason(change, says):
    """A wrong expectation, an unknown topic or an unreadable input is a failure, not a crash."""
    verdict = check_case(GOOD | change)
    assert not verdict.passed
    assert says in str(verdict)


def wash_case(**expected):
    """A loss of 100 that 4 of 10 repurchased shares wash."""
    return {
        "id": "w",
        "topic": "wash_sale",
        "input": {
            "lots": [{"id": "a", "symbol": "X", "account": "T", "shares": 10, "total": 200}
                     | {"acquired": "2024-01-02"}],
            "trades": [
                {"date": "2025-03-03", "side": "sell", "symbol": "X", "account": "T", "shares": 10,
                 "total": 100, "lots": [{"lot": "a", "shares": 10}]},
                {"date": "2025-03-20", "side": "buy", "symbol": "X", "account": "T", "shares": 4,
                 "total": 40, "lot_id": "b"},
            ],
        },
        "expected": expected,
    }  # fmt: skip


def test_lots_are_compared_to_the_cent_and_the_day():
    """Basis, shares and holding start of what is left must all agree."""
    right = {"lot": "b", "shares": 4, "basis": 80, "holding_start": "2024-01-19"}
    assert check_case(wash_case(lots_after=[right])).passed
    for wrong in (
        {"basis": 79},
        {"shares": 3},
        {"holding_start": None},
        {"holding_start": "2024-01-18"},
    ):
        assert not check_case(wash_case(lots_after=[right | wrong])).passed
    assert not check_case(wash_case(lots_after=[])).passed
    halves = [right | {"shares": 1, "basis": 20}, right | {"shares": 3, "basis": 60}]
    assert check_case(wash_case(lots_after=halves)).passed


def test_one_bad_case_does_not_hide_the_others(tmp_path, capsys):
    """Each case has its line; one failure makes the exit code 1, an unreadable file 2."""
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([5, GOOD, GOOD | {"expected": {"term": "short"}}, GOOD]))
    assert main([str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [" ok " in line for line in lines] == [False, True, False, True]
    path.write_text("[]")
    assert main([str(path)]) == 1
    path.write_text("{")
    assert main([str(path)]) == 2
    assert main([]) == 2
