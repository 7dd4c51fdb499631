"""The judge as the hunt asks it: a point in, its objective and its breaches out, each asked once.

It also keeps the best legal plan of all that were ever asked about, so that no find is lost
whatever the search was looking for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.hunt.plans.point import Point, orders_of, point_of
from models.household import Household
from models.ledger import exact, reserve
from models.ledger.exact import ZERO
from models.plan import Figures
from models.policy import Policy
from models.triggers import held_back
from optimizer.judge.bench import Bench
from optimizer.judge.verify import judged as judged_on


@dataclass(frozen=True, slots=True)
class Judged:
    """A plan and what the judge says of it.

    `bps` is J, `usd` the same in dollars, also where rules are broken. `spare` is the cash of each
    account over its floor and what open orders reserve, dollars.
    """

    point: Point
    usd: float
    bps: float
    broken: frozenset[str]
    spare: tuple[Decimal, ...]
    figures: Figures

    @property
    def kept(self) -> bool:
        """Every rule is kept."""
        return not self.broken


@dataclass(slots=True)
class Court:
    """The judge of one household.

    `spent` counts plans judged; `best` is the best legal one that the policy's gate lets leave,
    None before there is any, and `found_by` who proposed it; `by` is who proposes now. A bound owes
    nothing to gates: `lowest_bps` is the least J of every legal plan.
    """

    household: Household
    policy: Policy
    spent: int = 0
    best: Judged | None = None
    lowest_bps: float = math.inf
    by: str = ""
    found_by: str = ""
    _known: dict[object, Judged] = field(default_factory=dict)
    _measured: dict[object, float] = field(default_factory=dict)
    _set_aside: tuple[Decimal, ...] = ()
    _bench: Bench = field(init=False)

    def __post_init__(self) -> None:
        """Work out what the judge knows before it sees an order, and what cash is spoken for."""
        self._bench = Bench(self.household, self.policy)
        reserved = reserve(self.household, self.policy).cash
        floors = self.household.accounts.cash_floor.tolist()
        aside = (exact(floor) + reserved.get(a, ZERO) for a, floor in enumerate(floors))
        self._set_aside = tuple(aside)

    def judge(self, point: Point) -> Judged:
        """Judge a point, or recall what was said of it."""
        key = point.key
        if key in self._known:
            return self._known[key]
        self.spent += 1
        verdict = judged_on(self._bench, *orders_of(self.household, point))
        figures = verdict.figures
        bps = figures.objective_after_bps
        judged = Judged(
            point=point,
            usd=verdict.objective_usd,
            bps=math.inf if bps is None else bps,
            broken=frozenset(breach.rule for breach in verdict.breaches),
            spare=tuple(c - a for c, a in zip(verdict.ledger.cash, self._set_aside, strict=True)),
            figures=figures,
        )
        self._known[key] = judged
        if judged.kept:
            self.lowest_bps = min(self.lowest_bps, judged.bps)
        if judged.kept and (self.best is None or judged.bps < self.best.bps) and self.pays(judged):
            self.best, self.found_by = judged, self.by
        return judged

    def measure(self, point: Point) -> float:
        """Measure J alone, dollars: the judge's figure, whatever rules the point breaks."""
        key = point.key
        if key in self._known:
            return self._known[key].usd
        if key not in self._measured:
            self.spent += 1
            verdict = judged_on(self._bench, *orders_of(self.household, point), rules=())
            self._measured[key] = verdict.objective_usd
        return self._measured[key]

    def barred(self, point: Point, rules: frozenset[str]) -> frozenset[str]:
        """Order ids of a point that break some rules, each order by itself."""
        self.spent += 1
        verdict = judged_on(self._bench, *orders_of(self.household, point))
        return frozenset(each.where for each in verdict.breaches if each.rule in rules)

    def pays(self, judged: Judged) -> bool:
        """Whether the policy's gate lets a plan leave; doing nothing always may."""
        return not judged.point.tickets or held_back(self.policy.gate, judged.figures) is None

    def idle(self) -> Judged:
        """Judge doing nothing."""
        return self.judge(point_of(self.household, (), ()))
