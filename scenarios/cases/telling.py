"""How a case is told and asked: a household, its answer, and questions in the words of a reader.

A case never looks at how an answer was found, only at what is traded and what the judge measured.
Refused: golden plans. A better optimizer may trade differently; what must stay true is said in
sentences.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pandas as pd

from models.book import Book, read_book
from models.drift import drifts
from models.household import Household
from models.ledger import household_after
from models.order import Order, Side
from models.plan import Plan
from models.policy import Policy
from optimizer.judge.verify import Verdict, verify
from optimizer.rebalance import rebalance
from scenarios.book_files import write_book
from scenarios.builder import ASOF, BookBuilder
from scenarios.policy_texts import sample_policies
from scenarios.sample_book import HOUSEHOLD_TABLES, sample_tables

Tables: TypeAlias = dict[str, pd.DataFrame]


class Expectation(NamedTuple):
    """A sentence about an answer, and whether it holds."""

    sentence: str
    holds: bool


class Case(NamedTuple):
    """A named situation: its story, and what must be true of the answer."""

    name: str
    story: str | None
    expected: Callable[[], Iterator[Expectation]]


@dataclass(frozen=True, slots=True)
class Night:
    """One household on one night: the question and the answer."""

    household: Household
    policy: Policy
    plan: Plan

    def bought(self, security: str = "", account: str = "", asset_class: str = "") -> float:
        """Dollars bought: of a security, in an account (its last name), of an asset class."""
        return self._traded(Side.BUY, security, account, asset_class)

    def sold(self, security: str = "", account: str = "", asset_class: str = "") -> float:
        """Dollars sold; arguments as in `bought`."""
        return self._traded(Side.SELL, security, account, asset_class)

    def _traded(self, side: Side, security: str, account: str, asset_class: str) -> float:
        of_class = dict(
            zip(
                self.household.market.securities.security_id.tolist(),
                self.household.market.securities.asset_class.tolist(),
                strict=True,
            )
        )

        def meant(order: Order) -> bool:
            own = order.account_id.rsplit(".", 1)[-1]
            return (
                order.side is side
                and security in ("", order.security_id)
                and account in ("", own)
                and asset_class in ("", of_class[order.security_id])
            )

        return float(sum(order.amount for order in self.plan.orders if meant(order)))

    @property
    def tickets(self) -> int:
        """Number of orders."""
        return len(self.plan.orders)

    def verdict(self) -> Verdict:
        """The judge's verdict on the plan's orders, asked again."""
        return verify(self.household, self.policy, self.plan.orders, self.plan.flows)

    def gains(self) -> list[float]:
        """Gain of each sale of a taxable lot, dollars."""
        return [float(sale.gain) for sale in self.verdict().ledger.sales]

    def short_gains(self) -> list[float]:
        """Gains of the sales of short-term lots at a gain, dollars."""
        sales = self.verdict().ledger.sales
        return [float(sale.gain) for sale in sales if not sale.long and sale.gain > 0]

    def after(self) -> Household:
        """The household once the plan's orders have filled."""
        return household_after(self.household, self.verdict().ledger)

    def weights(self, after: bool = True) -> dict[str, float]:
        """Look-through weight of each target row, after the plan or before it."""
        rows = drifts(self.after() if after else self.household)
        return {row.name: row.weight for row in rows}

    def largest_drift(self, after: bool = True) -> float:
        """Largest distance of a target row from its target, a fraction."""
        rows = drifts(self.after() if after else self.household)
        return max(abs(row.weight - row.target) for row in rows)

    @property
    def tracking(self) -> tuple[float, float]:
        """Tracking error before and after, annual."""
        figures = self.plan.figures
        if figures is None:
            return float("nan"), float("nan")
        return figures.te_before or 0.0, figures.te_after or 0.0

    @property
    def gains_pay(self) -> bool:
        """Whether this year's tax on gains and what they save or cost later come to a saving."""
        figures = self.verdict().figures
        return figures.tax_usd + figures.terms_usd["basis_change"] < 0.0

    @property
    def tax_usd(self) -> float:
        """Tax of the run, dollars; negative is a saving."""
        return self.plan.figures.tax_usd if self.plan.figures else float("nan")


def asked(household: Household, policy: Policy) -> Night:
    """Ask for a plan."""
    return Night(household, policy, rebalance(household, policy))


@cache
def sample() -> Book:
    """Read the sample book, made from its stories."""
    return _read(sample_tables(), {})


def of_sample(household_id: str) -> Night:
    """Ask for the plan of a household of the sample book."""
    household = sample().household(household_id)
    return asked(household, sample().policy(household.policy_id))


def told(
    tell: Callable[[BookBuilder], None],
    change: Callable[[Tables], None] = lambda _: None,
    policies: Mapping[str, str] | None = None,
) -> Night:
    """Ask for the plan of a household told to a builder, in the sample book's market.

    `change` may alter the tables (prices, risk, funds) before they are read; `policies` adds TOML
    texts by id.
    """
    household, policy = household_told(tell, change, policies)
    return asked(household, policy)


def household_told(
    tell: Callable[[BookBuilder], None],
    change: Callable[[Tables], None] = lambda _: None,
    policies: Mapping[str, str] | None = None,
) -> tuple[Household, Policy]:
    """Return a household told to a builder, and its policy; arguments as in `told`."""
    book = book_told(tell, change, policies)
    household = book.household(str(book.household_ids[0]))
    return household, book.policy(household.policy_id)


def book_told(
    tell: Callable[[BookBuilder], None],
    change: Callable[[Tables], None] = lambda _: None,
    policies: Mapping[str, str] | None = None,
) -> Book:
    """Return the book of what is told; arguments as in `told`."""
    builder = BookBuilder()
    tell(builder)
    tables = sample_tables() | {name: builder.frame(name) for name in HOUSEHOLD_TABLES}
    change(tables)
    return _read(tables, policies or {})


def _read(tables: Tables, policies: Mapping[str, str]) -> Book:
    with tempfile.TemporaryDirectory() as folder:
        write_book(tables, {**sample_policies(), **policies}, Path(folder), format="csv")
        return read_book(folder, ASOF)


def reprice(tables: Tables, factors: Mapping[str, float]) -> None:
    """Multiply prices by asset class."""
    securities = tables["securities"]
    factor = securities["asset_class"].map(factors).fillna(1.0)
    securities["price"] = (securities["price"] * factor).round(4)
