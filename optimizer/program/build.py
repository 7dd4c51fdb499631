"""The whole program of a household: decisions, rules, terms, in that order."""

from __future__ import annotations

from optimizer.inputs.frame import Frame
from optimizer.program import decisions
from optimizer.program.language import Program, assemble
from optimizer.program.rules import RULES
from optimizer.program.terms import TERMS


def program_of(frame: Frame) -> Program:
    """State every part over a frame."""
    states = (decisions.state, *RULES, *TERMS)
    return assemble(tuple(state(frame) for state in states))
