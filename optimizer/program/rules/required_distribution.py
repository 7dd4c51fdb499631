"""Required minimum distributions: what must leave a deferred account leaves it.

What the account's own outflow and its part of the household's withdrawal do not cover moves as
cash into a taxable account of the same filing unit (26 U.S.C. 401(a)(9)).
"""

from __future__ import annotations

from functools import partial

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Kind, Owner, Part, Rows
from optimizer.program.meanings import to_the_cent


def state(frame: Frame) -> Part:
    """withdrawal_a + transfer_a ≥ required_a; per unit, Σ receipts = Σ transfers."""
    accounts = frame.accounts
    every = np.arange(len(accounts.cash))
    none, ones = np.zeros(len(every)), np.ones(len(every))
    received = partial(Bounds, "distribution_received", kind=Kind.DEFINITION)
    due = np.flatnonzero(accounts.required > 0.0)
    if not len(due):
        return Part(
            "required_distribution",
            bounds=(received("transfer", none, none), received("receipt", none, none)),
        )
    names = tuple(str(frame.labels[account]) for account in due)
    rows = np.arange(len(due))
    balanced = np.zeros(len(frame.taxes))
    return Part(
        "required_distribution",
        bounds=(
            received("transfer", none, accounts.required),
            received("receipt", none, np.where(accounts.taxable, np.inf, 0.0)),
        ),
        rows=(
            Rows(
                "required_distribution",
                names,
                (
                    ("withdrawal", rows, due, np.ones(len(due))),
                    ("transfer", rows, due, np.ones(len(due))),
                ),
                accounts.required[due],
                np.full(len(due), np.inf),
                to_the_cent(frame, owner=Owner.LAW),
            ),
            Rows(
                "distribution_received",
                tuple(str(name) for name in frame.household.units.filing_unit_id),
                (
                    ("receipt", accounts.unit, every, ones),
                    ("transfer", accounts.unit, every, -ones),
                ),
                balanced,
                balanced,
                to_the_cent(frame, Kind.DEFINITION),
            ),
        ),
    )
