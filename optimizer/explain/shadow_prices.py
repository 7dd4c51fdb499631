"""Shadow prices: what one dollar of a rule is worth, and when a multiplier is not believed.

Where a limit leaves nothing open beside it, as what must leave an account and may not exceed what
must, or a sale whose gain has nowhere to go, its multiplier is not unique: a solver may answer
anything from the price to infinity. Such answers are large, but for a gain of somebody who may sell
nothing else: then they may be anything. So a large multiplier, and that of such a sale, is asked
again: the rule gives way a little, and the program is solved with it. What is little to a household
may be much to a rule whose dollars are dear, as a limit on costs: its worth falls over the first
cents. Then it is asked once more, with so much less as a dollar is dearer. Asking that of every
rule was refused: in an ordinary household there are dozens, and their multipliers are right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.inputs.frame import BPS_PER_PERCENT
from optimizer.program.arrays import Arrays
from optimizer.rounding.candidate import Candidate
from optimizer.search.model import Model
from optimizer.settings import AGREED, DOUBTED, GIVEN, MOST_ASKED
from optimizer.solvers.chain import Door


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that binds somewhere, its price by the multipliers, and the rows or column it holds.

    `column` is −1 where no single column is held. `nowhere` says that it is a sale of a filing unit
    that may sell nothing taxed at all: its gain has nowhere to go, and its price may be anything.
    """

    rule: str
    where: str
    price: float
    rows: tuple[int, ...] = ()
    column: int = -1
    nowhere: bool = False

    @property
    def doubted(self) -> bool:
        """Whether the price is large, or may be anything, and can be asked again."""
        return (self.price > DOUBTED or self.nowhere) and bool(self.rows or self.column >= 0)

    def giving_way(self, arrays: Arrays, percent_usd: float, given: float) -> Arrays:
        """The program with `given` more room in the rule, percents."""
        row_low, row_high = arrays.row_low.copy(), arrays.row_high.copy()
        low, high = arrays.low.copy(), arrays.high.copy()
        for row in self.rows:
            way = given * percent_usd / arrays.meaning[row].usd
            row_low[row] -= way
            row_high[row] += way
        if self.column >= 0:
            high[self.column] += given
            if low[self.column] > 0.0:
                low[self.column] -= given
        return replace(arrays, row_low=row_low, row_high=row_high, low=low, high=high)


def believed(model: Model, candidate: Candidate, held: list[Held]) -> list[float]:
    """Prices of rules, dollars of objective per dollar; doubted ones asked in the plan's branch."""
    prices = [0.0 if each.doubted else each.price for each in held]
    doubted = sorted(
        (place for place, each in enumerate(held) if each.doubted),
        key=lambda place: (-held[place].price, held[place].rule, held[place].where),
    )
    if not doubted:
        return prices
    arrays, branch, door = model.arrays, candidate.supported.settled.branch, Door()
    now = door.solve(model.program, arrays, branch)

    def asked(rule: Held, given: float) -> float:
        wider = rule.giving_way(arrays, model.frame.percent_usd, given)
        then = door.solve(model.program, wider, branch)
        gained = now.objective - then.objective if now.usable and then.usable else 0.0
        return max(gained, 0.0) / (given * BPS_PER_PERCENT)

    for place in doubted[:MOST_ASKED]:
        rule = held[place]
        price = asked(rule, GIVEN)
        if DOUBTED < price < AGREED * rule.price:
            price = max(price, asked(rule, GIVEN * DOUBTED / price))
        prices[place] = price
    return prices
