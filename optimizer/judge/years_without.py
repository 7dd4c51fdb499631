"""The year of a filing unit without one of the run's orders, exactly, for all of them.

What was carried in and what nothing costs is taxed once a unit; without an order only the year's
end is another. That holds where no wash sale is at stake (see `judge.left_out`).
"""

from __future__ import annotations

from dataclasses import replace

from models.ledger import LotSale, UnitRun
from models.ledger.exact import ZERO
from optimizer.judge.case import Case
from optimizer.judge.unit_year import UnitYear


def years_without(case: Case) -> dict[int, tuple[int, UnitYear]]:
    """Return unit and year without it, by place of each order that sells taxable lots."""
    sold: dict[str, list[LotSale]] = {}
    for sale in case.ledger.sales:
        sold.setdefault(sale.order_id, []).append(sale)
    found = {}
    for place, order in enumerate(case.ledger.orders):
        sales = sold.get(order.order.order_id)
        if sales:
            unit = sales[0].unit
            year = case.units[unit]
            found[place] = (unit, replace(year, run=_without(year.run, sales)))
    return found


def _without(run: UnitRun, sales: list[LotSale]) -> UnitRun:
    """The run of a filing unit without some of its sales."""
    short, long, positive = run.short, run.long, run.positive_short
    deferred, destroyed = run.deferred, run.destroyed
    for sale in sales:
        if sale.long:
            long -= sale.recognized
        else:
            short -= sale.recognized
            positive -= sale.gain if sale.gain_lot else ZERO
        deferred -= sale.deferred
        destroyed -= sale.destroyed
    return UnitRun(
        short, long, deferred, destroyed, positive, run.distribution, run.roth, run.penalty
    )
