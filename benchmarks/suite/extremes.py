"""Random households under extreme policies: each answered, rightly, in bounded time.

    python -m benchmarks.extremes [--seeds FIRST LAST] [--out FOLDER]

Each seed is a household of `scenarios.extreme`: weights from nothing to ten thousand, lots of a
hundred-millionth of a share, a hundred dollars or a billion, limits within a millionth of what is
possible at all. Every plan is judged anew, and so is its bound. Refused: leaving out what is hard;
a household without an answer is listed with its seed, so that anybody can draw it again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.suite.command_line import add_common, finish
from benchmarks.suite.measure import Report, markdown_table
from benchmarks.suite.measure.alone import alone
from benchmarks.suite.measure.report import Row
from benchmarks.suite.spec import rows_of
from models.household import Household
from models.plan import Plan, Status
from models.policy import Policy
from models.tolerances import BPS
from optimizer.judge.verify import verify
from optimizer.rebalance import rebalance
from scenarios.extreme import extreme, plain_book

SLOWEST = 50.0
"""Times the median of its size that no household should take."""

FOUR_FUNDS, ETF = "four funds", "etf"

CRASH = "crash"
"""The status of a household whose answer was an exception."""

LIMITATIONS = (
    "synthetic households: four funds and a few lots, or those of `scenarios.synthetic` with a "
    "taxable account, a traditional IRA and a Roth IRA; policies are drawn, not met in practice",
    "a limit at its edge is put there by the program's own bound, so that a better bound moves it",
    "processor time of one process with one thread, drawing and judging anew not counted; on a "
    "busy machine the slowest may be slower",
    "that nothing is wrong with a plan is said by the project's own judge",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one seed: `seconds` of processor time, `wrong` what must never be."""

    seed: int
    size: str
    status: str
    seconds: float
    solver: str
    reason: str
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Extremes:
    """The households of seeds `first` to `last` − 1."""

    first: int = 0
    last: int = 1_000

    name = "extremes"
    row = Answered

    @property
    def command(self) -> str:
        """The command line of these settings."""
        return f"python -m benchmarks.extremes --seeds {self.first} {self.last}"

    def cases(self) -> Iterator[tuple[str, tuple[int, Sequence[Household]]]]:
        """Yield the seeds with the books that households are drawn from; the first one warms up."""
        with tempfile.TemporaryDirectory() as folder:
            books = plain_book(Path(folder) / "book")
        rebalance(*extreme(0, books))
        for seed in range(self.first, self.last):
            yield str(seed), (seed, books)

    def methods(self) -> Mapping[str, Callable[[tuple[int, Sequence[Household]]], Answered]]:
        """The plan, judged anew."""
        return {"Hearth": lambda case: answered(*case)}

    def told(self, rows: Sequence[Answered]) -> Report:
        """What the answers say."""
        return report(rows, self.command)


def answered(seed: int, books: Sequence[Household]) -> Answered:
    """Draw a household, plan it, and judge the plan and its bound anew."""
    household, policy = extreme(seed, books)
    size = FOUR_FUNDS if len(household.market.securities.price) == 4 else ETF
    begun = time.process_time()
    try:
        plan = rebalance(household, policy)
    except Exception as error:  # a crash is what is looked for: it is told, with its seed
        spent = time.process_time() - begun
        told = f"{type(error).__name__}: {error}"
        return Answered(seed, size, CRASH, spent, "", told, CRASH)
    spent = time.process_time() - begun
    wrong = wrong_with(household, policy, plan)
    return Answered(seed, size, plan.status.value, spent, plan.solver, plan.reason, wrong)


def wrong_with(household: Household, policy: Policy, plan: Plan) -> str:
    """What must never be: refused, a breach, a bound above what its plan reaches; else empty."""
    if plan.status is Status.REFUSED:
        return "refused"
    if plan.status not in (Status.PLANNED, Status.NO_ACTION):
        if "exceeds the objective" in plan.reason:
            return "false bound"
        return "orders without a plan" if plan.orders else "" if plan.reason else "no reason given"
    verdict = verify(household, policy, plan.orders, plan.flows)
    if not verdict.kept:
        return f"breaks {verdict.breaches[0].rule}"
    after, certificate = verdict.figures.objective_after_bps, plan.certificate
    if certificate is not None and after is not None and certificate.bound_bps > after + BPS:
        return "false bound"
    return ""


def report(found: Sequence[Answered], command: str) -> Report:
    """Statuses, what went wrong, times by size, who answered, and every household left open."""
    sizes = [size for size in (FOUR_FUNDS, ETF) if any(one.size == size for one in found)]
    return Report(
        title="Extreme households",
        command=command,
        limitations=LIMITATIONS,
        body=[
            "Answers, by size of household:",
            "",
            *markdown_table(list(_statuses(found, sizes))),
            "",
            "What must never be (a refused plan, a crash, a plan that breaks a rule, a bound above "
            "what its own plan reaches):",
            "",
            *_list([one for one in found if one.wrong], lambda one: one.wrong),
            "",
            f"Processor time; nobody should take more than {SLOWEST:.0f} medians of their size:",
            "",
            *markdown_table([_times([one for one in found if one.size == size]) for size in sizes]),
            "",
            "Who answered: households in which a solver answered at least once. PIQP is asked "
            "first, Clarabel when PIQP does not solve or to prove that nothing is feasible; "
            "`presolve` needs no solver:",
            "",
            *markdown_table(_solvers(found)),
            "",
            "Left open (no plan found, and no proof that there is none):",
            "",
            *_list([one for one in found if one.status == Status.FAILED], lambda one: one.reason),
        ],
        rows=[asdict(one) for one in found],
    )


def _statuses(found: Sequence[Answered], sizes: Sequence[str]) -> Iterator[Row]:
    counts = Counter((one.status, one.size) for one in found)
    for status in dict.fromkeys((*(status.value for status in Status), CRASH)):
        if any(counts[status, size] for size in sizes) or status in ("failed", "refused", CRASH):
            yield {"status": status, **{size: counts[status, size] for size in sizes}}


def _times(found: Sequence[Answered]) -> Row:
    seconds = np.array([one.seconds for one in found])
    slowest = found[int(np.argmax(seconds))]
    median = float(np.median(seconds))
    return {
        "size": found[0].size,
        "households": len(found),
        "median ms": 1e3 * median,
        "99% ms": 1e3 * float(np.quantile(seconds, 0.99)),
        "slowest ms": 1e3 * slowest.seconds,
        "slowest in medians": slowest.seconds / median,
        f"over {SLOWEST:.0f} medians": int((seconds > SLOWEST * median).sum()),
        "slowest seed": slowest.seed,
    }


def _solvers(found: Sequence[Answered]) -> list[Row]:
    counts = Counter(name for one in found for name in one.solver.split("+") if name)
    return [{"solver": name, "households": count} for name, count in counts.most_common()]


def _list(found: Sequence[Answered], why: Callable[[Answered], str]) -> list[str]:
    """One line a household, or that there is none."""
    rows = [{"seed": one.seed, "size": one.size, "why": why(one)} for one in found]
    return markdown_table(rows) if rows else ["none"]


def main() -> None:
    """Read the arguments, answer, write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extremes", description=__doc__)
    usual = Extremes()
    parser.add_argument(
        "--seeds",
        nargs=2,
        type=int,
        metavar=("FIRST", "LAST"),
        default=(usual.first, usual.last),
        help=f"seeds FIRST to LAST - 1 ({usual.first} {usual.last})",
    )
    add_common(parser)
    given = parser.parse_args()
    spec = Extremes(*given.seeds)
    if spec.last <= spec.first:
        parser.error("LAST must be greater than FIRST")
    finish(spec.told(alone(rows_of, spec, given.rows)), spec.name, given.out)
