"""A broken export ends in the same book or in a refusal: never in another book that nobody sees."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from models.market_data.facts import read_market_facts
from nightly.custodian.account_keys import same_account
from nightly.custodian.ofx import MAY_MISS
from nightly.custodian.recognise import read_statement
from nightly.custodian.statement import Holding, ImportRefusedError, Statement
from tests.nightly.custodian.exported import (
    FUND,
    MAKERS,
    STOCK,
    VTI,
    account,
    bundle,
    content,
    disagreements,
    expected,
    totals,
)
from tests.nightly.custodian.mutations import Mutation, mutations

ACCOUNTS = (account(held=(VTI, FUND, STOCK)),)

KNOWN = read_market_facts().funds.keys()

SAMPLED = 34
"""Mutations of each custodian in the quick suite, spread over all of them: 204 together."""


def broken(custodian: str, folder: Path) -> tuple[list[Path], list[Mutation]]:
    """Return a custodian's files, and every mutation of every one."""
    paths = bundle(custodian, ACCOUNTS, folder)
    return paths, [each for path in paths for each in mutations(path)]


def outcome(custodian: str, whole: Mapping[Path, Statement], mutation: Mutation) -> str:
    """Return what reading the files comes to with one of them broken."""
    path = next(each for each in whole if each.name == mutation.file)
    raw = path.read_bytes()
    path.write_bytes(mutation.raw)
    try:
        broken_one = read_statement(path, None)
    except ImportRefusedError as refused:
        assert str(refused)
        return "refused"
    finally:
        path.write_bytes(raw)
    statements = list((dict(whole) | {path: broken_one}).values())
    found = disagreements(statements, totals(custodian, ACCOUNTS))
    numbers = {each.number for each in ACCOUNTS}
    labels = [label for statement in statements for label in statement.accounts]
    if any(not any(same_account(each, label) for each in numbers) for label in labels):
        return "told"  # an account that is nobody's
    if found or any(s.asof is None for s in statements if s.positions and custodian != "vanguard"):
        return "told"
    held = [row for s in statements for row in s.positions if row.holding is Holding.SECURITY]
    if {row.symbol for row in held} - KNOWN - {STOCK.symbol}:
        return "told"  # a security that nobody knows
    got, right = content(statements), expected(ACCOUNTS, custodian)
    lacking = set(right) - set(got)
    if MAY_MISS in {each.what for s in statements for each in s.told} and set(got) <= set(right):
        return "told" if all("'trade'" in each for each in lacking) and lacking else "same"
    return "same" if got == right else "another book"


def scattered(mutation: Mutation) -> int:
    """Return a number that spreads mutations, the same on every machine."""
    return zlib.crc32(f"{mutation.file}: {mutation.what}".encode())


def differing(custodian: str, folder: Path, most: int | None) -> tuple[list[str], dict[str, int]]:
    """Return the mutations that came to another book, and how often each outcome was."""
    paths, made = broken(custodian, folder)
    whole = {path: read_statement(path, None) for path in paths}
    counts: dict[str, int] = {}
    silent = []
    for mutation in sorted(made, key=scattered)[:most]:
        ended = outcome(custodian, whole, mutation)
        counts[ended] = counts.get(ended, 0) + 1
        if ended == "another book":
            silent.append(f"{mutation.file}: {mutation.what}")
    return silent, counts


@pytest.mark.parametrize("custodian", MAKERS)
def test_a_broken_export_is_never_another_book(custodian: str, tmp_path: Path) -> None:
    """Ways of a custodian, from each file's columns, rows and encodings."""
    silent, counts = differing(custodian, tmp_path, SAMPLED)
    assert silent == []
    assert sum(counts.values()) >= SAMPLED
    assert counts.get("same", 0) >= 1, "what only moves or is saved in another way changes nothing"
    assert counts.get("told", 0) + counts.get("refused", 0) >= 1


@pytest.mark.full
@pytest.mark.parametrize("custodian", MAKERS)
def test_no_break_at_all_is_another_book(custodian: str, tmp_path: Path) -> None:
    """Every mutation there is."""
    assert differing(custodian, tmp_path, None)[0] == []
