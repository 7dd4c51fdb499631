"""Forty requests in words, as data, with what the answer must come to: a table, and nothing else.

All are asked of H1 of `asked_book`. `holds` is read against the plan's own figures by the judge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.answer import Answer
from models.plan import Status
from optimizer.judge.verify import Verdict

Holds = Callable[[Answer, Verdict], bool]


@dataclass(frozen=True, slots=True)
class Words:
    """A request as somebody says it, as it is asked, and what the answer must be."""

    said: str
    asks: dict[str, Any]
    status: Status
    holds: Holds

    @property
    def options(self) -> list[str]:
        """The same on the command line."""
        from nightly.cli.request_options import OPTIONS

        words: list[str] = []
        for key, value in self.asks.items():
            if key == "weights":
                listed = [f"{term}={weight}" for term, weight in value.items()]
            elif isinstance(value, list):
                listed = value
            else:
                listed = [] if value is True else [repr(value)]
            if value is True:
                words.append(OPTIONS[key])
            for each in listed:
                words += [OPTIONS[key], each]
        return words


def _sold(answer: Answer, *securities: str) -> float:
    return sum(
        float(order.shares)
        for order in answer.plan.orders
        if order.side == "sell" and order.security_id in securities
    )


def _bought(answer: Answer, *securities: str) -> float:
    return sum(
        float(order.shares)
        for order in answer.plan.orders
        if order.side == "buy" and order.security_id in securities
    )


def _tax(verdict: Verdict) -> float:
    return float(sum(unit.tax_usd + unit.distribution_tax_usd for unit in verdict.units))


def _paid(answer: Answer) -> float:
    return -float(sum(flow.amount for flow in answer.plan.flows))


def _in_hand(dollars: float) -> Holds:
    return lambda a, v: round(_paid(a) - max(_tax(v), 0.0), 2) == dollars


def _te(answer: Answer) -> float:
    figures = answer.plan.figures
    assert figures is not None
    assert figures.te_after is not None
    return figures.te_after


def _clashes(*rules: str) -> Holds:
    return lambda a, v: {clash.rule for clash in a.plan.clashes} == set(rules)


def _lots(answer: Answer) -> set[str]:
    return {lot.lot_id for order in answer.plan.orders for lot in order.lots}


def _touched(answer: Answer, account: str) -> bool:
    flows = any(flow.account_id == account for flow in answer.plan.flows)
    return flows or any(order.account_id == account for order in answer.plan.orders)


PLANNED, INFEASIBLE = Status.PLANNED, Status.INFEASIBLE
TRACK = {"tracking_error": 1000.0}
FORTY = tuple(
    Words(*row)
    for row in (
        ("under $5,000 of tax", {"tax_budget_usd": 5000.0}, PLANNED, lambda a, v: _tax(v) <= 5e3),
        (
            "minimise tracking error, under $5,000 of tax, no wash sale anywhere",
            {"weights": TRACK, "tax_budget_usd": 5000.0},
            PLANNED,
            lambda a, v: _tax(v) <= 5000.0 and _te(a) < 0.005 and not v.ledger.washes.held,
        ),
        ("no tax this year", {"tax_budget_usd": 0.0}, PLANNED, lambda a, v: _tax(v) <= 0.01),
        ("raise $10,000", {"raise_usd": 1e4}, PLANNED, lambda a, v: _paid(a) == 1e4),
        (
            "leave me $50,000 in hand",
            {"raise_usd": 5e4, "after_tax": True},
            PLANNED,
            _in_hand(5e4),
        ),
        (
            "leave me $90,000 in hand: an IRA must pay too, and the tax on that as well",
            {"raise_usd": 9e4, "after_tax": True},
            PLANNED,
            lambda a, v: _in_hand(9e4)(a, v) and _paid(a) > 92_000.0,
        ),
        (
            "$40,000 after tax, with at most $2,000 of tax",
            {"raise_usd": 4e4, "after_tax": True, "tax_budget_usd": 2000.0},
            PLANNED,
            lambda a, v: _in_hand(4e4)(a, v) and _tax(v) <= 2000.01,
        ),
        (
            "$60,000 after tax, and I keep my VEA",
            {"raise_usd": 6e4, "after_tax": True, "keep": ["VEA"]},
            PLANNED,
            lambda a, v: _in_hand(6e4)(a, v) and not _sold(a, "VEA"),
        ),
        (
            "$70,000 in hand, not from the Roth",
            {"raise_usd": 7e4, "after_tax": True, "accounts_out": ["A1-ROTH"]},
            PLANNED,
            lambda a, v: _in_hand(7e4)(a, v) and not _touched(a, "A1-ROTH"),
        ),
        (
            "$20,000 in hand without selling at a gain",
            {"raise_usd": 2e4, "after_tax": True, "avoid_gains": True},
            PLANNED,
            lambda a, v: _in_hand(2e4)(a, v) and v.figures.realized_lt <= 0.0,
        ),
        ("$500 in hand", {"raise_usd": 500.0, "after_tax": True}, PLANNED, _in_hand(500.0)),
        (
            "a million in hand",
            {"raise_usd": 1e6, "after_tax": True},
            INFEASIBLE,
            lambda a, v: a.remedies[0].key == "raise_usd",
        ),
        (
            "invest $25,000",
            {"invest_usd": 25e3},
            PLANNED,
            lambda a, v: _paid(a) == -25e3 and v.figures.value_usd == 185_500.0,
        ),
        (
            "invest $5,000 and sell nothing at a gain",
            {"invest_usd": 5e3, "avoid_gains": True},
            PLANNED,
            lambda a, v: v.figures.realized_lt <= 0.0 and v.figures.realized_st <= 0.0,
        ),
        ("keep VTI", {"keep": ["VTI"]}, PLANNED, lambda a, v: not _sold(a, "VTI")),
        ("keep lot L9", {"keep_lots": ["L9"]}, PLANNED, lambda a, v: "L9" not in _lots(a)),
        (
            "keep every stock fund",
            {"keep": ["VTI", "ITOT", "VEA", "K500"]},
            PLANNED,
            lambda a, v: not _sold(a, "VTI", "ITOT", "VEA", "K500"),
        ),
        ("sell all VEA", {"sell": ["VEA"]}, PLANNED, lambda a, v: _sold(a, "VEA") == 700.0),
        (
            "sell ITOT and buy none",
            {"sell": ["ITOT"]},
            PLANNED,
            lambda a, v: _sold(a, "ITOT") == 100.0 and not _bought(a, "ITOT"),
        ),
        ("sell lot L1", {"sell_lots": ["L1"]}, PLANNED, lambda a, v: "L1" in _lots(a)),
        (
            "sell lots L1 and L9, keep L10",
            {"sell_lots": ["L1", "L9"], "keep_lots": ["L10"]},
            PLANNED,
            lambda a, v: {"L1", "L9"} <= _lots(a) and "L10" not in _lots(a),
        ),
        (
            "sell VTI, though the payroll buys the like of it next week",
            {"sell": ["VTI"]},
            INFEASIBLE,
            _clashes("sell", "wash_sale"),
        ),
        (
            "no new VEA",
            {"exclude": ["VEA"]},
            PLANNED,
            lambda a, v: not _bought(a, "VEA"),
        ),
        (
            "buy no stock fund but ITOT",
            {"exclude": ["VTI", "K500", "VEA"]},
            PLANNED,
            lambda a, v: not _bought(a, "VTI", "K500", "VEA"),
        ),
        (
            "avoid gains",
            {"avoid_gains": True},
            PLANNED,
            lambda a, v: v.figures.realized_lt <= 0.0 and v.figures.realized_st <= 0.0,
        ),
        (
            "take $4,000 of gains",
            {"take_gains_usd": 4e3},
            PLANNED,
            lambda a, v: v.figures.realized_lt + v.figures.realized_st >= 3_999.99,
        ),
        (
            "take $12,000 of gains under $2,500 of tax",
            {"take_gains_usd": 12e3, "tax_budget_usd": 2500.0},
            PLANNED,
            lambda a, v: v.figures.realized_lt >= 11e3 and _tax(v) <= 2500.01,
        ),
        (
            "take $80,000 of gains",
            {"take_gains_usd": 8e4},
            INFEASIBLE,
            lambda a, v: a.remedies[0].key == "take_gains_usd",
        ),
        (
            "at most $1,000 of gains this year",
            {"gain_budget_usd": 1e3},
            PLANNED,
            lambda a, v: v.figures.realized_lt + v.figures.realized_st <= 1000.01,
        ),
        (
            "at most 5% turnover",
            {"max_turnover": 0.05},
            PLANNED,
            lambda a, v: sum(float(o.amount) for o in a.plan.orders) <= 0.1 * 160_500.0 + 0.01,
        ),
        (
            "trading may cost $3",
            {"max_cost_usd": 3.0},
            PLANNED,
            lambda a, v: v.figures.cost_usd <= 3.01,
        ),
        (
            "trading may cost a fifth of a basis point",
            {"max_cost_bps": 0.2},
            PLANNED,
            lambda a, v: v.figures.cost_usd <= 0.2e-4 * 160_500.0 + 0.01,
        ),
        (
            "tracking error of at most 1%",
            {"te_max": 0.01},
            PLANNED,
            lambda a, v: _te(a) <= 0.01 + 1e-9,
        ),
        (
            "no tracking error at all",
            {"te_max": 1e-7},
            INFEASIBLE,
            _clashes("te_max"),
        ),
        (
            "tracking error of at most 3%, no tax, little cost",
            {"te_max": 0.03, "tax_budget_usd": 0.0, "max_cost_usd": 10.0},
            PLANNED,
            lambda a, v: _te(a) <= 0.03 + 1e-9 and _tax(v) <= 0.01,
        ),
        (
            "leave the IRA alone",
            {"accounts_out": ["A1-IRA"]},
            PLANNED,
            lambda a, v: not _touched(a, "A1-IRA"),
        ),
        (
            "leave everything but the taxable account alone",
            {"accounts_out": ["A1-401K", "A1-IRA", "A1-ROTH"]},
            PLANNED,
            lambda a, v: {o.account_id for o in a.plan.orders} <= {"A1-TAX"},
        ),
        (
            "I mind taxes twice as much",
            {"weights": {"tax": 2.0}},
            PLANNED,
            lambda a, v: a.policy.weights.tax == 2.0,
        ),
        (
            "raise $30,000 from the IRA and the Roth alone, and keep bonds",
            {"raise_usd": 3e4, "accounts_out": ["A1-TAX"], "keep": ["BND"]},
            INFEASIBLE,
            lambda a, v: {"keep", "accounts_out"} <= {r.key for r in a.remedies},
        ),
        (
            "raise $10,000 and trade nothing in the taxable account",
            {"raise_usd": 1e4, "accounts_out": ["A1-TAX"]},
            PLANNED,
            lambda a, v: not _touched(a, "A1-TAX") and _paid(a) == 1e4,
        ),
    )
)
"""All of them."""
