"""The household's own flow: paid from whichever accounts are best, or into taxable ones."""

from __future__ import annotations

from functools import partial

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Bounds, Kind, Part, Rows
from optimizer.program.meanings import to_the_cent
from optimizer.program.owners import flow_owner


def state(frame: Frame) -> Part:
    """Σ_a withdrawal_a = −net_flow and Σ_a contribution_a = net_flow, exactly."""
    accounts = frame.accounts
    every = np.arange(len(accounts.cash))
    none, ones = np.zeros(len(every)), np.ones(len(every))
    arriving = max(frame.net_flow, 0.0)
    amounts = np.array([max(-frame.net_flow, 0.0), arriving])
    supply = partial(Bounds, "flow_supply", kind=Kind.DEFINITION)
    return Part(
        "household_flow",
        bounds=(
            supply("withdrawal", none, accounts.most_withdrawn),
            supply("contribution", none, np.where(accounts.receives, arriving, 0.0)),
        ),
        rows=(
            Rows(
                "household_flow" if frame.net_flow else "flow_supply",
                ("withdrawal", "contribution"),
                (
                    ("withdrawal", 0 * every, every, ones),
                    ("contribution", 0 * every + 1, every, ones),
                ),
                amounts,
                amounts,
                to_the_cent(
                    frame,
                    Kind.SUPPLY if frame.net_flow else Kind.DEFINITION,
                    owner=flow_owner(frame),
                ),
            ),
        ),
    )
