"""The household of the first steps: a joint account, a 401(k) and an account with lots, invented.

`python -m scenarios.custodian_files.lee FOLDER` writes its exports; those in `scenarios/exports`
were made so. Prices are the sample book's: plausible, not quotes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from scenarios.builder import PRICE
from scenarios.custodian_files import fidelity, ibkr, schwab
from scenarios.custodian_files.accounts import (
    Closed,
    ExportedAccount,
    Held,
    HeldLot,
    Traded,
)

ASOF: Final = date(2026, 11, 20)

OFFERED: Final = ("VTI", "ITOT", "VEA", "IEFA", "VWO", "IEMG", "BND", "AGG")
"""Funds of which the sample's `prices.csv` has a price."""

HOUSEHOLD: Final = """\
# Who the household is: what no custodian's file says. Rates and weights are fractions.
filing_status = "mfj"
ordinary_income = 210000       # dollars a year after deductions
state_rate = 0.05
target = "three-fund-60-40"    # a model that is shipped, or a table of class weights

[owners.ann]
born = 1966-03-04

[owners.ben]
born = 1969-10-21

[accounts.joint]
number = "1234"                # all of the custodian's number, or its end
type = "taxable"
owner = "both"

[accounts.plan]
number = "86753"
type = "401k"
owner = "ann"

[accounts.trading]
number = "U7654321"
type = "taxable"
owner = "ben"
"""


def _price(name: str) -> Decimal:
    return Decimal(str(PRICE[name]))


def _lot(day: str, shares: str, basis: str) -> HeldLot:
    return HeldLot(date.fromisoformat(day), Decimal(shares), Decimal(basis))


def accounts() -> tuple[ExportedAccount, ExportedAccount, ExportedAccount]:
    """Return the Schwab, the Fidelity and the Interactive Brokers account."""
    joint = ExportedAccount(
        "55501234",
        "Joint Tenant",
        ASOF,
        Decimal("4210.55"),
        (
            Held(
                "VTI",
                "VANGUARD TOTAL STOCK MARKET ETF",
                _price("VTI"),
                (
                    _lot("2018-03-14", "420", "57120.00"),
                    _lot("2022-06-17", "150", "27460.50"),
                    _lot("2026-05-12", "60", "21510.00"),
                ),
            ),
            Held(
                "BND",
                "VANGUARD TOTAL BOND MARKET ETF",
                _price("BND"),
                (_lot("2020-08-05", "600", "53220.00"), _lot("2023-10-19", "350", "24115.00")),
            ),
        ),
        traded=(
            Traded(date(2026, 10, 6), "sell", "VWO", Decimal(200), Decimal("57.10")),
            Traded(date(2026, 5, 12), "buy", "VTI", Decimal(60), Decimal("358.50")),
        ),
        closed=(
            Closed(
                "VWO",
                date(2021, 2, 10),
                date(2026, 10, 6),
                Decimal(200),
                Decimal("11420.00"),
                Decimal("10980.00"),
                short=False,
            ),
        ),
    )
    plan = ExportedAccount(
        "86753",
        "ACME 401(K) PLAN",
        ASOF,
        Decimal(0),
        (
            Held(
                "VFIAX",
                "VANGUARD 500 INDEX ADMIRAL",
                Decimal("611.35"),
                (_lot("2015-01-02", "310.4", "96224.00"),),
                "mutual_fund",
            ),
            Held(
                "VBTLX",
                "VANGUARD TOTAL BOND ADMIRAL",
                _price("VBTLX"),
                (_lot("2015-01-02", "4200", "43008.00"),),
                "mutual_fund",
            ),
            Held(
                "VTIAX",
                "VANGUARD TOTAL INTL ADMIRAL",
                Decimal("41.20"),
                (_lot("2015-01-02", "905.5", "29880.00"),),
                "mutual_fund",
            ),
        ),
    )
    trading = ExportedAccount(
        "U7654321",
        "Individual",
        ASOF,
        Decimal("1830.07"),
        (
            Held(
                "IEFA",
                "ISHARES CORE MSCI EAFE ETF",
                _price("IEFA"),
                (_lot("2019-07-11", "300", "18240.00"), _lot("2026-09-02", "80", "7784.00")),
            ),
            Held(
                "AVUV",
                "AVANTIS US SMALL CAP VALUE ETF",
                _price("AVUV"),
                (_lot("2023-01-09", "120", "9012.00"),),
            ),
        ),
    )
    return joint, plan, trading


def exports() -> Mapping[str, str]:
    """Return every file of the household's exports by name."""
    joint, plan, trading = accounts()
    made = {f"schwab-{name}": text for name, text in schwab.files([joint]).items()}
    positions = next(iter(fidelity.files([plan], with_basis=False).items()))
    made[f"fidelity-{positions[0]}"] = positions[1]
    made |= {f"ibkr-{name}": text for name, text in ibkr.files([trading]).items()}
    return made


def prices() -> str:
    """Return the table of prices that the sample's household may buy at."""
    rows = [f"{name},{PRICE[name]},{ASOF}\n" for name in OFFERED]
    return "security_id,price,price_date\n" + "".join(rows)


def write(folder: Path) -> None:
    """Write the exports, the household file and the prices."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    for name, text in exports().items():
        (folder / "files" / name).write_text(text, "utf-8")
    (folder / "lee.toml").write_text(HOUSEHOLD, "utf-8")
    (folder / "prices.csv").write_text(prices(), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
