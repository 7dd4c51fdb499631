"""Every command of the command line once with --json, in a life of one small book."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

ASOF = "2026-11-20"
EXPORTS = Path(__file__).resolve().parents[3] / "scenarios" / "exports"

CASES = [
    {
        "id": "one-year-and-a-day",
        "topic": "holding_period",
        "input": {"acquired": "2024-01-02", "sold": "2025-01-03"},
        "expected": {"term": "long"},
    }
]

Said = Callable[..., dict[str, Any]]
"""Runs a command, schema first, and returns the one document that it says."""


def every_document(place: Path, book: Path, said: Said) -> None:
    """Say every document: looked at, planned, decided, sent, answered, booked, told, refused."""
    runs = place / "runs"
    ids = place / "ids"
    ids.write_text("single-account\nyear-end-harvest\ninside-bands\nfaulty-data\n")
    dated = ("--asof", ASOF)
    listed = ("--households", str(ids), "--workers", "0", "--format", "csv")
    run = str(said("run", "run", str(book), *dated, "--out", str(runs), *listed)["folder"])
    _look(place, book, said)
    with (Path(run) / "orders.csv").open(encoding="utf-8") as file:
        orders = {row["household_id"]: row for row in csv.DictReader(file)}
    with (Path(run) / "orders.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["household_id"] == "year-end-harvest"]
    said("pending", "pending", run)
    made = ("--out", str(place / "sheet.html"), "--kind", "compliance")
    told = said("report", "report", run, "single-account", *made)
    assert (told["kind"], Path(told["out"]).exists()) == ("compliance", True)
    said("error", "report", run, "single-account")
    said("verify", "verify", str(book), run)
    said("replay", "replay", run, "single-account")
    by = ("--by", "Ann", "--why", "a test")
    household = (str(book), "year-end-harvest", "--runs", str(runs))
    proposed = said("propose", "propose", *household, "--raise", "500", *by)["run_id"]
    assert said("pending", "pending", str(runs / str(proposed)))["waiting"] == 1
    said("reject", "reject", run, "single-account", *by)
    said("approve", "approve", run, "single-account", *by)
    said("approve", "approve", run, "single-account", "inside-bands", *by)
    said("trace", "trace", run, rows[0]["order_id"])
    said("export", "export", run, "--by", "Dan")
    said("export", "export", run, "--by", "Dan")
    said("trace", "trace", run, rows[0]["order_id"])
    said("show", "show", run)
    said("show-household", "show", run, "year-end-harvest")
    said("show-household", "show", run, "faulty-data")
    said("show-household", "show", run, "single-account")
    said("trace", "trace", run, orders["single-account"]["order_id"])
    tried = (
        "--policy",
        "pre-approved",
        "--set",
        "limits.te_max=0.02",
        "--households",
        "1",
        "--workers",
        "0",
    )
    said("tuning", "tuning", run)
    said("tuning", "tuning", run, *tried)
    said("tuning", "tuning", run, "--set", "risk.aversion=0")
    said("alerts", "alerts", run, "--to", str(place / "told.jsonl"))
    said("cancel", "cancel", run, "single-account", "--sent", "tickets", *by)
    _settle(place, book, run, rows, said)
    said("error", "show", run, "nobody")
    said("error", "run", str(place), *dated, "--out", str(runs))


def _look(place: Path, book: Path, said: Said) -> None:
    """Say what commands about books say."""
    for household in ("single-account", "inside-bands", "faulty-data", "budget-cannot-hold"):
        said("plan", "plan", str(book), household, "--asof", ASOF)
    for asked in (("--raise", "5000"), ("--raise", "9000000"), ("--tax-budget", "100")):
        said("plan-request", "plan", str(book), "single-account", "--asof", ASOF, *asked)
    exports = EXPORTS / "files", "--into", place / "imported", "--household", EXPORTS / "lee.toml"
    said("import", "import", *map(str, exports), "--prices", str(EXPORTS / "prices.csv"))
    said("check", "check", str(book), "--asof", ASOF)
    for name in ("single-account.brokerage.01", "single-account.brokerage"):
        said("rules-touch", "rules", "touch", str(book), name, "--asof", ASOF)
    said("rules-break", "rules", "break", str(book), "limits.class_max = { us_equity = 0.1 }")
    said("rules-cite", "rules", "cite", "1091")
    said("drift", "drift", str(book), "--asof", ASOF)
    said("drift", "drift", str(book), "--asof", ASOF, "--propose")
    said("frontier", "frontier", str(book), "single-account", "--asof", ASOF, "--points", "2")
    for household in ("single-account", "budget-cannot-hold"):
        said("transition", "transition", str(book), household, "--years", "2")
    made = place / "made"
    said(
        "book-generate",
        *("book", "generate", "--households", "2", "--kind", "etf", "--out", str(made)),
    )
    said("book-copy", "book", "copy", str(made), f"sqlite:///{place / 'book.db'}")
    (place / "cases.json").write_text(json.dumps(CASES))
    said("law-check", "law", "check", str(place / "cases.json"))
    said("schema", "schema")


def _settle(place: Path, book: Path, run: str, rows: list[dict[str, str]], said: Said) -> None:
    """Say what commands after the trade say: a fill, one that does not fit, the next book."""
    head = "ticket_id,fill_id,shares,price,trade_date"
    fill = (
        f"{Path(run).name}/{rows[0]['order_id']},f1,{rows[0]['shares']},{rows[0]['price']},{ASOF}"
    )
    (place / "fills.csv").write_text(f"{head}\n{fill}\nnobody,f2,1,1,{ASOF}\n")
    runs = ("--register", str(Path(run).parent))
    said("fills", "fills", str(place / "fills.csv"), *runs)
    said("orders", "orders", *runs)
    said("settle", "settle", str(book), *runs, "--out", str(place / "next"), "--asof", ASOF)
    lots = pd.read_csv(book / "lots.csv")
    lots.loc[lots["account_id"].str.startswith("single-account"), "shares"] += 1.0
    lots.to_csv(book / "lots.csv", index=False)
    said("reconcile", "reconcile", str(place / "next"), str(book))
