"""What the law answers to a case, topic by topic, under the names of the case's `expected`.

Each topic is one function from a case's input to its outcomes. There is nearly always one outcome;
average cost has two, because publications round the average to the cent before they multiply.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from models.law import known_years, law_for
from models.tax.cases.washes import wash_sale_case
from models.tax.custodian.lot_relief import ReliefLot, relieve
from models.tax.custodian.qualified_dividend import (
    COMMON,
    PREFERRED,
    days_held_in_window,
    is_qualified,
)
from models.tax.custodian.rmd import applicable_age, factor, is_due, required_distribution
from models.tax.filing import TaxFacts, tax
from models.tax.holding_period import LONG_TERM_MONTHS, is_long
from models.tax.netting import carry_over, net_gains
from models.tax.niit import niit
from models.tolerances import CENT_USD

Given = Mapping[str, Any]
Outcome = dict[str, Any]

ZERO: Final = Decimal(0)
_ENOUGH: Final = Decimal("Infinity")


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _dollars(given: Given, name: str) -> Decimal:
    return Decimal(given.get(name) or 0)


def _wash_sale(given: Given) -> list[Outcome]:
    return [wash_sale_case(given)]


def _netting(given: Given) -> list[Outcome]:
    short = _dollars(given, "st") - _dollars(given, "st_carryforward")
    long = _dollars(given, "lt") - _dollars(given, "lt_carryforward")
    if given.get("limit") is None:
        limit = law_for(_year(given)).loss_limit(given.get("filing_status", "single"))
    else:
        limit = Decimal(given["limit"])
    line_1 = given.get("taxable_income_before_floor")
    netted = net_gains(short, long, limit)
    carried = carry_over(short, long, netted.offset, _ENOUGH if line_1 is None else Decimal(line_1))
    return [
        {
            "ordinary_offset": netted.offset,
            "st_carryover": carried.short,
            "lt_carryover": carried.long,
            "gain_taxed_ordinary": netted.ordinary,
            "gain_taxed_preferential": netted.preferential,
        }
    ]


def _holding_period(given: Given) -> list[Outcome]:
    start = _date(given.get("holding_start") or given["acquired"])
    origin = "inheritance" if given.get("inherited") else given.get("origin")
    months = int(given.get("threshold_months") or LONG_TERM_MONTHS)
    return [{"term": "long" if is_long(start, _date(given["sold"]), origin, months) else "short"}]


def _qualified_dividend(given: Given) -> list[Outcome]:
    test = PREFERRED if given.get("preferred") else COMMON
    sold = _date(given["sold"]) if given.get("sold") else None
    span = (_date(given["acquired"]), sold, _date(given["ex_dividend"]), test)
    return [
        {
            "qualified": is_qualified(*span),
            f"days_held_in_{test.window_days}_day_window": days_held_in_window(*span),
        }
    ]


def _lot_order(given: Given) -> list[Outcome]:
    lots = [
        ReliefLot(
            row["id"],
            Decimal(row["shares"]),
            Decimal(row["total"]),
            _date(row["acquired"]),
            _date(row["holding_start"]) if row.get("holding_start") else None,
            row.get("origin"),
        )
        for row in given["lots"]
    ]
    shares, price = Decimal(given["sell_shares"]), Decimal(given["price"])
    method = given.get("method")
    chosen = {lot_id: Decimal(count) for lot_id, count in given.get("chosen") or ()}
    sold = relieve(lots, shares, price, _date(given["date"]), method, chosen)

    def outcome(basis: list[Decimal]) -> Outcome:
        gains = [part.shares * price - cost for part, cost in zip(sold, basis, strict=True)]
        return {
            "basis": sum(basis, ZERO),
            "gain_st": sum((g for g, p in zip(gains, sold, strict=True) if not p.long), ZERO),
            "gain_lt": sum((g for g, p in zip(gains, sold, strict=True) if p.long), ZERO),
            "lots_sold": [[part.lot_id, part.shares] for part in sold],
        }

    outcomes = [outcome([part.basis for part in sold])]
    if (method or "").upper() == "AVERAGE":
        average = sum((lot.basis for lot in lots), ZERO) / sum((lot.shares for lot in lots), ZERO)
        rounded = average.quantize(CENT_USD, ROUND_HALF_UP)
        outcomes.append(outcome([part.shares * rounded for part in sold]))
    return outcomes


def _federal_tax(given: Given) -> list[Outcome]:
    law, status = law_for(_year(given)), given["filing_status"]
    ordinary = _dollars(given, "wages") + _dollars(given, "interest")
    dividends = _dollars(given, "ordinary_dividends")
    qualified = _dollars(given, "qualified_dividends")
    magi = ordinary + dividends
    facts = TaxFacts(
        filing_status=status,
        ordinary_income=magi - qualified - law.standard_deduction(status),
        qualified_dividends=qualified,
        net_investment_income=_dollars(given, "interest") + dividends,
        magi=magi,
        state_rate=ZERO,
        law=law,
    )
    distribution = _dollars(given, "ira_distribution")
    result = tax(
        facts,
        _dollars(given, "st") - _dollars(given, "st_carryforward"),
        _dollars(given, "lt") - _dollars(given, "lt_carryforward"),
        distribution,
    )
    gain = result.gain_ordinary + result.gain_preferential - result.ordinary_offset
    return [
        {
            "capital_gain_in_agi": gain,
            "agi": magi + distribution + gain,
            "taxable_income": max(ZERO, result.taxable_income),
            "income_tax": result.federal,
            "amt": ZERO,  # out of scope: a case that owes it is reported as failed
            "niit": result.niit,
            "total": result.total,
            "st_carryover_next": result.carry_short,
            "lt_carryover_next": result.carry_long,
        }
    ]


def _niit(given: Given) -> list[Outcome]:
    income = _dollars(given, "net_investment_income")
    magi = _dollars(given, "wages") + income if given.get("magi") is None else given["magi"]
    law = law_for(_year(given))
    return [{"niit": niit(law, given["filing_status"], income, Decimal(magi))}]


def _rmd(given: Given) -> list[Outcome]:
    if "age_at_year_end" not in given:
        second_half = int(given.get("birth_month") or 1) > 6
        return [{"rmd_age": applicable_age(int(given["birth_year"]), second_half)}]
    age, year = int(given["age_at_year_end"]), int(given["year"])
    account_type = given.get("account_type") or "traditional_ira"
    due = is_due(age, year, account_type)
    balance = Decimal(given["balance_prior_dec31"])
    return [
        {
            "factor": factor(age, year) if due else None,
            "rmd": required_distribution(balance, age, year, account_type),
        }
    ]


def _year(given: Given) -> int:
    return int(given.get("year") or known_years()[-1])


TOPICS: Final[Mapping[str, Callable[[Given], list[Outcome]]]] = {
    "wash_sale": _wash_sale,
    "netting": _netting,
    "holding_period": _holding_period,
    "qualified_dividend": _qualified_dividend,
    "lot_order": _lot_order,
    "federal_tax": _federal_tax,
    "niit": _niit,
    "rmd": _rmd,
}
"""Every topic of a case file."""
