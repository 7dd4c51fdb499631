"""Shadow prices: what one dollar of a rule is worth, and when a multiplier is not believed.

Where a limit leaves nothing open beside it, as what must leave an account and may not exceed what
must, or a sale whose gain has nowhere to go, its multiplier is not unique: a solver may answer
anything from the price to infinity. Such answers are large. So a large multiplier is asked again:
the rule gives way a little, and the program is solved with it. Asking that of every rule was
refused: in an ordinary household there are dozens, and their multipliers are right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.inputs.frame import BPS_PER_PERCENT
from optimizer.program.arrays import Arrays
from optimizer.rounding.candidate import Candidate
from optimizer.search.model import Model
from optimizer.settings import DOUBTED, GIVEN, MOST_ASKED
from optimizer.solvers.chain import Door


@dataclass(frozen=True, slots=True)
class Held:
    """A rule that binds somewhere, its price by the multipliers, and the rows or column it holds.

    `column` is −1 where no single column is held.
    """

    rule: str
    where: str
    price: float
    rows: tuple[int, ...] = ()
    column: int = -1

    @property
    def doubted(self) -> bool:
        """Whether the price is large, and can be asked again."""
        return self.price > DOUBTED and bool(self.rows or self.column >= 0)

    def giving_way(self, arrays: Arrays, percent_usd: float) -> Arrays:
        """The program with `GIVEN` more room in the rule."""
        row_low, row_high = arrays.row_low.copy(), arrays.row_high.copy()
        low, high = arrays.low.copy(), arrays.high.copy()
        for row in self.rows:
            way = GIVEN * percent_usd / arrays.meaning[row].usd
            row_low[row] -= way
            row_high[row] += way
        if self.column >= 0:
            high[self.column] += GIVEN
            if low[self.column] > 0.0:
                low[self.column] -= GIVEN
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
    for place in doubted[:MOST_ASKED]:
        given = held[place].giving_way(arrays, model.frame.percent_usd)
        then = door.solve(model.program, given, branch)
        if now.usable and then.usable:
            gained = max(now.objective - then.objective, 0.0)
            prices[place] = gained / (GIVEN * BPS_PER_PERCENT)
    return prices
