"""The judge: what orders do to a household, and which rules they break.

A plan is judged from its orders alone. They are replayed on the exact ledger, the objective is
measured from the holdings that result, and every rule is checked again, numerically. Nothing is
taken from the program that proposed them: a wrong formula would pass its own exam.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import localcontext
from functools import cached_property
from typing import Final

from models.household import Household
from models.ledger import Ledger, book_orders, exact, replay
from models.ledger.exact import PRECISION, ZERO
from models.order import Flow, Order
from models.plan import Breach, Figures, Lockout
from models.policy import Policy
from optimizer.judge.bench import Bench
from optimizer.judge.case import Case, Rule, breaches_of, excess_usd
from optimizer.judge.holdings import holdings
from optimizer.judge.left_out import LeftOut
from optimizer.judge.objective import Measure, Yardstick
from optimizer.judge.rates import annuity_years
from optimizer.judge.rules import RULES
from optimizer.judge.tracking import LEAST_VALUE_USD, management_groups
from optimizer.judge.unit_year import UnitYear, unit_taxes

BPS_PER_WHOLE = 1e4


@dataclass(frozen=True)
class Verdict:
    """What the judge found.

    Attributes
    ----------
    figures
        The plan's figures.
    breaches
        Rules that the orders break; empty for a plan that may leave.
    lockouts
        Groups that the run's loss sales lock, and until when.
    units
        Each filing unit's year: gains, netting, taxes before and after.
    objective_usd
        J after the orders, dollars.
    ledger
        The exact replay: lots sold, cash, wash-sale matches.
    bench, case, yardstick
        What the household was known by, what the rules looked at, and what J was measured with:
        for what is asked of the same orders afterwards (see `judge.left_out`).
    """

    figures: Figures
    breaches: tuple[Breach, ...]
    lockouts: tuple[Lockout, ...]
    units: tuple[UnitYear, ...]
    objective_usd: float
    ledger: Ledger
    bench: Bench
    case: Case
    yardstick: Yardstick

    @property
    def kept(self) -> bool:
        """Whether every rule is kept."""
        return not self.breaches

    @cached_property
    def left_out(self) -> LeftOut:
        """Each order left out in turn; asked for what orders are worth and why they exist."""
        return LeftOut(self.case, self.yardstick)


def verify(
    household: Household, policy: Policy, orders: Sequence[Order], flows: Sequence[Flow] = ()
) -> Verdict:
    """Replay orders and flows on the exact ledger, measure the objective, check every rule.

    Parameters
    ----------
    household, policy
        What the orders are for; the household is valid (see `models.book`).
    orders, flows
        As they would leave, exact.
    """
    return judged(Bench(household, policy), orders, flows)


def judged(
    known: Bench,
    orders: Sequence[Order],
    flows: Sequence[Flow] = (),
    rules: Sequence[Rule] = RULES,
    like: Ledger | None = None,
) -> Verdict:
    """Judge further orders of a household that is known already (see `verify`), by some rules.

    `like` is the ledger of orders most of which are the same; it spares work and changes nothing.
    """
    household, policy, rates, scale = known.household, known.policy, known.rates, known.scale
    with localcontext(prec=PRECISION):
        booking = book_orders(household, orders, like.orders if like else ())
        ledger, units = known.idle, known.still
        if booking.orders or flows:
            past = known.history, known.reserved
            ledger = replay(household, policy, booking.orders, flows, *past, known=like)
            units = unit_taxes(household, rates, ledger)
        held = holdings(household, ledger, flows)
        groups = management_groups(household, held, known.goals, scale)
        yardstick = Yardstick(known, groups, held)
        before = yardstick.before(known.still)
        after = before
        if household.net_flow or units is not known.still or not held.stand:
            after = yardstick.after(units, ledger.cost, ledger.sales, ledger.orders)
        errors = before.tracking_error, after.tracking_error
        if known.goals is not household.market.targets:  # told against the targets, all the same
            real = management_groups(household, held, household.market.targets, scale)
            true = Yardstick(known, real, held)
            errors = true.before(known.still).tracking_error, true.after(units, ZERO).tracking_error
        case = Case(
            household=household,
            policy=policy,
            orders=tuple(orders),
            flows=tuple(flows),
            ledger=ledger,
            known=known,
            held=held,
            groups=groups,
            units=units,
            after=after,
        )
        impact = yardstick.impact_usd(ledger.orders)
        return Verdict(
            figures=_figures(case, (before, impact), _stands_still(known), errors),
            breaches=(*booking.faults, *breaches_of(case, rules)),
            lockouts=ledger.lockouts,
            units=units,
            objective_usd=after.objective_usd,
            ledger=ledger,
            bench=known,
            case=case,
            yardstick=yardstick,
        )


def _stands_still(known: Bench) -> bool:
    """Whether doing nothing is a state to compare with: no household flow, no floor broken."""
    household, reserved = known.household, known.reserved.cash
    floors = household.accounts.cash_floor.tolist()
    return household.net_flow == 0 and not any(
        excess_usd(exact(floor), cash - reserved[account] if account in reserved else cash)
        for account, (floor, cash) in enumerate(zip(floors, known.idle.cash, strict=True))
    )


def _figures(
    case: Case,
    found: tuple[Measure, float],
    comparable: bool,
    tracking_errors: tuple[float | None, float | None],
) -> Figures:
    """Round nothing: figures are what they are, dollars and fractions.

    `found` is the state before, and what moving the market costs.
    """
    before, impact = found
    value, after, units = case.held.value_usd, case.after, case.units
    defined = value >= LEAST_VALUE_USD
    bps = BPS_PER_WHOLE / value if defined else 0.0
    return Figures(
        value_usd=value,
        objective_before_bps=bps * before.objective_usd if defined and comparable else None,
        objective_after_bps=bps * after.objective_usd if defined else None,
        te_before=tracking_errors[0],
        te_after=tracking_errors[1],
        tax_usd=float(sum((unit.tax_usd for unit in units), ZERO)),
        distribution_tax_usd=float(sum((unit.distribution_tax_usd for unit in units), ZERO)),
        cost_usd=float(case.ledger.cost) + impact,
        drag_before_usd=before.drag_usd,
        drag_after_usd=after.drag_usd,
        realized_st=float(sum((unit.run.short for unit in units), ZERO)),
        realized_lt=float(sum((unit.run.long for unit in units), ZERO)),
        disallowed_loss=float(sum((u.run.deferred + u.run.destroyed for u in units), ZERO)),
        orders=len(case.orders),
        terms_usd=after.terms_usd,
        terms_before_usd=before.terms_usd if comparable else {},
        **(_a_year(case.policy, before, after) if comparable else {}),
    )


OPPORTUNITY: Final = ("waiting", "harvest_option")
"""Terms of the objective that nobody ever pays or receives."""


def _a_year(policy: Policy, before: Measure, after: Measure) -> dict[str, float]:
    """What a plan saves of money and of risk, dollars a year: of each over its own years."""
    saved = {name: usd - after.terms_usd[name] for name, usd in before.terms_usd.items()}
    risk = saved.pop("tracking_error")
    money = sum(usd for name, usd in saved.items() if name not in OPPORTUNITY)
    years, counted = annuity_years(policy), policy.risk.horizon_years
    return {
        "money_usd_a_year": money / years if years else 0.0,
        "risk_usd_a_year": risk / counted if counted else 0.0,
    }
