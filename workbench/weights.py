"""What a household holds before and after a plan, by account and by asset class.

Pure arithmetic over a household and orders: no solver, no law, no screen. "Before" has account
flows applied and the household-level flow still waiting as cash of its own (negative: to be
raised), in the groups where it is expected (`models.expected_flow`); "after" has orders, their
costs and all flows applied. So weights add up to one on both sides, and drift = weight − target is
read off directly. Triggers leave a household-level flow out, and so do `hearth drift` and Tonight:
their weight is `held`, which pages say beside the other where the two differ. Weights after tax
stand beside them: a tax-deferred dollar counts there as what the tax that it will pay leaves of it,
in a class and in the whole. Refused: weights over the value before a withdrawal alone, which never
add up to one after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.arrays import Bools, Floats, Ints, read_only
from models.expected_flow import expected_flow
from models.household import Household
from models.market import CASH, Target
from models.order import Flow, Order, Side
from models.policy import Policy


@dataclass(frozen=True, slots=True)
class Standing:
    """What a household holds at one moment, in dollars.

    Attributes
    ----------
    values
        Market value by account and security, shape `(n_accounts, n_securities)`, sparse.
    cash
        By account, shape `(n_accounts,)`.
    waiting
        Household-level flow not yet in any account (negative: to be raised).
    """

    values: sparse.csr_array
    cash: Floats
    waiting: float

    @property
    def account_values(self) -> Floats:
        """Securities plus cash by account, shape `(n_accounts,)`."""
        return np.asarray(self.values.sum(axis=1)).ravel() + self.cash

    @property
    def total(self) -> float:
        """Value of the household, flows included."""
        return float(self.account_values.sum()) + self.waiting


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One line of a target: weight before and after against it.

    `name` is an asset class or, for a target by securities, a security. `band` is None where
    there is none; `placement_before` and `placement_after` are the weights by account, each in
    the whole management group, shape `(n_accounts,)`. `net_before` and `net_after` are the
    weights after tax, `held` the weight before that triggers go by, no household-level flow in it.
    """

    target_id: str
    name: str
    target: float
    before: float
    after: float
    band: float | None
    net_before: float
    net_after: float
    held: float
    placement_before: tuple[float, ...]
    placement_after: tuple[float, ...]

    @property
    def drift_before(self) -> float:
        """Weight before minus target."""
        return self.before - self.target

    @property
    def drift_after(self) -> float:
        """Weight after minus target."""
        return self.after - self.target

    @property
    def outside(self) -> bool:
        """Whether the drift before the plan exceeds the band."""
        return self.band is not None and abs(self.drift_before) > self.band


def standing_before(household: Household) -> Standing:
    """Return holdings with account flows applied and nothing traded."""
    lots, securities = household.lots, household.market.securities
    shape = (len(household.accounts.account_id), len(securities.security_id))
    where = (lots.account, lots.security)
    values = sparse.coo_array((household.lot_value_usd, where), shape=shape).tocsr()
    return Standing(
        values, read_only(household.accounts.cash + household.accounts.net_flow), household.net_flow
    )


def standing_after(
    household: Household, policy: Policy, orders: Sequence[Order], flows: Sequence[Flow]
) -> Standing:
    """Return holdings after `orders` (their spread and commission paid) and `flows`.

    cash_a += flows_a + Σ sells·(1 − ϕ) − Σ buys·(1 + ϕ), with ϕ the half-spread plus commission
    as fractions. A household-level flow that `flows` do not place stays waiting.
    """
    before = standing_before(household)
    place = {str(name): i for i, name in enumerate(household.accounts.account_id)}
    market = household.market.securities
    wanted = {order.security_id for order in orders}
    column = {str(s): i for i, s in enumerate(market.security_id) if s in wanted}
    cash = before.cash.copy()
    rows, columns, changes = [], [], []
    for order in orders:
        account, security = place[order.account_id], column[order.security_id]
        amount = float(order.amount)
        signed = amount if order.side is Side.BUY else -amount
        rate = (market.half_spread_bps[security] + policy.trades.commission_bps) / 1e4
        cash[account] -= signed + rate * amount
        rows.append(account)
        columns.append(security)
        changes.append(signed)
    placed = 0.0
    for flow in flows:
        cash[place[flow.account_id]] += float(flow.amount)
        placed += float(flow.amount)
    traded = sparse.coo_array((changes, (rows, columns)), shape=before.values.shape).tocsr()
    return Standing((before.values + traded).tocsr(), read_only(cash), before.waiting - placed)


def group_targets(household: Household) -> dict[str, Bools]:
    """Return each management group's target with its accounts, the household's own first."""
    names = sorted(household.group_targets, key=lambda name: (name != household.target_id, name))
    return {name: np.asarray(household.account_target == name) for name in names}


def weight_rows(
    household: Household, before: Standing, after: Standing, counts: Floats | None = None
) -> tuple[WeightRow, ...]:
    """Return target, weight and drift, before and after, of every line of every group.

    `counts` is what a dollar of each account counts after tax, `(n_accounts,)`; None: one.

    Lines are the target's own, then classes that are held without being a target, then cash.
    Exposure is by look-through: a leveraged fund counts at its exposure, so weights of classes
    need not add up to one then.
    """
    rows: list[WeightRow] = []
    groups = group_targets(household)
    flow = expected_flow(household)
    whole = np.ones(len(flow))
    net = whole if counts is None else counts
    expected = {name: float(flow[members].sum()) for name, members in groups.items()}
    if not any(expected.values()):  # nobody may pay or take it: it stays with the household's own
        expected[next(iter(groups))] = household.net_flow
    for target_id, members in groups.items():
        target = household.market.targets[target_id]
        part = expected[target_id] / household.net_flow if household.net_flow else 0.0
        leaves = float((net * flow)[members].sum() / expected[target_id]) if part else 1.0
        gross, after_tax = (
            [
                _placements(household, target, members * each, side, each_part)
                for side in (before, after)
            ]
            for each, each_part in ((whole, part), (net, part * leaves))
        )
        now = _placements(household, target, members * whole, before, 0.0)
        rows += _group_rows(household, target, (*gross, now), after_tax)
    return tuple(rows)


def _group_rows(
    household: Household,
    target: Target,
    gross: Sequence[dict[str, Floats]],
    net: Sequence[dict[str, Floats]],
) -> list[WeightRow]:
    """Lines of one group: `gross` is before, after, and as held; `net` before and after tax."""
    lines = _target_lines(household, target)
    names = list(dict.fromkeys([*lines, *gross[0], *gross[1]]))
    names.sort(key=lambda name: (name not in lines, name == CASH))
    nothing = np.zeros(len(household.accounts.account_id) + 1)
    rows = []
    for name in names:
        before, after, held, net_before, net_after = (
            side.get(name, nothing) for side in (*gross, *net)
        )
        weight, band = lines.get(name, (0.0, None))
        rows.append(
            WeightRow(
                target_id=target.target_id,
                name=name,
                target=weight,
                before=float(before.sum()),
                after=float(after.sum()),
                band=band,
                net_before=float(net_before.sum()),
                net_after=float(net_after.sum()),
                held=float(held.sum()),
                placement_before=tuple(before[:-1].tolist()),
                placement_after=tuple(after[:-1].tolist()),
            )
        )
    return rows


def _target_lines(household: Household, target: Target) -> dict[str, tuple[float, float | None]]:
    """Return the lines of a target, name to (weight, band)."""
    lines: dict[str, tuple[float, float | None]] = {}
    for name, weight, band in zip(
        target.classes, target.class_weights, target.class_bands, strict=True
    ):
        lines[name] = (float(weight), None if np.isnan(band) else float(band))
    ids = household.market.securities.security_id
    for security, weight, band in zip(
        target.securities, target.security_weights, target.security_bands, strict=True
    ):
        lines[str(ids[security])] = (float(weight), None if np.isnan(band) else float(band))
    return lines


def _placements(
    household: Household, target: Target, counts: Floats, side: Standing, part: float
) -> dict[str, Floats]:
    """Return, per line name, weights in the group by account and, last, what is waiting.

    `counts` is what a dollar of each account counts, 0 outside the group; `part` of what is waiting
    counts. Securities that the target names stand for themselves; all others count by class.
    """
    waiting = side.waiting * part
    worth = float(counts @ side.account_values) + waiting
    scale = 1.0 / worth if worth > 0 else 0.0
    mask = counts * scale
    held = side.values.multiply(mask[:, None]).tocsc()
    named = {int(s) for s in target.securities}
    found: dict[str, Floats] = {}
    for security in sorted(named):
        found[str(household.market.securities.security_id[security])] = _column(held, security)
    risk = household.market.risk
    others = np.ones(held.shape[1])
    others[list(named)] = 0.0
    by_class = (held.multiply(others[None, :]) @ risk.class_weights).tocsc()
    for k, name in enumerate(risk.classes):
        weights = _column(by_class, k)
        if weights.any():
            found[name] = weights
    cash = np.append(side.cash * mask, waiting * scale)
    if cash.any() or CASH in found:
        found[CASH] = found.get(CASH, np.zeros_like(cash)) + cash
    return found


def _column(matrix: sparse.csc_array, index: int) -> Floats:
    """Return one column as a dense vector with a last place for what is waiting."""
    dense = np.zeros(matrix.shape[0] + 1)
    entries: Ints = np.arange(matrix.indptr[index], matrix.indptr[index + 1])
    dense[matrix.indices[entries]] = matrix.data[entries]
    return dense
