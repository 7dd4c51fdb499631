"""The program's language: a handful of primitives in which every term and rule is stated once.

A part (term or rule) states its algebra over named blocks of variables; two small compilers carry
the same statement to arrays and to cvxpy. An algebra of its own beyond these primitives was
refused: what cannot be said with them does not belong into a convex program.

minimise  constant + Σ linear + Σ ½ x'Qx + Σ weight·max_i(slope_i·z + intercept_i)
subject to  rows between bounds, convex rows below a bound, variables between bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from models.arrays import Floats, Ints

Entry: TypeAlias = tuple[str, Ints, Ints, Floats]
"""Block, row indexes, column indexes within the block, values: a sparse matrix by triplets."""


class Kind(StrEnum):
    """What a row or a bound is to a household."""

    DEFINITION = "definition"
    """Says what variables mean: nobody could relax it."""

    SUPPLY = "supply"
    """Says what there is and what flows: it has no price, but a conflict may name it."""

    RULE = "rule"
    """Somebody's wish or the law's: it has a price, and a conflict asks by how much it would give.
    """


class Owner(StrEnum):
    """Whose a rule is: who would have to be asked if it is to give way."""

    REQUEST = "request"
    POLICY = "policy"
    BOOK = "book"
    LAW = "law"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a row is, for everybody who reads it without having stated it.

    Attributes
    ----------
    kind
        Definition, supply or rule.
    usd
        Dollars of one row unit.
    breach
        Row units of one of the judge's breach amounts.
    lets_pass
        Row units by which a legal plan may be outside: what the judge accepts (a cent, a share
        step), and what lots left out of the program can move. Every bound and every proof owes it.
    overstepped
        Whether share steps or the law's exact figures can overstep it though the program keeps it.
    by_tickets
        Whether it has one coefficient a ticket: rounding then follows it exactly.
    stands_for
        The rule in whose name it holds plans but no proof; empty for all others.
    owner
        Whose rule it is.
    """

    kind: Kind
    usd: float = 1.0
    breach: float = 1.0
    lets_pass: float | Floats = 0.0
    overstepped: bool = False
    by_tickets: bool = False
    stands_for: str = ""
    owner: Owner = Owner.POLICY


DEFINITION = Meaning(Kind.DEFINITION)


@dataclass(frozen=True, slots=True)
class Block:
    """A named vector of variables.

    `low` and `high` bound it in every legal plan by what other rows already say: they are not given
    to a solver, but a proof needs every variable in a box.
    """

    name: str
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Bounds:
    """low ≤ x[block] ≤ high, given to the solver, in the name of a rule.

    `lets_pass` are units by which a legal plan may be below `low`, of all columns or of each.
    """

    rule: str
    block: str
    low: Floats | None = None
    high: Floats | None = None
    kind: Kind = Kind.RULE
    lets_pass: float | Floats = 0.0
    owner: Owner = Owner.POLICY

    @property
    def says_something(self) -> bool:
        """Whether any column is bounded: a rule is stated also where it names nobody."""
        given = [each for each in (self.low, self.high) if each is not None]
        return any(bool(np.isfinite(each).any()) for each in given)


@dataclass(frozen=True, slots=True)
class Rows:
    """low ≤ Σ entries ≤ high, one row per element of `where`."""

    rule: str
    where: tuple[str, ...]
    entries: tuple[Entry, ...]
    low: Floats
    high: Floats
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Linear:
    """coefficients'x[block], in bps."""

    block: str
    coefficients: Floats


@dataclass(frozen=True, slots=True)
class Quadratic:
    """½ x'Qx over a block, in bps; `matrix` is a diagonal `(n,)` or positive semidefinite `(n, n)`.

    `columns` are the places in the block that the matrix is about.
    """

    block: str
    columns: Ints
    matrix: Floats

    def doubled(self, x: Floats) -> float:
        """X'Qx at what its columns are."""
        own = self.matrix
        return float(own @ x**2 if own.ndim == 1 else x @ own @ x)


@dataclass(frozen=True, slots=True)
class PieceCases:
    """Which case of a filing unit's netting each affine piece of a maximum holds in.

    `name` is the rule under which a branch opens and closes the pieces.
    """

    name: str
    unit: int
    of_piece: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Maximum:
    """weight · max_i(slopes_i·z + intercepts_i), z = Σ coefficient·x[block][column], in bps.

    With `cases` only the pieces of the case at hand count: a function that is convex case by case.
    """

    weight: float
    slopes: Floats
    intercepts: Floats
    argument: tuple[tuple[str, int, float], ...]
    cases: PieceCases | None = None

    @property
    def is_affine(self) -> bool:
        """Whether all pieces are the same."""
        same = np.ptp(self.slopes) == 0.0 and np.ptp(self.intercepts) == 0.0
        return bool(same)


@dataclass(frozen=True, slots=True)
class ConvexRow:
    """Σ maxima + Σ coefficient·x[block][column] ≤ high: a convex function kept below a limit."""

    rule: str
    where: str
    maxima: tuple[Maximum, ...]
    linear: tuple[tuple[str, int, float], ...]
    high: float
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Part:
    """What one term or rule states.

    `weight` names the policy's weight that a term is multiplied by, all of it (see `Weights`).
    `left_out` are basis points by which lots that have no column could lower a term beyond what
    its rows let pass: a bound owes them.
    """

    name: str
    weight: str = ""
    blocks: tuple[Block, ...] = ()
    bounds: tuple[Bounds, ...] = ()
    rows: tuple[Rows, ...] = ()
    convex_rows: tuple[ConvexRow, ...] = ()
    linear: tuple[Linear, ...] = ()
    quadratic: tuple[Quadratic, ...] = ()
    maxima: tuple[Maximum, ...] = ()
    constant: float = 0.0
    left_out: float = 0.0


@dataclass(frozen=True, slots=True)
class Program:
    """All parts together; `layout` says where each block stands in the vector of variables."""

    parts: tuple[Part, ...]
    layout: Mapping[str, slice]
    size: int

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block, in the order of the layout."""
        return tuple(block for part in self.parts for block in part.blocks)

    @property
    def quadratics(self) -> tuple[Quadratic, ...]:
        """Every quadratic: the curved cost is ½ Σ x'Qx."""
        return tuple(square for part in self.parts for square in part.quadratic)

    @property
    def constant(self) -> float:
        """What the objective is before any variable counts, bps."""
        return sum(part.constant for part in self.parts)


@dataclass(frozen=True, slots=True)
class Branch:
    """Bounds that stand in for the program's own while one non-convex choice is settled.

    `bounds` replaces a block's bounds (intersected with the rules'), `rows` a named rule's. Rows
    that stand for a rule hold in the branch of a `plan` alone: a proof may not rely on them.
    """

    bounds: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    rows: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)
    plan: bool = False


def assemble(parts: tuple[Part, ...]) -> Program:
    """Lay the blocks of all parts one after the other.

    Raises
    ------
    ValueError
        When two parts claim a block of the same name.
    """
    layout: dict[str, slice] = {}
    size = 0
    for part in parts:
        for block in part.blocks:
            if block.name in layout:
                raise ValueError(f"part {part.name!r} declares block {block.name!r} again")
            layout[block.name] = slice(size, size + len(block.low))
            size += len(block.low)
    return Program(parts, layout, size)
