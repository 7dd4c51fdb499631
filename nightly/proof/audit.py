"""A stored run judged again: every plan replayed on the ledger, every figure compared.

Nothing of the planning is trusted: orders are read back from the tables, the household from the
book, and the judge says what they come to. A difference names household, figure, what the run
says and what the judge finds. Refused: comparing with a fresh plan; a run is right or wrong by
itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Protocol, TypeAlias

from models.household import Household
from models.order import Flow, Order, order_id
from models.plan import Breach, Figures, Lockout, Status
from models.policy import Policy
from models.tolerances import BPS, CENT_USD, RELATIVE, WEIGHT
from nightly.results.stored import StoredPlan, StoredRun
from nightly.results.tables import Row
from nightly.workers.answer import Answerable

DOLLARS: Final = (
    *("tax_usd", "distribution_tax_usd", "cost_usd", "drag_before_usd", "drag_after_usd"),
    *("realized_st", "realized_lt", "disallowed_loss", "money_usd_a_year", "risk_usd_a_year"),
)
FRACTIONS: Final = ("te_before", "te_after")
IN_BPS: Final = ("objective_before_bps", "objective_after_bps")

REPLAYED: Final = frozenset({Status.PLANNED, Status.NO_ACTION})
"""Answers that have figures to compare; the others must be without orders."""


class Verdict(Protocol):
    """The part of the judge's verdict that is compared with a stored plan."""

    @property
    def figures(self) -> Figures:
        """What the orders come to."""
        ...

    @property
    def breaches(self) -> Sequence[Breach]:
        """Rules that the orders break."""
        ...

    @property
    def lockouts(self) -> Sequence[Lockout]:
        """Identical groups that must not be bought for a while."""
        ...


Judge: TypeAlias = Callable[[Household, Policy, Sequence[Order], Sequence[Flow]], Verdict]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a stored run and the judge disagree; `breach` where the orders break a rule."""

    household_id: str
    what: str
    where: str
    stored: Any
    judged: Any

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return asdict(self)

    def __str__(self) -> str:
        """Say it in one line."""
        whose = f"{self.household_id}: " if self.household_id else ""
        place = f" ({self.where})" if self.where else ""
        found = ["nothing" if each is None else each for each in (self.stored, self.judged)]
        return f"{whose}{self.what}{place}: {found[0]} in the run, {found[1]}"


def audit(
    book: Answerable,
    expected_ids: Sequence[str],
    run: StoredRun,
    judge: Judge,
    on_policy: Callable[[Policy], Policy] = lambda policy: policy,
) -> Iterator[tuple[str, list[Difference]]]:
    """Yield each household of the run with its differences, then what belongs to none.

    `expected_ids` are the households that the run must have answered, each once.
    """
    expected = set(expected_ids)
    for stored in run.plans:
        name = stored.household_id
        if name not in expected:
            yield name, [Difference(name, "unknown_household", "", "a plan", "not asked for")]
            continue
        yield name, list(_differences(book, stored, judge, on_policy))
    for name in sorted(expected - {stored.household_id for stored in run.plans}):
        yield name, [Difference(name, "missing_plan", "", "nothing", "every household has a plan")]
    strays = [
        Difference("", "stray_lot", str(row["order_id"]), row["lot_id"], "no such order")
        for row in run.stray_lots
    ]
    if strays:
        yield "", strays


def _differences(
    book: Answerable, stored: StoredPlan, judge: Judge, on_policy: Callable[[Policy], Policy]
) -> Iterator[Difference]:
    name = stored.household_id
    if len(stored.plans) != 1:
        yield Difference(name, "plans", "", len(stored.plans), "exactly one plan a household")
        return
    plan = stored.plans[0]
    faults = book.faults_of(name)
    if (plan["status"] == Status.INVALID) != bool(faults):
        yield Difference(name, "status", "", plan["status"], f"{len(faults)} faults in the book")
    for damage in stored.damage:
        yield Difference(name, "damaged_row", "", damage, "rows that can be read")
    if stored.damage:
        return
    if plan["orders"] != len(stored.orders):
        yield Difference(name, "orders", "", plan["orders"], len(stored.orders))
    if plan["status"] not in REPLAYED:
        if stored.orders:
            yield Difference(name, "orders", "", len(stored.orders), f"none when {plan['status']}")
        if plan["status"] == Status.REFUSED and not stored.breaches:
            yield Difference(name, "breaches", "", 0, "a refused plan names what it breaks")
        return
    if faults:
        return
    household = book.household(name)
    yield from _order_differences(household, stored)
    policy = on_policy(book.policy(household.policy_id))
    try:
        verdict = judge(household, policy, stored.orders, stored.flows)
    except Exception as error:  # orders so broken that they cannot be replayed are a finding
        yield Difference(name, "replay", "", "orders", f"{type(error).__name__}: {error}")
        return
    for breach in verdict.breaches:
        yield Difference(name, f"breach {breach.rule}", breach.where, "kept", breach.amount)
    yield from _figure_differences(name, plan, verdict.figures)
    yield from _lockout_differences(household, stored, verdict.lockouts)


def _order_differences(household: Household, stored: StoredPlan) -> Iterator[Difference]:
    name = household.household_id
    prices = dict(
        zip(household.market.securities.security_id, household.market.securities.price, strict=True)
        if stored.orders
        else ()
    )
    seen: set[str] = set()
    for row, order in zip(stored.order_rows, stored.orders, strict=True):
        derived = order_id(household.asof, order.account_id, order.security_id, order.side)
        if order.order_id != derived:
            yield Difference(name, "order_id", order.order_id, order.order_id, derived)
        if order.order_id in seen:
            yield Difference(name, "duplicate_order", order.order_id, "twice", "once")
        seen.add(order.order_id)
        price = prices.get(order.security_id)
        if price is None or not _close(float(order.price), float(price), 0.0):
            yield Difference(name, "price", order.order_id, float(order.price), price)
        if not _close(row["amount"], float(order.amount), float(CENT_USD)):
            yield Difference(name, "amount", order.order_id, row["amount"], float(order.amount))


def _figure_differences(name: str, plan: Row, figures: Figures) -> Iterator[Difference]:
    slack = {
        **dict.fromkeys(DOLLARS, float(CENT_USD)),
        **dict.fromkeys(FRACTIONS, WEIGHT),
        **dict.fromkeys(IN_BPS, BPS),
    }
    for figure, absolute in slack.items():
        judged = getattr(figures, figure)
        if not _close(plan[figure], judged, absolute):
            yield Difference(name, figure, "", plan[figure], judged)
    bound, gap, after = plan["bound_bps"], plan["gap_bps"], figures.objective_after_bps
    if (bound is None) != (gap is None):
        yield Difference(name, "gap_bps", "", gap, "bound and gap stand together")
    if bound is not None and gap is not None and after is not None:
        if not _close(gap, after - bound, BPS):
            yield Difference(name, "gap_bps", "", gap, after - bound)
        if gap < -BPS:
            yield Difference(name, "gap_bps", "", gap, "no plan is better than its bound")


def _lockout_differences(
    household: Household, stored: StoredPlan, judged: Sequence[Lockout]
) -> Iterator[Difference]:
    said = {(str(row["identical_group"]), _day(row["until"])) for row in stored.lockouts}
    found = {(lock.identical_group, lock.until) for lock in judged}
    for identical, until in sorted(said ^ found):
        sides = ("locked", "not locked") if (identical, until) in said else ("not locked", "locked")
        yield Difference(
            household.household_id, "lockout", f"{identical} until {until.isoformat()}", *sides
        )


def _close(stored: float | None, judged: float | None, absolute: float) -> bool:
    """Whether two figures agree: both undefined, or within absolute + relative tolerance."""
    absent = [v is None or not math.isfinite(v) for v in (stored, judged)]
    if stored is None or judged is None or any(absent):
        return all(absent)
    return abs(stored - judged) <= absolute + RELATIVE * max(abs(stored), abs(judged))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
