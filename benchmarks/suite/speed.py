"""Time of whole households, in raw solves of their own relaxation, with the share of each stage.

    python -m benchmarks.speed --sizes etf,mixed,index [--households N] [--out FOLDER]

The unit is one raw PIQP solve (set-up and solve on prepared arrays) of the household's best netting
piece with its sides open: the floor below which nothing can go. Ratios are within one run and one
process, in processor time, so that a busy machine matters little.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.oracles import naive_cvxpy
from benchmarks.suite.command_line import add_common, finish
from benchmarks.suite.measure import Report, markdown_table
from benchmarks.suite.measure.alone import alone
from benchmarks.suite.measure.household_times import HouseholdTimes, gaps, stage_shares, summary
from benchmarks.suite.measure.stages import OTHER, StageClock
from benchmarks.suite.measure.sweep_times import SweepTimes, sweep_summary
from benchmarks.suite.spec import rows_of
from models.book import Book, read_book
from models.household import Household
from models.plan import Plan
from models.policy import BRANCHING, Policy
from optimizer.inputs.frame import frame
from optimizer.rebalance import rebalance
from optimizer.search.model import Search
from optimizer.search.te_limit import search_within_limits
from optimizer.solvers.adapters import solve_piqp
from optimizer.solvers.chain import door
from optimizer.solvers.presolve import Reduced, reduce
from optimizer.sweep import relaxed, sweep
from scenarios.synthetic import ASOF, generate_book

SIZES = ("etf", "mixed", "index")

HOUSEHOLDS = {"etf": 100, "mixed": 30, "index": 8}
"""How many of each size unless asked otherwise."""

STAGES = {
    "bands": ("optimizer.rebalance:inside_bands",),
    "frame": ("optimizer.rebalance:frame",),
    "state": ("optimizer.search.incumbent:program_of",),
    "compile": ("optimizer.search.incumbent:compile_arrays",),
    "roots": ("optimizer.search.te_limit:search",),
    "directions": ("optimizer.search.incumbent:_settled",),
    "certificate": ("optimizer.rebalance:certified",),
    "tickets": ("optimizer.rounding.candidate:supported",),
    "shares": ("optimizer.rounding.candidate:rounded",),
    "orders and reasons": (
        "optimizer.rounding.candidate:orders_of",
        "optimizer.explain.answer:with_reasons",
    ),
    "judge": ("optimizer.judge.verify:judged", "optimizer.explain.answer:judged"),
}
"""Stages and the functions they are, where they are called from; the rest is `other`."""

SWEPT = 12
"""Small households of which sweeps are measured."""

TAX_WEIGHTS = (0.2, 5.0, 50)
"""Least and greatest weight of taxes in a sweep, and points."""

SWEEPS = "Sweeps of 50 weights of taxes on one small household, medians:"

SOLVES = "answer_of"
"""Each call of it is one program handed to a solver."""

LIMITATIONS = (
    "synthetic households (scenarios.synthetic); real books have other lots and menus",
    "processor time of one process that is set up as a worker of a night: one thread, what was "
    "imported out of the collector's way; the least of repeats, since a busy machine only adds",
    "the raw solve has no assembly, is the best netting piece only, and is asked as households "
    "ask: what makes it cheaper makes the ratio to it no better",
    "one household in three is branched on unasked, for two to five times what the others cost: "
    "medians of few households turn on how many of them are",
    "the cvxpy program is an independent statement: one tax surrogate, no budgets and no wash "
    "windows; compilation included, OSQP and Clarabel at their default accuracy",
    "stage shares and solves are of one instrumented run with branching, a few percent slower",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A household of an open book of one size."""

    size: str
    book: Book
    household_id: str


@dataclass(frozen=True, slots=True)
class Speed:
    """Whole households of synthetic books of some sizes; `households` of each, None: by size.

    `certify` is the number of solves for the bound; every time is the least of `repeats`.
    """

    sizes: tuple[str, ...] = SIZES
    households: int | None = None
    seed: int = 1
    certify: int = BRANCHING
    repeats: int = 3

    name = "speed"
    row = HouseholdTimes

    @property
    def command(self) -> str:
        """The command line of these settings."""
        told = f"python -m benchmarks.speed --sizes {','.join(self.sizes)} --seed {self.seed}"
        if self.households is not None:
            told += f" --households {self.households}"
        return told + f" --certify {self.certify}"

    def cases(self) -> Iterator[tuple[str, Place]]:
        """Yield the households of each book, the first one solved once beforehand to warm up."""
        for size in self.sizes:
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder) / "book"
                generate_book(place, self.households or HOUSEHOLDS[size], size, self.seed)
                book = read_book(place, ASOF)
                ids = [str(name) for name in book.household_ids]
                warm = book.household(ids[0])
                rebalance(warm, book.policy(warm.policy_id), certify=self.certify)
                for solver in ("OSQP", "CLARABEL"):
                    naive_cvxpy.solve(warm, book.policy(warm.policy_id), solver)
                for household_id in ids:
                    yield f"{size}/{household_id}", Place(size, book, household_id)

    def methods(self) -> Mapping[str, Callable[[Place], HouseholdTimes]]:
        """Every time of a household."""
        return {"times": lambda at: _timed(at, certify=self.certify, repeats=self.repeats)}

    def told(self, rows: Sequence[HouseholdTimes], swept: Sequence[SweepTimes] = ()) -> Report:
        """What the times say."""
        return report(rows, self.command, swept)


def _timed(at: Place, *, certify: int, repeats: int) -> HouseholdTimes:
    book, household_id = at.book, at.household_id
    household = book.household(household_id)
    policy = book.policy(household.policy_id)

    def whole(solves: int) -> None:
        again = book.household(household_id)
        rebalance(again, book.policy(again.policy_id), certify=solves)

    prepared = root_program(household, policy)
    raw, full, certified = [], [], []
    for _ in range(repeats):
        if prepared is not None:
            raw.append(_least(lambda: solve_piqp(prepared), 3))
        full.append(_seconds(lambda: whole(0)))
        certified.append(_seconds(lambda: whole(certify)))
    clock = StageClock()
    with clock.watching(STAGES, counted=(f"optimizer.solvers.chain:{SOLVES}",)):
        plan = clock.run(OTHER, lambda: rebalance(household, policy, certify=certify))
    plain = rebalance(household, policy, certify=0)
    return HouseholdTimes(
        size=at.size,
        household_id=household_id,
        policy_id=policy.policy_id,
        status=plan.status.value,
        lots=len(household.lots.lot_id),
        raw_ms=1e3 * min(raw) if raw else np.nan,
        whole_ms=1e3 * min(full),
        certified_ms=1e3 * min(certified),
        cvxpy_ms=1e3 * _least(lambda: naive_cvxpy.solve(household, policy), repeats),
        clarabel_ms=1e3 * _least(lambda: naive_cvxpy.solve(household, policy, "CLARABEL"), repeats),
        solves=clock.calls.get(SOLVES, 0),
        root_gap_bps=_gap(plain),
        gap_bps=_gap(plan),
        stages={name: 1e3 * seconds for name, seconds in clock.seconds.items()},
    )


def sweeps(*, seed: int, count: int) -> list[SweepTimes]:
    """Measure sweeps of small households over the weight of taxes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "book"
        generate_book(place, count, "etf", seed)
        book = read_book(place, ASOF)
        ids = [str(name) for name in book.household_ids]
        return [_swept(book.household(name), book) for name in (ids[0], *ids)][1:]


def _swept(household: Household, book: Book) -> SweepTimes:
    policy = book.policy(household.policy_id)
    settings = [replace(policy.weights, tax=float(tax)) for tax in np.geomspace(*TAX_WEIGHTS)]
    prepared = root_program(household, policy)
    raw = [] if prepared is None else [_seconds(lambda: solve_piqp(prepared)) for _ in range(9)]
    whole = [_seconds(lambda: rebalance(household, policy)) for _ in range(3)]
    return SweepTimes(
        household_id=household.household_id,
        points=len(settings),
        raw_ms=1e3 * median(raw) if raw else np.nan,
        whole_ms=1e3 * median(whole),
        relaxed_ms=1e3 * _seconds(lambda: relaxed(household, policy, settings)),
        plans_ms=1e3 * _seconds(lambda: list(sweep(household, policy, settings))),
    )


def _gap(plan: Plan) -> float:
    return np.nan if plan.certificate is None else plan.certificate.gap_bps


def root_program(household: Household, policy: Policy) -> Reduced | None:
    """The prepared arrays of the best netting piece, sides open; None if presolve refuses it."""
    search: Search = search_within_limits(frame(household, policy), door("piqp"))
    regime = min(search.bounds.roots, key=lambda pair: pair[1].objective)[0]
    arrays = search.model.arrays
    return reduce(arrays, arrays.branched(regime.branch))


def _seconds(call: Callable[[], object]) -> float:
    begun = time.process_time()
    call()
    return time.process_time() - begun


def _least(call: Callable[[], object], repeats: int) -> float:
    return min(_seconds(call) for _ in range(repeats))


def report(
    timed: Sequence[HouseholdTimes], command: str, swept: Sequence[SweepTimes] = ()
) -> Report:
    """Tables of all sizes, and of sweeps if there are any."""
    by_size = [[one for one in timed if one.size == size] for size in SIZES]
    measured = [group for group in by_size if group]
    body = [
        "Whole household: from the columnar book to the verified plan with its root bound.",
        "",
        *markdown_table([summary(group) for group in measured]),
        "",
        "Certified gap, bps, over `planned` and solved `no_action` on the standard policy:",
        "",
        *markdown_table([gaps(group) for group in measured]),
        "",
        "Share of each stage, percent:",
        "",
        *markdown_table([stage_shares(group, (*STAGES, OTHER)) for group in measured]),
    ]
    if swept:
        body += ["", SWEEPS, "", *markdown_table([sweep_summary(swept)])]
    rows = [one.row() for one in timed]
    return Report("Speed of whole households", command, LIMITATIONS, body, rows)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    usual = Speed()
    parser.add_argument("--sizes", default=",".join(usual.sizes))
    parser.add_argument("--households", type=int, help="of each size (default: by size)")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--certify", type=int, default=usual.certify, help="solves for the bound")
    parser.add_argument("--repeats", type=int, default=usual.repeats)
    add_common(parser)
    given = parser.parse_args()
    sizes = tuple(given.sizes.split(","))
    spec = Speed(sizes, given.households, given.seed, given.certify, given.repeats)
    timed = alone(rows_of, spec, given.rows)
    swept = alone(sweeps, seed=given.seed, count=SWEPT) if "etf" in given.sizes else ()
    finish(spec.told(timed, swept), spec.name, given.out)
