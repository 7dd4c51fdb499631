"""What tickets do to risk, and to the cash of their accounts: the same wherever a plan stands.

Risk is curved through factors shared by all tickets and through each group's own risk. Working it
out at every solution was refused: a tenth of a household of hundreds of securities went there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.arrays import Bools, Floats, Ints
from optimizer.inputs.frame import Frame
from optimizer.settings import LEAST_USD


@dataclass(frozen=True)
class TicketRisk:
    """½‖loadings'δ‖² + ½Σ_g (Σ own·δ in g)², δ in percents by ticket.

    Attributes
    ----------
    loadings
        Factor risk of a percent, `(n_tickets, k)`.
    own, identical_group
        Specific risk of a percent, signed, and the identical group it falls into.
    cash
        Cash that a percent brings into the ticket's account.
    """

    loadings: Floats
    own: Floats
    identical_group: Ints
    cash: Floats

    @cached_property
    def curvature(self) -> Floats:
        """Second derivative of each ticket alone, bps per percent²."""
        return np.asarray(np.einsum("ij,ij->i", self.loadings, self.loadings) + self.own**2)

    def mixed(self, first: Ints, second: Ints) -> Floats:
        """Mixed second derivative of pairs of tickets, bps per percent²."""
        factors = np.einsum("ij,ij->i", self.loadings[first], self.loadings[second])
        same = self.identical_group[first] == self.identical_group[second]
        return np.asarray(factors + np.where(same, self.own[first] * self.own[second], 0.0))

    def responses(self, moves: Floats) -> Floats:
        """How the gradient moves when all tickets move together."""
        totals = np.bincount(self.identical_group, self.own * moves, self._identicals)
        return np.asarray(
            self.loadings @ (self.loadings.T @ moves) + self.own * totals[self.identical_group]
        )

    @cached_property
    def _identicals(self) -> int:
        return int(self.identical_group.max(initial=-1)) + 1


def ticket_risk(
    frame: Frame, account: Ints, security: Ints, is_sale: Bools, cell: Ints
) -> TicketRisk:
    """Risk of tickets: account, security, side and risk cell of each, `(n_tickets,)`."""
    cells, size, groups = frame.cells, len(account), len(frame.household.group_targets)
    sign = np.where(is_sale, -1.0, 1.0)
    owner = frame.accounts.group[account]
    weight = 100.0 * frame.risk_price
    divisor = frame.groups.divisor
    counts = divisor * frame.percent_usd >= LEAST_USD
    per_group = np.where(counts, weight / np.where(counts, divisor, 1.0), 0.0)[owner]
    scale = frame.accounts.scale[account]
    cost = frame.cost[security]
    cash = np.where(is_sale, 1.0 - cost, -(1.0 + cost))
    exposure = cells.loadings[cell] * (sign * scale)[:, None]
    exposure = exposure + np.outer(scale * cash, cells.cash_loading)
    block = np.zeros((size, groups, len(cells.factors)))
    block[np.arange(size), owner] = (exposure @ frame.risk_root) * np.sqrt(per_group)[:, None]
    n_identicals = len(frame.household.market.securities.identical_names)
    _, identical = np.unique(
        owner * n_identicals + cells.identical_group[cell], return_inverse=True
    )
    return TicketRisk(
        loadings=block.reshape(size, groups * len(cells.factors)),
        own=sign * scale * np.sqrt(per_group * cells.specific[cell]),
        identical_group=identical,
        cash=cash,
    )
