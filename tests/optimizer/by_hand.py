"""One term or rule over a small household, addressed by labels: what cases worked by hand need.

Households here are worth $100,000 unless said otherwise, so that a unit is $1,000 and 1 bp $10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.arrays import Floats
from models.household import Household
from models.policy import Policy
from optimizer.inputs.frame import Frame, frame
from optimizer.inputs.tax_range import Netting
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Branch, Part, Program
from optimizer.search.tax_regimes import tax_regimes
from optimizer.solvers.chain import door
from optimizer.solvers.solution import SolveStatus
from tests.optimizer.statements import alone, broken_by, value_of

Label = str | tuple[str, str]
"""A lot, an account or a unit by its id; a position by account and security."""

Places = Mapping[Any, float]
"""Amounts by label."""

BY_UNIT = ("short_gain", "long_gain", "in_income", "carried", "as_ordinary")


@dataclass(frozen=True, slots=True)
class Stated:
    """A part of the program of a household."""

    frame: Frame
    program: Program
    part: Part

    def point(self, **given: Places) -> dict[str, Floats]:
        """Return the point of all zeros with labelled places set, in percents."""
        point = {block.name: np.zeros(len(block.low)) for block in self.program.blocks}
        for block, places in given.items():
            for label, amount in places.items():
                point[block][self.place(block, label)] = amount
        return point

    def place(self, block: str, label: Label) -> int:
        """Return where a label stands in a block."""
        return self._labels(block).index(label)

    def bps(self, **given: Places) -> float:
        """Return what the part adds to the objective at a point, bps."""
        return value_of(self.part, self.point(**given))

    def broken(self, **given: Places) -> list[tuple[str, float]]:
        """Return the rules broken at a point, and by how many units (or bps)."""
        found = broken_by(self.part, self.point(**given))
        return [(violation.rule, round(violation.amount, 9)) for violation in found]

    def _labels(self, block: str) -> list[Label]:
        of, sales, buys = self.frame.household, self.frame.sales, self.frame.buys
        accounts = of.accounts.account_id.tolist()
        names = of.market.securities.security_id.tolist()
        if block == "sale":
            return [
                str(of.lots.lot_id[lot]) if lot >= 0 else (accounts[account], names[security])
                for lot, account, security in zip(
                    sales.lot, sales.account, sales.security, strict=True
                )
            ]
        if block == "buy":
            pairs = zip(buys.account, buys.security, strict=True)
            return [(accounts[account], names[security]) for account, security in pairs]
        if block in BY_UNIT:
            return list(of.units.filing_unit_id)
        return list(accounts)


def stated(part: str, of: Household, policy: Policy | None = None) -> Stated:
    """Return one part of the program, by the name of its file."""
    framed = frame(of, policy or Policy())
    program = program_of(framed)
    return Stated(framed, program, next(each for each in program.parts if each.name == part))


def taxed(
    of: Household, sold: Mapping[str, float], policy: Policy | None = None, **given: float
) -> dict[Netting, float]:
    """Return the realized-tax term by netting case in dollars when lots are sold by fractions.

    `given` withdraws dollars by account. Cases that the sales do not fall into are left out; of
    the parts that a case is cut into the cheapest counts.
    """
    term = stated("realized_tax", of, policy)
    framed, usd = term.frame, term.frame.percent_usd
    program = alone(term.program, term.part)
    fixed = {name: np.zeros(len(framed.labels)) for name in ("withdrawal", "transfer")}
    for account, dollars in given.items():
        fixed["withdrawal"][term.place("withdrawal", account)] = dollars / usd
    fixed["sale"] = framed.sales.value.copy()
    for lot in of.lots.lot_id:
        fixed["sale"][term.place("sale", str(lot))] *= sold.get(str(lot), 0.0)
    found: dict[Netting, float] = {}
    arrays = compile_arrays(program)
    for regime in tax_regimes(program, framed.ranges):
        bounds = {**regime.branch.bounds, **{name: (x, x) for name, x in fixed.items()}}
        solution = door("clarabel").solve(program, arrays, Branch(bounds, regime.branch.rows))
        if solution.status is SolveStatus.SOLVED:
            dollars = round(solution.objective * usd / 100.0, 2)
            (piece,) = regime.nettings
            found[piece] = min(dollars, found.get(piece, dollars))
    return found
