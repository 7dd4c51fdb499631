"""A small book that questions are asked of: a couple with four kinds of accounts, and neighbours.

H1 holds $30,000 of VTI with a gain of $10,000 (L1), $15,000 at a loss of $3,000 that a payroll
purchase of the identical K500 would wash (L2), BND at a small loss (L3), VEA with a gain of $9,000
(L9), and a short-term gain of $2,000 in ITOT (L10); an IRA, a Roth IRA and a 401(k) with a menu.
"""

from __future__ import annotations

from datetime import date

from tests.books import Tables, tiny_book


def asked_book() -> Tables:
    """Return the tables of the book."""
    tables = tiny_book()
    tables["open_orders"] = []
    tables["trades"] = tables["trades"][1:]
    first = tables["accounts"][0]
    tables["accounts"].append({**first, "account_id": "A1-ROTH", "account_type": "roth_ira"})
    blank = {"holding_start": None, "origin": None}
    tables["lots"] += [
        {"lot_id": lot, "account_id": account, "security_id": security, **blank, **facts}
        for lot, account, security, facts in (
            ("L9", "A1-TAX", "VEA", {"shares": 400.0, "basis": 15e3, "acquired": date(2018, 4, 3)}),
            (
                "L10",
                "A1-TAX",
                "ITOT",
                {"shares": 100.0, "basis": 11e3, "acquired": date(2026, 6, 3)},
            ),
            ("L11", "A1-ROTH", "VEA", {"shares": 300.0, "basis": None, "acquired": None}),
        )
    ]
    return tables
