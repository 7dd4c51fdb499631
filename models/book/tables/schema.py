"""The tables of a book as data: the one place that says which columns exist and what may be null.

Reading, validation, documentation and SQL all read these facts, so that none of them can drift
from the others. Refused: a class per table (the facts would hide in code), and ranges or relations
between cells (those are checks, with words of their own, in `models.book.checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from models.household import TREATMENT_OF
from models.law import FILING_STATUSES
from models.order import Side
from models.tax.corporate_actions import KINDS


class CellKind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    required
        The file must have the column; an absent optional column reads as all null.
    nullable
        Its cells may be null; what null means is `default`, or stands in the contract types.
    default
        Value of a null number (text and flags have none that is the same in every row).
    choices
        The closed list of a text column, empty when any text will do.
    """

    name: str
    kind: CellKind
    required: bool = True
    nullable: bool = False
    default: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table: its columns in order, whether a book needs it, and what names a row.

    `key` columns may not repeat together; empty when repeating a row changes nothing or when the
    table has a rule of its own.
    """

    name: str
    columns: tuple[Column, ...]
    required: bool = True
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the facts of one column; KeyError when the table has none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name!r}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in order."""
        return tuple(column.name for column in self.columns)


RESTRICTION_RULES: Final = ("no_buy", "no_sell", "hold_at_least")
ORIGINS: Final = ("purchase", "gift", "inheritance", "transfer")
INSTRUMENTS: Final = ("etf", "stock", "mutual_fund", "money_market")
SIDES: Final = tuple(side.value for side in Side)


def _text(name: str, *choices: str) -> Column:
    return Column(name, CellKind.TEXT, choices=choices)


def _text_or_null(name: str, *choices: str) -> Column:
    return Column(name, CellKind.TEXT, required=False, nullable=True, choices=choices)


def _number(name: str) -> Column:
    return Column(name, CellKind.NUMBER)


def _number_or_null(name: str, default: float | None = None) -> Column:
    return Column(name, CellKind.NUMBER, required=False, nullable=True, default=default)


def _date(name: str) -> Column:
    return Column(name, CellKind.DATE)


def _date_or_null(name: str) -> Column:
    return Column(name, CellKind.DATE, required=False, nullable=True)


def _flag_or_null(name: str) -> Column:
    return Column(name, CellKind.FLAG, required=False, nullable=True)


_TABLES = (
    TableFacts(
        "households",
        (
            _text("household_id"),
            _text("target_id"),
            _text("policy_id"),
            _number_or_null("net_flow", 0.0),
            _text_or_null("overrides"),
            _date_or_null("confirmed"),
        ),
        key=("household_id",),
    ),
    TableFacts(
        "filing_units",
        (
            _text("filing_unit_id"),
            _text("household_id"),
            _text("filing_status", *FILING_STATUSES),
            _number("ordinary_income"),
            _number_or_null("qualified_dividends", 0.0),
            _number_or_null("net_investment_income"),
            _number_or_null("magi"),
            _number("state_rate"),
            _number("st_realized_ytd"),
            _number("lt_realized_ytd"),
            _number("st_carryforward"),
            _number("lt_carryforward"),
            _number_or_null("tax_budget_usd"),
            _number_or_null("gain_budget_usd"),
            _number_or_null("usual_long_rate"),
            _number_or_null("usual_ordinary_rate"),
        ),
        key=("filing_unit_id",),
    ),
    TableFacts(
        "accounts",
        (
            _text("account_id"),
            _text("household_id"),
            _text("filing_unit_id"),
            _text("owner"),
            _text("account_type", *TREATMENT_OF),
            _number("cash"),
            _number("cash_floor"),
            _number("net_flow"),
            _text_or_null("menu_id"),
            _text_or_null("target_id"),
            _number_or_null("rmd_due_usd", 0.0),
            _flag_or_null("withdrawable"),
            _number_or_null("early_penalty_rate", 0.0),
            _flag_or_null("reinvests"),
            _number_or_null("cash_yield", 0.0),
            _text_or_null("custodian"),
        ),
        key=("account_id",),
    ),
    TableFacts(
        "lots",
        (
            _text("lot_id"),
            _text("account_id"),
            _text("security_id"),
            _number("shares"),
            # null in sheltered accounts only: a check of the lot, not of the cell alone
            Column("basis", CellKind.NUMBER, nullable=True),
            Column("acquired", CellKind.DATE, nullable=True),
            _date_or_null("holding_start"),
            _text_or_null("origin", *ORIGINS),
        ),
        key=("lot_id",),
    ),
    TableFacts(
        "securities",
        (
            _text("security_id"),
            _number("price"),
            _date_or_null("price_date"),
            _text("asset_class"),
            _number("half_spread_bps"),
            _number("share_step"),
            _text_or_null("identical_group"),
            _number("qualified_yield"),
            _number("ordinary_yield"),
            _number("exempt_yield"),
            _number_or_null("foreign_tax_yield", 0.0),
            _number("specific_vol"),
            _number_or_null("rank"),
            _text_or_null("instrument", *INSTRUMENTS),
            _number_or_null("adv_shares"),
            _flag_or_null("tradable"),
            _text_or_null("proxy"),
            _number_or_null("proxy_weight", 1.0),
            _date_or_null("confirmed"),
        ),
        key=("security_id",),
    ),
    TableFacts(
        "substitutes",
        (_text("security_id"), _text("substitute_id")),
        required=False,
        key=("security_id", "substitute_id"),
    ),
    TableFacts(
        "exposures",
        (_text("security_id"), _text("asset_class"), _number("weight")),
        required=False,
        key=("security_id", "asset_class"),
    ),
    TableFacts(
        "targets",
        (
            _text("target_id"),
            _text_or_null("asset_class"),
            _text_or_null("security_id"),
            _number("weight"),
            _number_or_null("band"),
        ),
        key=("target_id", "asset_class", "security_id"),
    ),
    TableFacts(
        "covariance",
        (_text("asset_class_a"), _text("asset_class_b"), _number("covariance")),
        required=False,
    ),
    TableFacts(
        "factor_covariance",
        (_text("factor_a"), _text("factor_b"), _number("covariance")),
        required=False,
    ),
    TableFacts(
        "factor_loadings",
        (_text("security_id"), _text("factor"), _number("loading")),
        required=False,
        key=("security_id", "factor"),
    ),
    TableFacts(
        "returns",
        (_date("date"), _text("asset_class"), _number("daily_return")),
        required=False,
        key=("date", "asset_class"),
    ),
    TableFacts(
        "trades",
        (
            _text("trade_id"),
            _text("account_id"),
            _text("security_id"),
            _date("trade_date"),
            _text("side", *SIDES),
            _number("shares"),
            _number("amount"),
            _number_or_null("realized_gain"),
            _text_or_null("lot_id"),
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
            _text("order_id"),
            _text("account_id"),
            _text("security_id"),
            _text("side", *SIDES),
            _number("shares"),
            _text_or_null("lot_id"),
            _text("status"),
        ),
        required=False,
        key=("order_id", "lot_id"),
    ),
    TableFacts(
        "scheduled_buys",
        (_text("account_id"), _text("security_id"), _date("date")),
        required=False,
    ),
    TableFacts(
        "corporate_actions",
        (
            _text("action_id"),
            _text("security_id"),
            _date("date"),
            _text("kind", *KINDS),
            _number_or_null("ratio"),
            _number_or_null("cash_per_share"),
            _text_or_null("new_security_id"),
            _number_or_null("basis_fraction"),
            _number_or_null("new_price"),
            _date_or_null("booked"),
        ),
        required=False,
        key=("action_id",),
    ),
    TableFacts(
        "movements",
        (
            _text_or_null("movement_id"),
            _text("account_id"),
            _date("date"),
            _number("amount"),
            _text_or_null("kind"),
        ),
        required=False,
    ),
    TableFacts(
        "restrictions",
        (
            _text_or_null("household_id"),
            _text_or_null("account_id"),
            _text("security_id"),
            _text("rule", *RESTRICTION_RULES),
            _number_or_null("shares"),
            _date_or_null("until"),
            _text_or_null("reason"),
        ),
        required=False,
    ),
    TableFacts(
        "menus",
        (_text("menu_id"), _text("security_id")),
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
