"""Reading a market's past from a folder of prices and a file of dividends.

Prices: one table, Parquet or CSV, first column (or index) the day, every further column a ticker,
split-adjusted closing prices in dollars, empty before listing. Dividends: CSV with the columns
`Date,ticker,Dividends`, dollars per share of the same split basis on the ex-dividend date. Funds:
the built-in list, or a CSV of your own with `security_id, asset_class, qualified, ordinary,
exempt, half_spread_bps, rank` and optionally `group`. A total-return price column in place of the
close would count every dividend twice; what cannot be told from the file is left to the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from models.arrays import Floats, read_only
from scenarios.market_history import (
    FundFacts,
    MarketHistory,
    MarketHistoryError,
    checked_history,
)
from scenarios.market_history_funds import FUNDS


def read_market_history(
    prices: Path, dividends: Path, funds: Sequence[FundFacts] = FUNDS, name: str = "supplied prices"
) -> MarketHistory:
    """Read the past of those `funds` that the price table has.

    Parameters
    ----------
    prices
        A table, or a folder with exactly one table whose name ends in `close` but not `adjclose`.
    dividends
        The dividend file; tickers without a price column are left out.

    Raises
    ------
    MarketHistoryError
        When a file or column is missing, no fund is known, or a value is impossible.
    """
    table = _frame(_price_file(prices))
    by_id = {fund.security_id: fund for fund in funds}
    known = sorted(ticker for ticker in table.columns if ticker in by_id)
    if not known:
        raise MarketHistoryError(
            f"{prices}: none of its {len(table.columns)} columns is a known fund; "
            "name funds with --funds"
        )
    table = table[known].astype(float)
    first = table.notna().to_numpy().argmax(axis=0)
    close = table.ffill().to_numpy()  # a day without a trade keeps the last price
    paid = _dividends(dividends, table.index, known)
    paid[np.arange(len(table))[:, None] <= first] = 0.0
    return checked_history(
        MarketHistory(
            name=name,
            days=read_only(table.index.to_numpy().astype("datetime64[D]")),
            funds=tuple(by_id[ticker] for ticker in known),
            close=read_only(close),
            dividends=read_only(paid),
        )
    )


def read_funds(path: Path) -> tuple[FundFacts, ...]:
    """Read a list of funds from CSV.

    Raises
    ------
    MarketHistoryError
        When a column is missing.
    """
    table = pd.read_csv(path)
    _need(path, table, FundFacts.__slots__[:-1])
    group = table["group"] if "group" in table else table["security_id"]
    cells = table.assign(group=group.fillna(table["security_id"])).to_dict("records")
    return tuple(
        FundFacts(
            security_id=str(row["security_id"]),
            asset_class=str(row["asset_class"]),
            qualified=float(row["qualified"]),
            ordinary=float(row["ordinary"]),
            exempt=float(row["exempt"]),
            half_spread_bps=float(row["half_spread_bps"]),
            rank=int(row["rank"]),
            identical_group=str(row["group"]),
        )
        for row in cells
    )


def write_market_history(history: MarketHistory, folder: Path) -> None:
    """Write `close.csv` and `dividends.csv`, which `read_market_history` reads back."""
    folder.mkdir(parents=True, exist_ok=True)
    tickers = [fund.security_id for fund in history.funds]
    days = pd.Index(history.days.astype(str), name="Date")
    pd.DataFrame(history.close, index=days, columns=tickers).to_csv(folder / "close.csv")
    rows, columns = np.nonzero(history.dividends)
    pd.DataFrame(
        {
            "Date": days[rows],
            "ticker": [tickers[k] for k in columns],
            "Dividends": history.dividends[rows, columns],
        }
    ).to_csv(folder / "dividends.csv", index=False)


def _price_file(prices: Path) -> Path:
    if prices.is_file():
        return prices
    found = [
        path
        for path in sorted(prices.glob("*close.*"))
        if path.suffix in (".parquet", ".csv") and not path.stem.endswith("adjclose")
    ]
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise MarketHistoryError(
            f"{prices}: one table named close.parquet or close.csv (or ..._close) is needed; "
            f"found {names}"
        )
    return found[0]


def _frame(path: Path) -> pd.DataFrame:
    table = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    if "Date" in table.columns:
        table = table.set_index("Date")
    elif path.suffix == ".csv":
        table = table.set_index(table.columns[0])
    table.index = pd.to_datetime(table.index)
    return table.sort_index()


def _dividends(path: Path, days: pd.Index, tickers: Sequence[str]) -> Floats:
    table = pd.read_csv(path)
    _need(path, table, ("Date", "ticker", "Dividends"))
    table = table[table["ticker"].isin(tickers)]
    row = np.searchsorted(days.to_numpy(), pd.to_datetime(table["Date"]).to_numpy())
    column = {ticker: k for k, ticker in enumerate(tickers)}
    inside = row < len(days)  # a dividend on a holiday counts on the next trading day
    paid = np.zeros((len(days), len(tickers)))
    at = np.array([column[str(ticker)] for ticker in table["ticker"][inside]], np.int64)
    np.add.at(paid, (row[inside].astype(np.int64), at), table["Dividends"].to_numpy(float)[inside])
    return paid


def _need(path: Path, table: pd.DataFrame, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise MarketHistoryError(f"{path}: no column {', '.join(missing)}")
