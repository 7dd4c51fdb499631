"""The tables of a book as data: the one place that says which columns exist and what may be null.

Reading, validation, documentation and SQL all read these facts, so that none of them can drift
from the others. Refused: a class per table (the facts would hide in code), and ranges or relations
between cells (those are checks, with words of their own, in `models.book.checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from models.book.tables.column import (
    CellKind,
    Column,
    TableFacts,
    date,
    date_or_null,
    flag_or_null,
    number,
    number_or_null,
    text,
    text_or_null,
)
from models.household import TREATMENT_OF
from models.law import FILING_STATUSES
from models.order import Side
from models.tax.corporate_actions import KINDS

RESTRICTION_RULES: Final = ("no_buy", "no_sell", "hold_at_least")
ORIGINS: Final = ("purchase", "gift", "inheritance", "transfer")
INSTRUMENTS: Final = ("etf", "stock", "mutual_fund", "money_market")
SIDES: Final = tuple(side.value for side in Side)

_TABLES = (
    TableFacts(
        "households",
        (
            text("household_id"),
            text("target_id"),
            text("policy_id"),
            number_or_null("net_flow", 0.0),
            text_or_null("overrides"),
            date_or_null("confirmed"),
        ),
        key=("household_id",),
    ),
    TableFacts(
        "filing_units",
        (
            text("filing_unit_id"),
            text("household_id"),
            text("filing_status", *FILING_STATUSES),
            number("ordinary_income"),
            number_or_null("qualified_dividends", 0.0),
            number_or_null("net_investment_income"),
            number_or_null("magi"),
            number("state_rate"),
            number("st_realized_ytd"),
            number("lt_realized_ytd"),
            number("st_carryforward"),
            number("lt_carryforward"),
            number_or_null("tax_budget_usd"),
            number_or_null("gain_budget_usd"),
            number_or_null("usual_long_rate"),
            number_or_null("usual_ordinary_rate"),
        ),
        key=("filing_unit_id",),
    ),
    TableFacts(
        "accounts",
        (
            text("account_id"),
            text("household_id"),
            text("filing_unit_id"),
            text("owner"),
            text("account_type", *TREATMENT_OF),
            number("cash"),
            number("cash_floor"),
            number("net_flow"),
            text_or_null("menu_id"),
            text_or_null("target_id"),
            number_or_null("rmd_due_usd", 0.0),
            flag_or_null("withdrawable"),
            number_or_null("early_penalty_rate", 0.0),
            flag_or_null("reinvests"),
            number_or_null("cash_yield", 0.0),
            text_or_null("custodian"),
        ),
        key=("account_id",),
    ),
    TableFacts(
        "lots",
        (
            text("lot_id"),
            text("account_id"),
            text("security_id"),
            number("shares"),
            # null in sheltered accounts only: a check of the lot, not of the cell alone
            Column("basis", CellKind.NUMBER, nullable=True),
            Column("acquired", CellKind.DATE, nullable=True),
            date_or_null("holding_start"),
            text_or_null("origin", *ORIGINS),
        ),
        key=("lot_id",),
    ),
    TableFacts(
        "securities",
        (
            text("security_id"),
            number("price"),
            date_or_null("price_date"),
            text("asset_class"),
            number("half_spread_bps"),
            number("share_step"),
            text_or_null("identical_group"),
            number("qualified_yield"),
            number("ordinary_yield"),
            number("exempt_yield"),
            number_or_null("foreign_tax_yield", 0.0),
            number("specific_vol"),
            number_or_null("rank"),
            text_or_null("instrument", *INSTRUMENTS),
            number_or_null("adv_shares"),
            flag_or_null("tradable"),
            text_or_null("proxy"),
            number_or_null("proxy_weight", 1.0),
            date_or_null("confirmed"),
        ),
        key=("security_id",),
    ),
    TableFacts(
        "substitutes",
        (text("security_id"), text("substitute_id")),
        required=False,
        key=("security_id", "substitute_id"),
    ),
    TableFacts(
        "exposures",
        (text("security_id"), text("asset_class"), number("weight")),
        required=False,
        key=("security_id", "asset_class"),
    ),
    TableFacts(
        "targets",
        (
            text("target_id"),
            text_or_null("asset_class"),
            text_or_null("security_id"),
            number("weight"),
            number_or_null("band"),
        ),
        key=("target_id", "asset_class", "security_id"),
    ),
    TableFacts(
        "covariance",
        (text("asset_class_a"), text("asset_class_b"), number("covariance")),
        required=False,
    ),
    TableFacts(
        "factor_covariance",
        (text("factor_a"), text("factor_b"), number("covariance")),
        required=False,
    ),
    TableFacts(
        "factor_loadings",
        (text("security_id"), text("factor"), number("loading")),
        required=False,
        key=("security_id", "factor"),
    ),
    TableFacts(
        "returns",
        (date("date"), text("asset_class"), number("daily_return")),
        required=False,
        key=("date", "asset_class"),
    ),
    TableFacts(
        "trades",
        (
            text("trade_id"),
            text("account_id"),
            text("security_id"),
            date("trade_date"),
            text("side", *SIDES),
            number("shares"),
            number("amount"),
            number_or_null("realized_gain"),
            text_or_null("lot_id"),
            Column("acquired", CellKind.DATE, required=False, nullable=True),
        ),
        required=False,
        # one order may fill several times, a sale is one row a lot: only equal rows are doubles
        key=(
            "trade_id",
            "account_id",
            "security_id",
            "trade_date",
            "side",
            "lot_id",
            "shares",
            "amount",
        ),
    ),
    TableFacts(
        "open_orders",
        (
            text("order_id"),
            text("account_id"),
            text("security_id"),
            text("side", *SIDES),
            number("shares"),
            text_or_null("lot_id"),
            text("status"),
        ),
        required=False,
        key=("order_id", "lot_id"),
    ),
    TableFacts(
        "scheduled_buys",
        (text("account_id"), text("security_id"), date("date")),
        required=False,
    ),
    TableFacts(
        "corporate_actions",
        (
            text("action_id"),
            text("security_id"),
            date("date"),
            text("kind", *KINDS),
            number_or_null("ratio"),
            number_or_null("cash_per_share"),
            text_or_null("new_security_id"),
            number_or_null("basis_fraction"),
            number_or_null("new_price"),
            date_or_null("booked"),
        ),
        required=False,
        key=("action_id",),
    ),
    TableFacts(
        "movements",
        (
            text_or_null("movement_id"),
            text("account_id"),
            date("date"),
            number("amount"),
            text_or_null("kind"),
        ),
        required=False,
    ),
    TableFacts(
        "restrictions",
        (
            text_or_null("household_id"),
            text_or_null("account_id"),
            text("security_id"),
            text("rule", *RESTRICTION_RULES),
            number_or_null("shares"),
            date_or_null("until"),
            text_or_null("reason"),
        ),
        required=False,
    ),
    TableFacts(
        "menus",
        (text("menu_id"), text("security_id")),
        required=False,
        key=("menu_id", "security_id"),
    ),
)

SCHEMA: Final[Mapping[str, TableFacts]] = MappingProxyType({facts.name: facts for facts in _TABLES})
"""Every table of a book by name, in the order of the contract."""

ROW_COLUMN: Final = "book_row"
"""A table may carry this whole-number column: then faults name its value as the row, so that a part
of a book, cut out and written elsewhere, still speaks of the rows of the whole."""

POLICY_FOLDER: Final = "policies"
"""Folder of `<policy_id>.toml` files beside the tables."""

HOUSEHOLD_FOLDER: Final = "household_files"
"""Folder of `<household_id>.toml` files that an import reads; no plan does."""
