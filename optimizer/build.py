"""The whole program of a household: decisions, rules, terms, in that order."""

from __future__ import annotations

from optimizer import decisions
from optimizer.frame import Frame
from optimizer.program import Program, assemble
from optimizer.rules import RULES
from optimizer.terms import TERMS


def program_of(frame: Frame) -> Program:
    """State every part over a frame."""
    states = (decisions.state, *RULES, *TERMS)
    return assemble(tuple(state(frame) for state in states))
