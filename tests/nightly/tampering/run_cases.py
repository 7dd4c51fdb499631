"""What somebody may change between a night and its export, by hand or on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nightly.register.lines import FIRST, line_of
from nightly.register.register import NAME
from nightly.register.whole import HEAD

HOUSEHOLD = "drifted-60-40"
"""A household whose policy approves its plan, so that everything of it would leave."""


@dataclass(frozen=True)
class Tampering:
    """A change to a run beside its register, and a part of what the export must say."""

    change: Callable[[Path], None]
    says: str


def cell(table: str, column: str, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    """Change a cell of the household's first row of a table."""

    def tamper(run: Path) -> None:
        frame = pd.read_parquet(run / f"{table}.parquet")
        orders = pd.read_parquet(run / "orders.parquet")
        mine = orders.loc[orders["household_id"] == HOUSEHOLD, "order_id"]
        own = frame["order_id"].isin(mine) if table == "order_lots" else None
        own = frame["household_id"] == HOUSEHOLD if own is None else own
        place = frame.index[own][0]
        frame.loc[place, column] = change(frame.loc[place, column])
        frame.to_parquet(run / f"{table}.parquet")

    return tamper


def rows(table: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    """Change the rows of a table."""

    def tamper(run: Path) -> None:
        frame = change(pd.read_parquet(run / f"{table}.parquet"))
        frame.to_parquet(run / f"{table}.parquet")

    return tamper


def _first_twice(frame: pd.DataFrame) -> pd.DataFrame:
    mine = frame[frame["household_id"] == HOUSEHOLD]
    return pd.concat([frame, mine.head(1)])


def _without_first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(frame.index[frame["household_id"] == HOUSEHOLD][0])


def _an_order_more(frame: pd.DataFrame) -> pd.DataFrame:
    more = frame[frame["household_id"] == HOUSEHOLD].head(1).copy()
    return pd.concat([frame, more.assign(order_id=more["order_id"] + "x", shares=800.0)])


def manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """Change the manifest."""

    def tamper(run: Path) -> None:
        facts = json.loads((run / "manifest.json").read_text())
        change(facts)
        (run / "manifest.json").write_text(json.dumps(facts))

    return tamper


def _looser(facts: dict[str, Any]) -> None:
    facts["policies"]["pre-approved"]["trades"]["max_turnover"] = 9.0


def _other_hash(facts: dict[str, Any]) -> None:
    facts["inputs"]["files"][0]["sha256"] = "0" * 64


TABLES = {
    "more shares": Tampering(cell("orders", "shares", lambda v: v + 800.0), HOUSEHOLD),
    "a fraction less": Tampering(cell("orders", "shares", lambda v: v - 1e-6), HOUSEHOLD),
    "another security": Tampering(cell("orders", "security_id", lambda v: f"{v}X"), HOUSEHOLD),
    "another account": Tampering(cell("orders", "account_id", lambda v: f"{v}2"), HOUSEHOLD),
    "the other side": Tampering(
        cell("orders", "side", lambda v: "buy" if v == "sell" else "sell"), HOUSEHOLD
    ),
    "a better price": Tampering(cell("orders", "price", lambda v: v * 1.01), HOUSEHOLD),
    "a coarser step": Tampering(cell("orders", "share_step", lambda v: v * 10), HOUSEHOLD),
    "another household's order": Tampering(
        cell("orders", "household_id", lambda v: "single-account"), "orders of"
    ),
    "a row of an order twice": Tampering(rows("orders", _first_twice), HOUSEHOLD),
    "an order is gone": Tampering(rows("orders", _without_first), HOUSEHOLD),
    "an order more": Tampering(rows("orders", _an_order_more), HOUSEHOLD),
    "another lot": Tampering(cell("order_lots", "lot_id", lambda v: f"{v}9"), HOUSEHOLD),
    "more of a lot": Tampering(cell("order_lots", "shares", lambda v: v + 1), HOUSEHOLD),
    "approved by hand in the table": Tampering(
        cell("plans", "approval", lambda v: "needs_approval"), HOUSEHOLD
    ),
    "another policy": Tampering(cell("plans", "policy_id", lambda v: "asks"), HOUSEHOLD),
    "another status": Tampering(cell("plans", "status", lambda v: "refused"), HOUSEHOLD),
    "a tax that looks better": Tampering(cell("plans", "tax_usd", lambda v: v - 500.0), "tax_usd"),
    "a bound that looks better": Tampering(
        cell("plans", "bound_bps", lambda v: v + 50.0), "gap_bps"
    ),
    "the household's plan is gone": Tampering(rows("plans", _without_first), HOUSEHOLD),
    "a lockout is gone": Tampering(rows("lockouts", _without_first), "lockout"),
    "a table is gone": Tampering(lambda run: (run / "orders.parquet").unlink(), "orders"),
    "a table is damaged": Tampering(
        lambda run: (run / "orders.parquet").write_bytes(b"PAR1"), "orders"
    ),
}

MANIFEST = {
    "no manifest": Tampering(lambda run: (run / "manifest.json").unlink(), "manifest.json"),
    "half a manifest": Tampering(
        lambda run: (run / "manifest.json").write_text('{"run_id":'), "manifest.json"
    ),
    "not complete": Tampering(manifest(lambda facts: facts.update(complete=False)), "manifest"),
    "another day": Tampering(manifest(lambda facts: facts.update(asof="2026-11-19")), "as-of"),
    "another run's": Tampering(
        manifest(lambda facts: facts.update(run_id="2026-11-20-0009")), "2026-11-20-0009"
    ),
    "a looser policy": Tampering(manifest(_looser), "pre-approved"),
    "another input": Tampering(manifest(_other_hash), "input"),
}


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    """Change the lines of the register."""

    def tamper(run: Path) -> None:
        path = run.parent / NAME
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    return tamper


def _headless(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """Change the register, and take away what says its last line."""

    def tamper(run: Path) -> None:
        change(run)
        (run.parent / NAME).with_suffix(HEAD).unlink()

    return tamper


def _edited(found: list[bytes]) -> list[bytes]:
    return [*found[:-1], found[-1].replace(b'"by":"hearth"', b'"by":"hearty"')]


def rehashed(old: str, new: str) -> Callable[[list[bytes]], list[bytes]]:
    """Change what lines say, and every digest: a forger who can count."""

    def change(found: list[bytes]) -> list[bytes]:
        before, again = FIRST, []
        for line in found:
            said = line.rstrip(b"\n").partition(b" ")[2].replace(old.encode(), new.encode())
            before, whole = line_of(before, said)
            again.append(whole)
        return again

    return change


LINE = {"number": 3, "clock": "", "by": "Ann", "why": ""}

REGISTER = {
    "a byte of a line": Tampering(lines(_edited), "line 2"),
    "the first line is gone": Tampering(lines(lambda found: found[1:]), "line 1"),
    "two lines changed places": Tampering(lines(lambda found: found[::-1]), "line 1"),
    "a line twice": Tampering(lines(lambda found: [*found, found[-1]]), "line 3"),
    "a line is made up": Tampering(
        lines(lambda found: [*found, b"0" * 64 + b' {"number":3,"kind":"sent"}\n']), "line 3"
    ),
    "a digest is made up, and all after it": Tampering(
        lines(rehashed(f'["{HOUSEHOLD}","', f'["{HOUSEHOLD}","0')), "orders.head knows of 2 lines"
    ),
    "a digest is made up, and all after it, and no head is left": Tampering(
        _headless(lines(rehashed(f'["{HOUSEHOLD}","', f'["{HOUSEHOLD}","0'))), HOUSEHOLD
    ),
    "an unknown kind": Tampering(
        lambda run: _append(run, {"number": 3, "kind": "approve-all"}), "another version"
    ),
    "a line without its parts": Tampering(
        lambda run: _append(run, {"number": 3}), "another version"
    ),
    "another format": Tampering(lines(rehashed('"format":1', '"format":2')), "format"),
    "a state that is none": Tampering(
        lambda run: _append(run, {**LINE, "kind": "answers", "data": {"sha256": "", "answers": 1}}),
        "line 3",
    ),
}


def _append(run: Path, told: dict[str, Any]) -> None:
    path = run.parent / NAME
    head = path.read_bytes().splitlines()[-1].split(b" ")[0].decode()
    path.write_bytes(path.read_bytes() + line_of(head, json.dumps(told).encode())[1])


ROLES = {
    "no TOML": ("[roles", "cannot be read"),
    "nobody": ("approvals = 1\n", "no role is given"),
    "a role that is a list": ("roles = []\n", "no role is given"),
    "an unknown key": ('aprovals = 2\n[roles.a]\npeople = ["Ann"]\nmay = ["send"]\n', "aprovals"),
    "an unknown act": ('[roles.a]\npeople = ["Ann"]\nmay = ["aprove"]\n', "may knows"),
    "no approvals": ('approvals = 0\n[roles.a]\npeople = ["Ann"]\nmay = ["send"]\n', "from 1 on"),
    "a limit below zero": (
        '[roles.a]\npeople = ["Ann"]\nmay = ["send"]\nmax_usd = -1\n',
        "max_usd",
    ),
    "a limit that is none": (
        '[roles.a]\npeople = ["Ann"]\nmay = ["send"]\nmax_usd = nan\n',
        "max_usd",
    ),
    "two roles": (
        '[roles.a]\npeople = ["Ann"]\nmay = []\n[roles.b]\npeople = ["Ann"]\nmay = ["send"]\n',
        "two roles",
    ),
    "another person": ('[roles.a]\npeople = ["Bob"]\nmay = ["send"]\n', "no role"),
    "may not send": ('[roles.a]\npeople = ["Ann"]\nmay = ["approve"]\n', "may not send"),
}
