"""A term of an analyst's own, written in cvxpy, as cuts in a program.

    term → cvxpy: a convex scalar? value and slope at points → own ≥ every cut, at the price of 1

A cut is below the term everywhere, because the term is convex; so a bound of a program with cuts is
one of the objective and the term together, and everybody who reads the program (presolve, bound,
rounding) reads the cuts like any other row. Refused: an algebra of our own for what cvxpy says
already, and a solution whose bound only cvxpy's solver vouches for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import cvxpy as cp
import numpy as np
from scipy import sparse

from models.arrays import Floats
from models.errors import OwnTermError
from models.order import Order, Side
from optimizer.inputs.frame import Frame
from optimizer.program.compile_cvxpy import compile_cvxpy
from optimizer.program.language import (
    DEFINITION,
    Block,
    Branch,
    Entry,
    Linear,
    Part,
    Program,
    Rows,
    assemble,
)

BLOCKS: Final = ("sale", "buy")
"""Blocks of the program that a term may speak of."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a term may speak of: dollars over the household's value, as cvxpy expressions."""

    frame: Frame
    variables: Mapping[str, Any]

    def weight(self, security_id: str) -> Any:
        """What is held of a security after the trades."""
        of = self.frame.household
        held = of.lot_value_usd[of.lots.security == self._place(security_id)].sum()
        before = float(held) / self.frame.percent_usd / 100.0
        return before + self.bought(security_id) - self.sold(security_id)

    def bought(self, security_id: str) -> Any:
        """What is bought of a security."""
        return self._traded("buy", self.frame.buys.security, security_id)

    def sold(self, security_id: str) -> Any:
        """What is sold of a security."""
        return self._traded("sale", self.frame.sales.security, security_id)

    def _traded(self, block: str, securities: Any, security_id: str) -> Any:
        columns = np.flatnonzero(securities == self._place(security_id))
        return cp.sum(self.variables[block][columns]) / 100.0 if len(columns) else cp.Constant(0.0)

    def _place(self, security_id: str) -> int:
        names = self.frame.household.market.securities.security_id
        found = np.flatnonzero(names == security_id)
        if not len(found):
            raise OwnTermError(f"no security {security_id!r} in the book")
        return int(found[0])


Term: TypeAlias = Callable[[Held], Any]
"""From what is held to a convex scalar in bps of the household's value."""


class OwnTerm:
    """A term on variables of its own: its value, and the cuts that have been made of it."""

    def __init__(self, whole: Frame, term: Term) -> None:
        self.frame, self.term = whole, term
        sizes = len(whole.sales.value), len(whole.buys.security)
        self.variables = {
            name: cp.Variable(size) if size else None
            for name, size in zip(BLOCKS, sizes, strict=True)
        }
        self.expression = self.stated(self.variables)
        if not (self.expression.is_scalar() and self.expression.is_convex()):
            raise OwnTermError(
                f"{self.expression} is no convex scalar by cvxpy's rules; sum what is a vector, "
                "and keep squares, norms and maxima of weights"
            )
        self.best: dict[str, Floats] = {}
        self.cuts: list[tuple[float, dict[str, Floats]]] = []

    def stated(self, variables: Mapping[str, Any]) -> Any:
        """The term over variables."""
        return cp.Constant(0.0) + self.term(Held(self.frame, variables))

    def at(self, point: Mapping[str, Floats]) -> float:
        """The term at a point, bps."""
        for name, variable in self.variables.items():
            if variable is not None:
                variable.value = point[name]
        return float(self.expression.value)

    def cut(self, point: Mapping[str, Floats]) -> None:
        """Add value + slope'(x − point): below the term everywhere, because it is convex."""
        value, slopes = self.at(point), self.expression.grad
        slope = {name: np.zeros(len(point[name])) for name in BLOCKS}
        for name, variable in self.variables.items():
            given = slopes.get(variable)
            if given is not None:
                slope[name] += sparse.csc_matrix(given).toarray().ravel()
        self.cuts.append((value - sum(float(slope[n] @ point[n]) for n in BLOCKS), slope))

    def cut_towards(self, point: Mapping[str, Floats]) -> None:
        """Add a cut at a point, and one half way to where cvxpy last found both least.

        Where the objective is flat, cuts at the ends of a line alone come to its middle slowly.
        """
        self.cut(point)
        self.cut({name: (point[name] + self.best[name]) / 2.0 for name in BLOCKS})

    def cut_where_best(self, program: Program, branch: Branch) -> None:
        """Add a cut where cvxpy finds objective and term least, in one branch."""
        compiled = compile_cvxpy(program, branch)
        both = compiled.problem.objective.expr + self.stated(compiled.variables)
        problem = cp.Problem(cp.Minimize(both), compiled.problem.constraints)
        problem.solve(solver=cp.CLARABEL)
        if problem.status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
            raise OwnTermError(
                f"with the term the program is {problem.status}: bound it from below"
            )
        found = {name: compiled.variables[name] for name in BLOCKS}
        self.best = {n: np.zeros(0) if v is None else np.asarray(v.value) for n, v in found.items()}
        self.cut(self.best)

    def beside(self, program: Program) -> Program:
        """Return the program with the term: own ≥ every cut, at the price of 1."""
        return assemble((*program.parts, self._part(program)))

    def missed(self, program: Program, x: Floats) -> tuple[float, dict[str, Floats]]:
        """By how many bps the cuts are below the term at a point, and the point by block."""
        point = {name: x[program.layout[name]] for name in BLOCKS}
        return self.at(point) - float(x[program.layout["own"]][0]), point

    def of_orders(self, orders: Sequence[Order]) -> float:
        """The term where orders lead, bps."""
        return self.at(self._point(orders))

    def _part(self, program: Program) -> Part:
        of, percent_usd = self.frame.household, self.frame.percent_usd
        box = {block.name: (block.low, block.high) for block in program.blocks}
        low, high, steepest = np.inf, -np.inf, 0.0
        rows = np.arange(len(self.cuts))
        entries: list[Entry] = [("own", rows, np.zeros_like(rows), np.ones(len(rows)))]
        for row, (constant, slope) in enumerate(self.cuts):
            least = most = constant
            for name in BLOCKS:
                ends = slope[name] * box[name][0], slope[name] * box[name][1]
                least += float(np.minimum(*ends).sum())
                most += float(np.maximum(*ends).sum())
                columns = np.flatnonzero(slope[name])
                entries.append((name, np.full(len(columns), row), columns, -slope[name][columns]))
                steepest = max(steepest, float(np.abs(slope[name]).max(initial=0.0)))
            low, high = min(low, least), max(high, most)
        return Part(
            "own_term",
            blocks=(Block("own", np.array([low]), np.array([high])),),
            rows=(
                Rows(
                    "own_term",
                    tuple(f"cut {row}" for row in range(len(self.cuts))),
                    tuple(entries),
                    np.array([constant for constant, _ in self.cuts]),
                    np.full(len(self.cuts), np.inf),
                    DEFINITION,
                ),
            ),
            linear=(Linear("own", np.ones(1)),),
            left_out=steepest * float(of.lot_value_usd[self.frame.left_out].sum()) / percent_usd,
        )

    def _point(self, orders: Sequence[Order]) -> dict[str, Floats]:
        """Orders as amounts by column, percents."""
        of, sales, buys = self.frame.household, self.frame.sales, self.frame.buys
        accounts = {str(name): a for a, name in enumerate(of.accounts.account_id)}
        securities = {str(name): s for s, name in enumerate(of.market.securities.security_id)}
        lots = {str(name): k for k, name in enumerate(of.lots.lot_id)}
        sold, bought = np.zeros(len(sales.value)), np.zeros(len(buys.security))
        for order in orders:
            account, security = accounts[order.account_id], securities[order.security_id]
            price = float(order.price) / self.frame.percent_usd
            if order.side is Side.BUY:
                where = (buys.account == account) & (buys.security == security)
                bought[np.flatnonzero(where)[0]] += float(order.shares) * price
                continue
            for lot, shares in [(t.lot_id, t.shares) for t in order.lots] or [("", order.shares)]:
                where = (sales.account == account) & (sales.security == security)
                where &= sales.lot == lots.get(lot, -1)
                sold[np.flatnonzero(where)[0]] += float(shares) * price
        return {"sale": sold, "buy": bought}


def own_term(whole: Frame, term: Term) -> OwnTerm:
    """Return a term over a frame, without cuts.

    Raises
    ------
    OwnTermError
        When it is not a convex scalar, or speaks of a security that is not there.
    """
    return OwnTerm(whole, term)
