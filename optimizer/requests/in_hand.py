"""Cash in hand after tax: what must be raised so that what was asked for is left, to the cent.

What is raised is a constant of the program, and the tax that it causes follows from the plan. So
plans are made at some set-aside until it is the tax of its own plan, by secants, since tax is
piecewise linear in what is raised. Refused: the flow as one more variable, which would change the
household's value and with it every weight and every basis point; and a last cent left to cash, for
what is said to be in hand is counted.

Where the tax falls as more is raised, because the next plan trades something else, no set-aside may
be its own plan's. Then the plan that leaves least too much keeps its orders and pays out less. And
where it leaps, a secant may lead beyond all that there is: that there is no plan says nothing of
less set aside, which is looked for between what was too little and what was too much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, TypeAlias

from models.asked import as_asked
from models.household import Household
from models.order import Flow
from models.plan import Certificate, Plan, Status
from models.policy import Policy
from models.request.record import Request
from models.tolerances import CENT_USD
from optimizer.judge.rules.asked import tax_caused
from optimizer.judge.verify import Verdict, verify

ROUNDS: Final = 12
"""Plans that are made before a set-aside is taken not to exist: secants need three or four, halving
what lies between a raise that has a plan and all that there is six or seven."""

SETTLED: Final = 60
"""Rounds in which less is paid out of orders that stay: each leaves at most half of the error, the
highest rates of law and state together."""

NONE: Final = Decimal(0)

Rebalance: TypeAlias = Callable[[Household, Policy], Plan]
"""What decides."""


@dataclass
class InHand:
    """The search for a set-aside; a class because plans that were made are not made again."""

    household: Household
    policy: Policy
    request: Request
    rebalance: Rebalance
    tried: dict[Decimal, tuple[Plan, Decimal]] = field(default_factory=dict)

    def plan(self) -> tuple[float, Plan]:
        """Return the dollars to set aside and the plan; where there is none, the plan that says so.

        Its request is a plain one that raises both together.
        """
        amount = NONE
        for _ in range(ROUNDS):
            plan, due = self.at(amount)
            if amount == NONE and plan.status is not Status.PLANNED:
                return float(amount), plan
            if plan.status is Status.PLANNED and due == amount:
                return float(amount), plan
            following = self._following()
            if following is None:
                break
            amount = following
        return self._paying_less()

    def at(self, amount: Decimal) -> tuple[Plan, Decimal]:
        """Return the plan at a set-aside, and the tax that it causes, to the cent."""
        if amount not in self.tried:
            plan = self.rebalance(*self._asked(amount))
            due = NONE
            if plan.status is Status.PLANNED:
                due = _cents(tax_caused(self._judged(amount, plan).case))
            self.tried[amount] = plan, due
        return self.tried[amount]

    def _following(self) -> Decimal | None:
        """The set-aside to try next: by the secant, else the tax of the last plan.

        Where some have no plan, it is under them and above what was too little, at last halfway.
        """
        planned = [each for each in self.tried if self._is_planned(each)]
        secant, due = self._secant(planned), self.tried[planned[-1]][1]
        none = [each for each in self.tried if each not in planned]
        least = max(each for each in planned if self.tried[each][1] > each) if none else NONE
        most = min(none, default=None)
        options = [secant, due] if most is None else [secant, due, _cents((least + most) / 2)]
        for each in options:
            if each not in self.tried and (most is None or least < each < most):
                return each
        return None

    def _is_planned(self, amount: Decimal) -> bool:
        return self.tried[amount][0].status is Status.PLANNED

    def _secant(self, planned: list[Decimal]) -> Decimal:
        """Where the line through the last two plans meets its own tax; the tax itself at first."""
        amount, due = planned[-1], self.tried[planned[-1]][1]
        if len(planned) < 2:
            return due
        last = planned[-2]
        slope = (due - self.tried[last][1]) / (amount - last)
        if not NONE <= slope < 1:
            return due
        return _cents((due - slope * amount) / (1 - slope))

    def _paying_less(self) -> tuple[float, Plan]:
        """The plan that leaves least too much, its orders as they are, paying out less.

        Where none does, and nothing more can be raised, that is the answer.
        """
        over = {a: a - due for a, (_, due) in self.tried.items() if a > due and self._is_planned(a)}
        none = [each for each in self.tried if not self._is_planned(each)]
        if not over and none:
            return float(min(none)), self.tried[min(none)][0]
        if not over:
            amount = max(self.tried)
            return float(amount), replace(
                self.tried[amount][0],
                status=Status.FAILED,
                reason="no plan leaves in hand what was asked for, to the cent",
                orders=(),
            )
        first = min(over, key=lambda each: (over[each], each))
        plan, amount = self.tried[first][0], first
        for _ in range(SETTLED):
            less = replace(plan, flows=_less(plan.flows, first - amount, self._required()))
            verdict = self._judged(amount, less)
            due = _cents(tax_caused(verdict.case))
            if due == amount:
                return float(amount), self._restated(less, verdict, amount)
            amount = due
        return float(amount), replace(plan, status=Status.FAILED, orders=())

    def _restated(self, plan: Plan, verdict: Verdict, amount: Decimal) -> Plan:
        """The plan with what the judge finds now, and the bound of the household as it is now."""
        if verdict.breaches:
            worst = verdict.breaches[0]
            why = f"breaks {worst.rule} at {worst.where} by {worst.amount:.6g}"
            return replace(plan, status=Status.REFUSED, reason=why, breaches=verdict.breaches)
        other, after = self.at(amount)[0].certificate, verdict.figures.objective_after_bps
        certificate = None
        if other is not None and after is not None:
            gap = after - other.bound_bps
            certificate = Certificate(other.bound_bps, gap, {"in hand": gap})
        return replace(plan, figures=verdict.figures, certificate=certificate)

    def _required(self) -> frozenset[str]:
        """Accounts out of which something must go."""
        accounts = self.household.accounts
        due = zip(accounts.account_id, accounts.rmd_due_usd, strict=True)
        return frozenset(str(name) for name, usd in due if usd > 0.0)

    def _asked(self, amount: Decimal) -> tuple[Household, Policy]:
        both = replace(
            self.request,
            after_tax=False,
            raise_usd=float(_cents(Decimal(repr(self.request.raise_usd)) + amount)),
        )
        return as_asked(self.household, self.policy, both)

    def _judged(self, amount: Decimal, plan: Plan) -> Verdict:
        return verify(*self._asked(amount), plan.orders, plan.flows)


def _less(flows: tuple[Flow, ...], less: Decimal, required: frozenset[str]) -> tuple[Flow, ...]:
    """Flows of which one pays out some dollars less: the largest that leaves, if it may.

    What leaves an account out of which something is `required` stays as it is while another flow
    can give way: one that leaves by less, or one that arrives by more.
    """
    if not less:
        return flows
    able = [each for each in flows if each.amount > NONE or each.amount + less <= NONE]
    free = [each for each in able if each.account_id not in required]
    changed = min(free or flows, key=lambda each: each.amount)
    return tuple(
        replace(each, amount=each.amount + less) if each is changed else each for each in flows
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT_USD, ROUND_HALF_EVEN)
