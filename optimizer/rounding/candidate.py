"""From directions to verified orders, and back again while a limit is missed by rounding.

Share steps and exact taxes can overstep a budget that the program just kept. Then the program's
limit is tightened by what was overstepped, and tickets and shares are settled again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats, sum_by
from models.order import Flow, Order, Side
from models.plan import Breach, Clash
from optimizer.judge import verify as judge
from optimizer.judge.verify import Verdict
from optimizer.program.arrays import Arrays
from optimizer.rounding.dear_tickets import made_whole
from optimizer.rounding.flows import flows_of
from optimizer.rounding.ground import Ground, ground_of
from optimizer.rounding.handed_over import handed_over
from optimizer.rounding.local_model import local_model
from optimizer.rounding.minimum_trade import Supported, other_ways, supported, undemanding
from optimizer.rounding.orders import orders_of
from optimizer.rounding.share_steps import rounded
from optimizer.rounding.ticket_gains import LotPieces, lot_pieces, ticket_gains
from optimizer.rounding.ticket_price import with_orders_worth
from optimizer.rounding.ticket_pruning import fewer, harvests_not_worth, without_small
from optimizer.rounding.tickets import Tickets, tickets_of
from optimizer.search.disjunctions import side_branch
from optimizer.search.model import Incumbent, Model, Search
from optimizer.search.tax_regimes import TaxRegime
from optimizer.settings import DEAR, FEW_HALVES, MOST_REGIMES, TIGHTEN_MORE, TIGHTENINGS
from optimizer.solvers.solution import Solution


@dataclass(frozen=True, slots=True)
class Proof:
    """That there is no plan, and why: in words, and the rules that cannot be kept together."""

    reason: str
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """Neither a plan nor a proof that there is none, and what came nearest, in words."""

    reason: str = "no plan of legal tickets found, and no proof that there is none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Orders and flows, what the judge says of them, and the objective on the way there, bps.

    `told` is what a household is told with them, empty for nearly all.
    """

    orders: tuple[Order, ...]
    flows: tuple[Flow, ...]
    verdict: Verdict
    supported: Supported
    settled_objective: float
    supported_objective: float
    told: str = ""

    @property
    def kept(self) -> bool:
        """Whether the judge finds nothing broken."""
        return self.verdict.kept

    @property
    def objective(self) -> float:
        """The judge's objective, bps; infinite where there is none."""
        after = self.verdict.figures.objective_after_bps
        return np.inf if after is None else after

    @property
    def gated(self) -> float:
        """The objective and what the gate asks of every order, bps: what plans compare by."""
        value = self.verdict.figures.value_usd
        amounts = np.array([float(order.amount) for order in self.orders])
        usd = float(self.verdict.case.policy.gate.asked_usd(amounts, value).sum())
        return self.objective + (1e4 * usd / value if value > 0.0 else 0.0)

    def gap_by_cause(self, search: Search, after: float) -> dict[str, float]:
        """Split the gap: directions, other pieces of the netting, law, tickets, shares, in bps.

        The law's part is what the program under-states of it where the plan is. At the edge of
        te_max the way's own objectives are prices of tracking error, not of a plan.
        """
        least = search.bounds.least
        if search.model.frame.te_multiplier > DEAR:
            return {"te_max": after - least}
        settled = self.settled_objective - least
        netting = min(max(settled, 0.0), search.bounds.others(search.incumbent))
        law = _understated(search.model, self.supported.solution)
        return {
            "directions": settled - netting,
            "netting": netting,
            "law": law,
            "tickets": self.supported_objective - self.settled_objective,
            "shares": after - self.supported_objective - law,
        }


def candidate_of(
    model: Model, incumbent: Incumbent | None, regimes: Sequence[TaxRegime] = ()
) -> Candidate | None:
    """Make orders of the best directions; None if no legal tickets were found.

    Where a limit that was tightened ends a regime, as a budget of no gain does that of net gains,
    the same sides are settled in the best other one of `regimes` that is left.
    """
    if incumbent is None:
        return None
    best: Candidate | None = None
    trial, wished = model, incumbent.solution.objective
    for _ in range(TIGHTENINGS):
        if trial.taken_off:
            again = _resettled(trial, incumbent, regimes)
            if again is None:
                return best
            incumbent = again
        found = _once(trial, incumbent, wished, exact=False)
        if found is None or not found.kept:
            found = _nearer(trial, found, _once(trial, incumbent, wished, exact=True))
        if found is None:
            return best
        best = found
        tighter = tightened(trial, found)
        if tighter is None:
            return best
        trial = tighter
    return best


def _nearer(model: Model, one: Candidate | None, other: Candidate | None) -> Candidate | None:
    """Whichever keeps every rule, else what oversteps by less: a limit is lowered by no more."""
    if one is None or other is None:
        return one or other
    return one if not other.kept and _missed_usd(model, one) < _missed_usd(model, other) else other


def _missed_usd(model: Model, candidate: Candidate) -> float:
    """Most dollars by which rounding oversteps a limit; infinite where it breaks anything else."""
    if not overstepped(model, candidate):
        return np.inf
    missed = [0.0]
    for breach in candidate.verdict.breaches:
        for row in model.arrays.rules.get((breach.rule, breach.where), ()):
            meaning = model.arrays.meaning[row]
            missed.append(breach.amount * meaning.breach * meaning.usd)
    return max(missed)


def overstepped(model: Model, candidate: Candidate) -> bool:
    """Whether the plan breaks something, and nothing but limits that rounding can overstep."""
    breaches = candidate.verdict.breaches
    return bool(breaches) and all(can_overstep(model.arrays, breach) for breach in breaches)


def can_overstep(arrays: Arrays, breach: Breach) -> bool:
    """Whether share steps or the law's exact figures can overstep what a plan breaks."""
    rows = arrays.rules.get((breach.rule, breach.where), ())
    return any(arrays.meaning[row].overstepped for row in rows)


def lowered(
    arrays: Arrays, x: Floats, breaches: Sequence[Breach], more: float, spared: float = 0.0
) -> Floats:
    """Row limits lowered by `more` than what the judge saw overstepped, from where a point stands.

    A limit that the point did not even touch is first brought to it. What is missed by no more than
    a part of what the row lets pass may be `spared`: it is mended by not giving way.
    """
    rows, high = arrays.A @ x, arrays.row_high.copy()
    for breach in breaches:
        for row in arrays.rules.get((breach.rule, breach.where), ()):
            meaning = arrays.meaning[row]
            if meaning.overstepped:
                off = more * breach.amount * meaning.breach
                if off <= more * spared * float(np.max(meaning.lets_pass)):
                    off = 0.0
                high[row] = min(high[row], rows[row]) - off
    return high


def _resettled(model: Model, settled: Incumbent, regimes: Sequence[TaxRegime]) -> Incumbent | None:
    """The incumbent's sides inside tightened limits: in its regime, else in the best of others."""
    again = model.solve(settled.branch)
    if again.usable:
        return replace(settled, solution=again)
    found: Incumbent | None = None
    for regime in [each for each in regimes if each is not settled.regime][:MOST_REGIMES]:
        branch = side_branch(
            model.frame, regime, settled.disjunctions, settled.sides, careful=model.careful
        )
        again = model.solve(branch)
        if again.usable and (found is None or again.objective < found.solution.objective):
            found = replace(settled, solution=again, regime=regime, branch=branch)
    return found


def _once(model: Model, settled: Incumbent, wished: float, *, exact: bool) -> Candidate | None:
    found = _settled(model, settled)
    if found is None:
        return None
    best = in_shares(model, found, wished, exact=exact)
    other = handed_over(model, found)
    if other is found:
        return best
    return _better(best, in_shares(model, other, wished, exact=exact))


def _settled(model: Model, settled: Incumbent) -> Supported | None:
    """Tickets of legal size that are worth writing; None if none are found.

    Where some are so small that the gate asks more of them, they are also settled as if it were
    the minimum: what that closes or lifts is often worth less than the gate of all.
    """
    tickets = tickets_of(model.frame)
    found = supported(model, settled, tickets)
    if found is None:
        return None
    trials = [fewer(model, found)]
    trials += _harvested_otherwise(model, settled, found, trials[0])
    larger = without_small(model, found)
    if larger is not None and (other := supported(model, settled, larger)):
        trials.append(fewer(model, other, FEW_HALVES))
    return min(trials, key=lambda each: with_orders_worth(model.frame, each))


def _harvested_otherwise(
    model: Model, settled: Incumbent, found: Supported, best: Supported
) -> list[Supported]:
    """Better tickets, if any, with another side of a group whose harvest does not pay or was left.

    A small loss may be harvested only with recent shares of its group, and those only in a sale as
    large as the minimum, or in none: sides that were settled in real amounts do not know.
    """
    tickets, worth = found.tickets, with_orders_worth(model.frame, best)
    poor, ended = harvests_not_worth(model, found), found.settled.sides
    for turned in other_ways(model, settled, tickets, poor, ended):
        if turned.solution.objective < worth and (other := supported(model, turned, tickets)):
            other = fewer(model, other)
            if with_orders_worth(model.frame, other) < worth:
                return [other, *_harvested_otherwise(model, turned, other, other)]
    return []


def in_shares(
    model: Model, supported: Supported, settled: float, *, exact: bool = False
) -> Candidate | None:
    """Whole shares of settled tickets, and what the judge says of them; None if none are found.

    What harvests rest on where losses are priced is kept, or not: a share more or less of it is
    often worth more than the loss that it disallows.
    """
    supported = made_whole(model, supported) or supported
    found = _rounded(model, supported, settled, exact=exact)
    if (free := undemanding(supported)) is None:
        return found
    return _better(found, _rounded(model, free, settled, exact=exact))


def _better(one: Candidate | None, other: Candidate | None) -> Candidate | None:
    """The other way to a plan where it keeps every rule and is worth more; else the one, if any."""
    if one is None or other is None:
        return one or other
    return other if other.kept and not (one.kept and one.gated <= other.gated) else one


def _rounded(
    model: Model, supported: Supported, settled: float, *, exact: bool
) -> Candidate | None:
    flows = flows_of(model, supported.solution)
    ground, pieces = ground_under(model, supported, flows)
    final = rounded(ground, exact=exact) or rounded(ground.to_the_cent, exact=exact)
    if final is None:
        return None
    orders = orders_of(model, supported.tickets, final, pieces)
    return judged(model, supported, settled, orders, flows)


def ground_under(
    model: Model, supported: Supported, flows: tuple[Flow, ...], *, room_pays: bool = True
) -> tuple[Ground, LotPieces]:
    """What a local search around settled tickets stands on, and the order its sales take lots."""
    tickets = supported.tickets
    local = local_model(model, supported, room_pays=room_pays)
    pieces = lot_pieces(model, supported)
    gains = ticket_gains(model, tickets, pieces)
    return ground_of(model, supported, tickets, local, gains, cash_after(model, flows)), pieces


def cash_after(model: Model, flows: tuple[Flow, ...]) -> Floats:
    """Cash of each account before its tickets, flows included, percents."""
    cash = model.frame.accounts.cash.copy()
    place = {str(name): account for account, name in enumerate(model.frame.labels)}
    for flow in flows:
        cash[place[flow.account_id]] += float(flow.amount) / model.frame.percent_usd
    return cash


def amounts_of(model: Model, candidate: Candidate, tickets: Tickets) -> Floats:
    """Amounts of a plan's orders by ticket, percents."""
    securities = model.frame.household.market.securities
    account = {str(name): place for place, name in enumerate(model.frame.labels)}
    security = {str(name): place for place, name in enumerate(securities.security_id)}
    place = {
        (int(a), int(s), bool(sale)): ticket
        for ticket, (a, s, sale) in enumerate(
            zip(tickets.account, tickets.security, tickets.is_sale, strict=True)
        )
    }
    amounts = np.zeros(tickets.size)
    for order in candidate.orders:
        key = (account[order.account_id], security[order.security_id], order.side is Side.SELL)
        amounts[place[key]] = float(order.amount) / model.frame.percent_usd
    return amounts


def judged(
    model: Model,
    supported: Supported,
    settled: float,
    orders: tuple[Order, ...],
    flows: tuple[Flow, ...],
) -> Candidate:
    """Let the judge see orders and flows."""
    verdict = judge.judged(model.frame.bench, orders, flows)
    return Candidate(
        orders=orders,
        flows=flows,
        verdict=verdict,
        supported=supported,
        settled_objective=settled,
        supported_objective=supported.solution.objective,
    )


def _understated(model: Model, solution: Solution) -> float:
    """By how much the program is under the worth of taxes by the law's own function, bps.

    What is not convex in a case of the netting is priced by what is convex and just below it.
    """
    frame, arrays, x = model.frame, model.arrays, solution.x
    short, long = (x[arrays.columns[block]] for block in ("short_gain", "long_gain"))
    moved = x[arrays.columns["withdrawal"]] + x[arrays.columns["transfer"]]
    out = np.where(frame.accounts.deferred, moved + frame.accounts.outflow, 0.0)
    distribution = sum_by(frame.accounts.unit, out, len(frame.taxes))
    change = 0.0
    for unit, tax in enumerate(frame.taxes):
        run = frame.percent_usd * np.array([short[unit], long[unit], distribution[unit]])
        after = tax.value(tax.short + run[0], tax.long + run[1], run[2])
        change += after - tax.value(tax.short, tax.long, 0.0)
    stated = arrays.constants["realized_tax"] + float(arrays.costs["realized_tax"] @ x)
    return frame.policy.weights.tax * frame.bps_of_usd(change) - stated


def tightened(model: Model, last: Candidate) -> Model | None:
    """Lower the limits that were overstepped; None if no other limit could mend the plan."""
    breaches = last.verdict.breaches
    if not overstepped(model, last):
        return None
    high = lowered(model.arrays, last.supported.solution.x, breaches, TIGHTEN_MORE)
    taken_off = dict(model.taken_off)
    for breach in breaches:
        place = (breach.rule, breach.where)
        taken_off[place] = taken_off.get(place, 0.0) + TIGHTEN_MORE * breach.amount
    return replace(model, arrays=replace(model.arrays, row_high=high), taken_off=taken_off)
