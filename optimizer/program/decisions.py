"""The decisions of a household: the blocks that every term and rule speaks about.

sale          taxable lots and sheltered positions, what is sold
buy           pairs of account and security, what is bought
cash          of each account, after the run
withdrawal    from each account, its part of the household's own withdrawal
contribution  into each account, its part of the household's own contribution
transfer      out of each deferred account, required distributions moved as cash
receipt       into each taxable account, required distributions received
group_change  of each management group whose value flows decide, what they bring to it
"""

from __future__ import annotations

import numpy as np

from models.arrays import Floats, sum_by
from optimizer.inputs.frame import Frame
from optimizer.program.language import DEFINITION, Block, Part, Rows


def state(frame: Frame) -> Part:
    """Declare the decision blocks with the boxes that supply and cash put around them.

    What a judge lets pass of cash is inside its box: a proof trusts no box but of every legal plan.
    """
    accounts, sales, buys = frame.accounts, frame.sales, frame.buys
    none = np.zeros(len(accounts.cash))
    arriving = np.where(accounts.receives, max(frame.net_flow, 0.0), 0.0)
    received = np.where(accounts.taxable, _required_of_unit(frame)[accounts.unit], 0.0)
    most_cash = np.maximum(accounts.most_cash, accounts.floor)
    groups = frame.groups
    moving = groups.moving
    every = np.arange(len(moving))
    return Part(
        "decisions",
        blocks=(
            Block("sale", np.zeros(len(sales.value)), sales.value),
            Block("buy", np.zeros(len(buys.most)), buys.most),
            Block("cash", accounts.floor - frame.cent, most_cash + frame.cent),
            Block("withdrawal", none, accounts.most_withdrawn),
            Block("contribution", none, arriving),
            Block("transfer", none, accounts.required),
            Block("receipt", none, received),
            Block("group_change", groups.low[moving], groups.high[moving]),
        ),
        rows=(
            Rows(
                "group_change",
                tuple(frame.household.group_targets[group] for group in moving),
                (
                    ("group_change", every, every, np.ones(len(moving))),
                    *groups.entries(every, moving, -np.ones(len(moving))),
                ),
                np.zeros(len(moving)),
                np.zeros(len(moving)),
                DEFINITION,
            ),
        ),
    )


def _required_of_unit(frame: Frame) -> Floats:
    accounts = frame.accounts
    return sum_by(accounts.unit, accounts.required, len(frame.taxes))
