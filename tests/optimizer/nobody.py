"""A rule and a term of nobody: what the optimizer must take without ever having heard of it."""

from __future__ import annotations

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.build import program_of
from optimizer.program.compile_arrays import compile_arrays
from optimizer.program.language import Kind, Maximum, Meaning, Part, Program, Rows, assemble
from optimizer.search.incumbent import search
from optimizer.search.model import Search
from optimizer.solvers.chain import door

RULE = "nobody"


def maximum_of_nobody(program: Program, seed: int) -> Part:
    """A term: a convex, piecewise linear price on every account's cash and on income."""
    rng = np.random.default_rng(seed)
    cash = program.layout["cash"]
    argument = [("cash", place, 1.0) for place in range(cash.stop - cash.start)]
    slopes = np.sort(rng.uniform(-40.0, 60.0, 4))
    first = Maximum(1.0, slopes, rng.uniform(-900.0, -600.0, 4), tuple(argument))
    income = Maximum(0.7, slopes, rng.uniform(-900.0, -600.0, 4), (("in_income", 0, 1.0),))
    plain = Maximum(1.0, np.full(2, 3.0), np.full(2, 7.0), tuple(argument[:1]))
    return Part("dummy", maxima=(first, income, plain))


def rule_of_nobody(on: Frame, weights: np.ndarray, room_usd: float) -> Part:
    """A rule: Σ weight of the security · (sales + buys) ≤ room, one coefficient a ticket."""
    sales, buys = on.sales, on.buys
    first, second = np.arange(len(sales.value)), np.arange(len(buys.most))
    row = Rows(
        RULE,
        ("everywhere",),
        (
            ("sale", 0 * first, first, weights[sales.security]),
            ("buy", 0 * second, second, weights[buys.security]),
        ),
        np.array([-np.inf]),
        np.array([room_usd / on.percent_usd]),
        Meaning(
            Kind.RULE,
            usd=on.percent_usd,
            breach=1.0 / on.percent_usd,
            overstepped=True,
            by_tickets=True,
        ),
    )
    return Part(RULE, rows=(row,))


def searched(on: Frame, *parts: Part) -> Search:
    """Search the household's program with more parts in it."""
    program = assemble((*program_of(on).parts, *parts))
    return search(on, door("piqp"), stated=(program, compile_arrays(program)))
