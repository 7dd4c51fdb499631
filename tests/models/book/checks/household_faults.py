"""Wrong books whose fault is a household's: its cells, accounts, lots and trading.

Rows of the tiny book: households H1, H2, 007; units U1, U2, U2B, U7; accounts A1-TAX, A1-IRA,
A1-401K (menu PLAN), A2-TAX, A2-ROTH, A7-TAX. H1 holds VTI, BND and K500; H2 VTI and VEA; 007 VEA.
"""

from __future__ import annotations

from datetime import date

from tests.models.book.checks.fault_case import (
    NOBODY,
    Case,
    again,
    both,
    cell,
    cells,
    without,
    wrong,
)

twin_of_l1 = again("lots", 0, account_id="A2-TAX")


CELLS = (
    wrong("text_in_number", "lots.0.shares", "many", "H1"),
    wrong("text_in_number", "lots.0.basis", "1,000", "H1"),
    wrong("text_in_number", "accounts.3.cash", "$12", "H2"),
    wrong("text_in_number", "securities.2.price", "n/a", "007", "H2"),
    wrong("text_in_number", "filing_units.3.magi", "unknown", "007"),
    wrong("impossible_date", "lots.1.acquired", "2026-02-30", "H1"),
    wrong("impossible_date", "trades.1.trade_date", "11/02/2026", "H2"),
    wrong("impossible_date", "restrictions.1.until", "soon", "H1"),
    wrong("not_a_flag", "accounts.0.withdrawable", "perhaps", "H1"),
    wrong("null_cell", "lots.0.shares", None, "H1"),
    wrong("null_cell", "lots.0.shares", "NaN", "H1"),
    wrong("null_cell", "accounts.5.cash", None, "007", follows=True),
    wrong("null_cell", "accounts.0.cash_floor", None, "H1"),
    wrong("null_cell", "filing_units.1.state_rate", None, "H2"),
    wrong("null_cell", "households.1.target_id", None, "H2"),
    wrong("null_cell", "securities.0.price", "nan", "H1", "H2"),
    wrong("null_cell", "open_orders.0.status", None, "H1"),
    wrong("null_cell", "menus.1.security_id", None, "H1"),
    wrong("null_cell", "households.1.household_id", None, follows=True),
    wrong("infinite_number", "lots.0.basis", "inf", "H1"),
    wrong("infinite_number", "accounts.4.cash", "-inf", "H2"),
    wrong("unknown_word", "accounts.4.account_type", "ira", "H2"),
    wrong("unknown_word", "filing_units.0.filing_status", "married", "H1"),
    wrong("unknown_word", "trades.0.side", "SELL", "H1"),
    wrong("unknown_word", "restrictions.0.rule", "no_trade", "H2"),
    wrong("unknown_word", "lots.7.origin", "found", "007"),
    wrong("unknown_word", "open_orders.0.side", "short", "H1"),
)

DOUBLES = (
    Case("duplicate_row", "households", 3, "household_id", ("H1",), again("households", 0)),
    Case("duplicate_row", "filing_units", 4, "filing_unit_id", ("H2",), again("filing_units", 1)),
    Case("duplicate_row", "accounts", 6, "account_id", ("007",), again("accounts", 5)),
    Case("duplicate_row", "lots", 8, "lot_id", ("H2",), twin_of_l1, follows=True),
    Case("duplicate_row", "lots", 0, "lot_id", ("H1",), twin_of_l1, follows=True),
    Case("duplicate_row", "securities", 6, "security_id", ("H1",), again("securities", 3)),
    Case("duplicate_row", "menus", 2, "menu_id", ("H1",), again("menus", 0)),
    Case("duplicate_row", "exposures", 2, "security_id", ("007", "H2"), again("exposures", 0)),
    Case("duplicate_row", "trades", 2, "trade_id", ("H1",), again("trades", 0)),
    Case("duplicate_row", "open_orders", 1, "order_id", ("H1",), again("open_orders", 0)),
    Case(
        "duplicate_row",
        "targets",
        5,
        "target_id",
        ("H2",),
        both(again("targets", 3), cells(*[("targets", r, "weight", 0.35) for r in (3, 5)])),
    ),
)

HOUSEHOLDS = (
    Case(
        "household_without_accounts",
        "households",
        3,
        "household_id",
        ("H3",),
        both(
            again("households", 0, household_id="H3"),
            again("filing_units", 0, household_id="H3", filing_unit_id="U3"),
        ),
    ),
    Case(
        "household_without_filing_units",
        "households",
        2,
        "household_id",
        ("007",),
        without("filing_units", "filing_unit_id", "U7"),
        follows=True,
    ),
    wrong("unknown_target", "households.0.target_id", "T100", "H1"),
    wrong("unknown_policy", "households.2.policy_id", "daring", "007"),
    Case(
        "contribution_without_taxable_account",
        "households",
        2,
        "net_flow",
        ("007",),
        cells(("households", 2, "net_flow", 10.0), ("accounts", 5, "account_type", "roth_ira")),
    ),
    Case(
        "withdrawal_without_paying_account",
        "households",
        2,
        "net_flow",
        ("007",),
        cell("accounts", 5, "withdrawable", "false"),
    ),
    wrong("orphan_filing_unit", "filing_units.2.household_id", "H9", follows=True),
    wrong("state_rate_out_of_range", "filing_units.0.state_rate", 5.0, "H1"),
    wrong("state_rate_out_of_range", "filing_units.0.state_rate", -0.01, "H1"),
    wrong("usual_long_rate_out_of_range", "filing_units.0.usual_long_rate", 15.0, "H1"),
    wrong("usual_ordinary_rate_out_of_range", "filing_units.0.usual_ordinary_rate", -0.1, "H1"),
    wrong("negative_st_carryforward", "filing_units.1.st_carryforward", -3000.0, "H2"),
    wrong("negative_lt_carryforward", "filing_units.1.lt_carryforward", -1.0, "H2"),
    wrong("negative_qualified_dividends", "filing_units.3.qualified_dividends", -1.0, "007"),
)

ACCOUNTS = (
    wrong("orphan_account", "accounts.1.household_id", "H9", follows=True),
    wrong("unknown_filing_unit", "accounts.3.filing_unit_id", "U9", "H2"),
    wrong("filing_unit_of_another_household", "accounts.3.filing_unit_id", "U1", "H2"),
    wrong("unknown_menu", "accounts.5.menu_id", "PLAM", "007"),
    wrong("unknown_account_target", "accounts.5.target_id", "T100", "007"),
    wrong("negative_cash_floor", "accounts.0.cash_floor", -100.0, "H1"),
    wrong("negative_rmd", "accounts.1.rmd_due_usd", -1.0, "H1"),
    wrong("rmd_of_no_deferred_account", "accounts.0.rmd_due_usd", 100.0, "H1"),
    Case(
        "rmd_without_taxable_account",
        "accounts",
        4,
        "rmd_due_usd",
        ("H2",),
        cells(("accounts", 4, "account_type", "401k"), ("accounts", 4, "rmd_due_usd", 900.0)),
    ),
    wrong("early_penalty_out_of_range", "accounts.1.early_penalty_rate", 10.0, "H1"),
    wrong("cash_yield_out_of_range", "accounts.1.cash_yield", 4.1, "H1"),
)

LOTS = (
    wrong("unknown_account_of_lot", "lots.3.account_id", "A9"),
    wrong("unknown_security_of_lot", "lots.3.security_id", "AGG", "H1"),
    wrong("negative_shares", "lots.5.shares", -80.0, "H2"),
    wrong("zero_shares", "lots.5.shares", 0.0, "H2"),
    wrong("negative_basis", "lots.6.basis", -1.0, "H2"),
    wrong("missing_basis", "lots.7.basis", None, "007"),
    wrong("missing_acquired", "lots.7.acquired", None, "007"),
    wrong("future_acquired", "lots.7.acquired", date(2026, 11, 21), "007"),
    wrong("ancient_acquired", "lots.7.acquired", date(202, 1, 2), "007"),
    wrong("holding_start_after_acquired", "lots.7.holding_start", date(2022, 1, 11), "007"),
    Case(
        "future_holding_start",
        "lots",
        3,
        "holding_start",
        ("H1",),
        cell("lots", 3, "holding_start", date(2027, 1, 1)),
    ),
)

TRADING = (
    wrong("unknown_account_of_trades", "trades.0.account_id", "A9"),
    wrong("unknown_security_of_trades", "trades.0.security_id", "AGG", "H1"),
    wrong("future_trade", "trades.0.trade_date", date(2026, 11, 21), "H1"),
    wrong("trade_without_shares", "trades.0.shares", -10.0, "H1"),
    wrong("negative_trade_amount", "trades.0.amount", -730.0, "H1"),
    wrong("unknown_account_of_open_orders", "open_orders.0.account_id", "A9"),
    Case(
        "unknown_security_of_open_orders",
        "open_orders",
        0,
        "security_id",
        ("H1",),
        cells(("open_orders", 0, "security_id", "AGG"), ("open_orders", 0, "lot_id", None)),
    ),
    wrong("open_order_without_shares", "open_orders.0.shares", 0.0, "H1"),
    Case(
        "open_order_sells_more_than_held",
        "open_orders",
        0,
        "shares",
        ("H1",),
        cells(("open_orders", 0, "shares", 150.5), ("open_orders", 0, "lot_id", None)),
    ),
    Case(
        "open_order_sells_more_than_held",
        "open_orders",
        1,
        "shares",
        ("H1",),
        again("open_orders", 0, order_id="O2", lot_id=None, shares=131.0),
    ),
    wrong("open_order_of_unknown_lot", "open_orders.0.lot_id", "L6", "H1"),
    wrong("open_order_of_unknown_lot", "open_orders.0.lot_id", "L999", "H1"),
    wrong("open_order_sells_more_than_the_lot", "open_orders.0.shares", 100.5, "H1"),
    wrong("unknown_account_of_scheduled_buys", "scheduled_buys.0.account_id", "A9"),
    wrong("unknown_security_of_scheduled_buys", "scheduled_buys.0.security_id", "AGG", "H1"),
    wrong("unknown_account_of_restrictions", "restrictions.0.account_id", "A9"),
    Case(
        "unknown_household_of_restrictions",
        "restrictions",
        2,
        "household_id",
        NOBODY,
        again("restrictions", 1, household_id="H9", until=None),
    ),
    wrong("unknown_security_of_restrictions", "restrictions.0.security_id", "VIT", "H2"),
    wrong("restriction_with_two_scopes", "restrictions.0.household_id", "H2", "H2"),
    wrong("restriction_with_two_scopes", "restrictions.0.household_id", "H1", "H1", "H2"),
    Case(
        "restriction_without_scope",
        "restrictions",
        0,
        "household_id",
        NOBODY,
        cell("restrictions", 0, "account_id", None),
    ),
    wrong("hold_at_least_without_shares", "restrictions.0.shares", None, "H2"),
    wrong("negative_restriction_shares", "restrictions.0.shares", -1.0, "H2"),
)
