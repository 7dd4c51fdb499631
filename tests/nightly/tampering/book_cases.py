"""Books and policies with one slip or one lie: what is changed, and where it must be said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.books import Tables

Change = Callable[[Tables], None]


@dataclass(frozen=True)
class Slip:
    """A wrong cell of the tiny book: its place, what is written there, and who must not be planned.

    `says` is a part of what is told.
    """

    table: str
    row: int
    column: str
    written: Any
    household: str
    says: str

    @property
    def name(self) -> str:
        """Name of the case."""
        return f"{self.table}-{self.column}-{self.written!r}"[:60]


SLIPS = (
    Slip("households", 0, "policy_id", "standart", "H1", "no policy 'standart'"),
    Slip("households", 0, "target_id", "T604O", "H1", "'T604O' is not in targets"),
    Slip("households", 1, "net_flow", 5e14, "H2", "$500,000,000,000,000"),
    Slip("filing_units", 0, "filing_status", "married", "H1", "'married' is unknown"),
    Slip("filing_units", 0, "state_rate", 5.0, "H1", "5 is not a rate"),
    Slip("filing_units", 0, "ordinary_income", "120k", "H1", "'120k' is not a number"),
    Slip("filing_units", 0, "lt_carryforward", -3000.0, "H1", "negative"),
    Slip("accounts", 0, "account_type", "taxible", "H1", "'taxible' is unknown"),
    Slip("accounts", 0, "cash", None, "H1", "is empty"),
    Slip("accounts", 0, "cash", 1e14, "H1", "$100,000,000,000,000"),
    Slip("accounts", 0, "filing_unit_id", "U2", "H1", "belongs to another household"),
    Slip("accounts", 0, "owner", "me\x1b[31m", "H1", "characters that are not shown"),
    Slip("lots", 5, "account_id", "A2-TXA", "H2", "'A2-TAX' of household 'H2'"),
    Slip("lots", 5, "account_id", "a2tax", "H2", "'A2-TAX' of household 'H2'"),
    Slip("lots", 5, "security_id", "VT1", "H2", "'VT1' is not in securities"),
    Slip("lots", 5, "lot_id", "L\u200b6", "H2", "characters that are not shown"),
    Slip("lots", 5, "lot_id", "L1", "H2", "more than once"),
    Slip("lots", 5, "shares", "1O0", "H2", "'1O0' is not a number"),
    Slip("lots", 5, "shares", -80.0, "H2", "-80 shares are held"),
    Slip("lots", 5, "shares", float("inf"), "H2", "infinite"),
    Slip("lots", 5, "basis", "21,000", "H2", "'21,000' is not a number"),
    Slip("lots", 5, "basis", 2_100_000.0, "H2", "87.5 times what the lot is worth"),
    Slip("lots", 7, "basis", 0.03, "007", "times what the lot is worth"),
    Slip("lots", 5, "acquired", "2026-13-01", "H2", "'2026-13-01' is not a date"),
    Slip("lots", 5, "acquired", "2026-12-01", "H2", "after the as-of date"),
    Slip("lots", 5, "acquired", "0202-07-08", "H2", "before 1900"),
    Slip("securities", 0, "price", 0.0, "H1", "0 is not above 0"),
    Slip("securities", 0, "price", "3OO", "H1", "'3OO' is not a number"),
    Slip("securities", 0, "price", 3e13, "H1", "$30,000,000,000,000"),
    Slip("securities", 0, "price_date", "2026-10-20", "H1", "31 days before"),
    Slip("securities", 0, "share_step", 0.0, "H1", "0 is not above 0"),
    Slip("targets", 0, "weight", 6.0, "H1", "weight"),
    Slip("trades", 0, "side", "byu", "H1", "'byu' is unknown"),
    Slip("trades", 0, "trade_date", "2026-11-31", "H1", "is not a date"),
    Slip("restrictions", 0, "rule", "no_sel", "H2", "'no_sel' is unknown"),
    Slip("restrictions", 0, "account_id", "A2-TX", "H2", "'A2-TAX' of household 'H2'"),
    Slip("restrictions", 0, "household_id", "H1", "H2", "both a household and an account"),
)


@dataclass(frozen=True)
class Policy:
    """What is wrong in a policy's file, and a part of what is told."""

    text: str
    says: str


POLICIES = (
    Policy("[limits]\nte_mx = 0.01\n", "te_mx"),
    Policy("[limit]\nte_max = 0.01\n", "limit"),
    Policy('[limits]\nte_max = "1%"\n', "te_max"),
    Policy("[trades]\nmax_turnover = -0.2\n", "max_turnover"),
    Policy("[approval]\nmax_usd = 1e6\nmax_usd = 2e6\n", "line 3"),
    Policy("[approval\nmax_usd = 1e6\n", "careful.toml"),
    Policy('[wash_sale]\nmode = "avoyd"\n', "avoyd"),
)


@dataclass(frozen=True)
class Whole:
    """What makes a whole book unusable, and a part of what is told."""

    damage: Callable[[Path], None]
    says: str


def _drop_column(book: Path) -> None:
    path = book / "lots.csv"
    path.write_text(path.read_text().replace("shares", "shrs", 1))


def _not_parquet(book: Path) -> None:
    (book / "trades.csv").unlink()
    (book / "trades.parquet").write_bytes(b"PAR1 but no more")


def _two_of_a_kind(book: Path) -> None:
    (book / "lots").mkdir()
    (book / "lots" / "part.parquet").write_bytes(b"")


WHOLE = {
    "a table is gone": Whole(lambda book: (book / "lots.csv").unlink(), "lots"),
    "a column is renamed": Whole(_drop_column, "shares"),
    "a file is damaged": Whole(_not_parquet, "trades.parquet"),
    "a table is there twice": Whole(_two_of_a_kind, "lots"),
    "text is no UTF-8": Whole(
        lambda book: (book / "accounts.csv").write_bytes(b"account_id\n\xff\xfe\n"), "accounts.csv"
    ),
}
