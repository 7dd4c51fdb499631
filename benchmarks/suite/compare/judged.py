"""One method on one household, judged: a row of figures that the one judge measured.

Nothing here is taken from the method itself but its orders and its time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.heuristics import Proposal, Rebalancer
from models.household import Household
from models.policy import Policy
from optimizer.judge.verify import Verdict, verify

BPS_PER_WHOLE = 1e4

FORGONE = ("waiting", "harvest_option")
"""Terms of J that nobody pays: a lower rate in some weeks, and a deeper loss."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the judge says of a proposal; dollars, fractions and bps of the household's value.

    Attributes
    ----------
    kept
        Every rule is kept.
    broken
        Names of the broken rules, or why there is no proposal.
    objective_usd
        J; `terms` splits it.
    other_usd
        J less tracking error: everything that tracking costs, now and later.
    today_usd
        Tax of this year (distributions included) plus trading costs.
    taxes_usd
        J less tracking error, location and what sales forgo: taxes now and later, and costs.
    drag_usd, income_usd
        Tax of one year on income, where it is held; and the income itself, before tax.
    cash_usd
        Cash left in all accounts.
    disallowed_usd
        Losses that wash sales disallow.
    washed
        A wash-sale rule is broken or a loss disallowed.
    """

    household_id: str
    method: str
    kept: bool
    broken: tuple[str, ...]
    seconds: float
    value_usd: float = 0.0
    objective_usd: float = 0.0
    tracking_error: float = 0.0
    tax_usd: float = 0.0
    cost_usd: float = 0.0
    drag_usd: float = 0.0
    income_usd: float = 0.0
    cash_usd: float = 0.0
    other_usd: float = 0.0
    taxes_usd: float = 0.0
    tickets: int = 0
    disallowed_usd: float = 0.0
    washed: bool = False
    multiplier: float | None = None
    terms: Mapping[str, float] | None = None

    @property
    def today_usd(self) -> float:
        """Tax of this year plus trading costs."""
        return self.tax_usd + self.cost_usd

    def bps(self, dollars: float) -> float:
        """Basis points of the household's value."""
        return BPS_PER_WHOLE * dollars / self.value_usd if self.value_usd >= 1.0 else 0.0

    @property
    def objective_bps(self) -> float:
        """J in bps."""
        return self.bps(self.objective_usd)


def judge(method: str, rebalancer: Rebalancer, household: Household, policy: Policy) -> Judged:
    """Run a method on a household and judge what it proposes; only the method is timed."""
    started = time.perf_counter()
    try:
        proposal = rebalancer(household, policy)
    except Exception as error:  # any failure of a method is its answer, told by name
        seconds = time.perf_counter() - started
        reason = f"no plan: {error}"[:200]
        return Judged(household.household_id, method, False, (reason,), seconds)
    seconds = time.perf_counter() - started
    return judged(method, household, policy, proposal, seconds)


def judged(
    method: str,
    household: Household,
    policy: Policy,
    proposal: Proposal,
    seconds: float,
    multiplier: float | None = None,
) -> Judged:
    """Judge a proposal."""
    verdict = verify(household, policy, *proposal)
    figures = verdict.figures
    broken = tuple(dict.fromkeys(breach.rule for breach in verdict.breaches))
    return Judged(
        household_id=household.household_id,
        method=method,
        kept=verdict.kept,
        broken=broken,
        seconds=seconds,
        value_usd=figures.value_usd,
        objective_usd=verdict.objective_usd,
        tracking_error=figures.te_after or 0.0,
        tax_usd=figures.tax_usd + figures.distribution_tax_usd,
        cost_usd=figures.cost_usd,
        drag_usd=figures.drag_after_usd,
        income_usd=_income(household, verdict),
        cash_usd=float(sum(verdict.ledger.cash)),
        other_usd=_without(verdict, "tracking_error"),
        taxes_usd=_without(verdict, "tracking_error", "tax_drag", *FORGONE),
        tickets=figures.orders,
        disallowed_usd=figures.disallowed_loss,
        washed="wash_sale" in broken or figures.disallowed_loss > 0.0,
        multiplier=multiplier,
        terms=figures.terms_usd,
    )


def _without(verdict: Verdict, *left_out: str) -> float:
    """J less some of its terms."""
    terms = verdict.figures.terms_usd
    return sum(usd for name, usd in terms.items() if name not in left_out)


def _income(household: Household, verdict: Verdict) -> float:
    """A year's income of all holdings and cash after the orders, before tax."""
    securities, lots = household.market.securities, household.lots
    income = securities.qualified_yield + securities.ordinary_yield + securities.exempt_yield
    income = income * securities.price
    held = float(lots.shares @ income[lots.security])
    changed = ((float(shares), security) for (_, security), shares in verdict.ledger.change.items())
    held += float(np.array(verdict.ledger.cash, float) @ household.accounts.cash_yield)
    return held + sum(shares * float(income[security]) for shares, security in changed)
