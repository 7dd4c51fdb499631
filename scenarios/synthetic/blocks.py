"""One block of households as the rows of a book's tables.

A block depends on the seed, the kind and its own number, and on nothing else: the hundredth
household is the same in a book of a hundred and of a million, whatever was drawn before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scenarios.book_files import typed_table
from scenarios.synthetic import wishes
from scenarios.synthetic.history import History, Sales, draw_history
from scenarios.synthetic.holdings import Lots, draw_lots, join, position_values
from scenarios.synthetic.market import Floats, Ints, Market, Texts
from scenarios.synthetic.people import STATUSES, People, draw_people
from scenarios.synthetic.purchases import Planned

ORIGINS = np.array(["purchase", "gift", "inheritance"], dtype=object)


def block_tables(market: Market, kind: str, seed: int, number: int) -> dict[str, pa.Table]:
    """Return the household tables of block `number`."""
    rng = np.random.default_rng([seed, _code(kind), 1, number])
    people = draw_people(rng, market, market.block)
    values = [position_values(rng, market, people, s) for s in range(len(market.slots))]
    old = [draw_lots(rng, market, people, s, values[s]) for s in range(len(market.slots))]
    history = draw_history(rng, market, people, values)
    lots = join([*old, *history.purchases])
    order = np.lexsort((lots.day, lots.security, lots.slot, lots.household))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    bought = place[sum(len(part) for part in old) :]
    lots = lots.take(order)
    sales = history.sales
    names = Names(market, kind, number, people, lots)
    units = wishes.unit_columns(rng, market, people, lots, sales)
    tables = {
        "households": _households(rng, market, people, names),
        "filing_units": _units(people, names, units),
        "accounts": _accounts(rng, market, people, names, history),
        "lots": _lots(market, lots, names),
        "trades": _trades(market, lots, bought, sales, names),
        "scheduled_buys": _scheduled(market, history.planned, names),
        "restrictions": _restrictions(rng, market, people, values[0], names),
        "open_orders": _open_orders(rng, market, people, lots, values[0], names),
    }
    return tables


def _code(kind: str) -> int:
    return int.from_bytes(kind.encode(), "big") % 2**31


class Names:
    """Ids of the block's households, accounts and lots, and of the market's securities."""

    def __init__(self, market: Market, kind: str, number: int, people: People, lots: Lots) -> None:
        n, slots = people.count, len(market.slots)
        self.household = np.array([f"{kind}-{number * n + i:07d}" for i in range(n)], dtype=object)
        self.account = np.array(
            [[f"{name}-a{s + 1}" for s in range(slots)] for name in self.household], dtype=object
        )
        self.second_unit = (people.owner == 1) & (people.second_status >= 0)[:, None]
        self.security = market.security_id
        starts = np.searchsorted(lots.household, np.arange(n))
        within = np.arange(len(lots)) - starts[lots.household] + 1
        self.lot = joined(self.household[lots.household], "-l", within)

    def unit(self, household: Ints, second: Ints) -> Texts:
        """Return filing unit ids."""
        return np.array(
            [f"{self.household[h]}-u{s + 1}" for h, s in zip(household, second, strict=True)],
            dtype=object,
        )


def joined(prefix: Texts, mark: str, number: Ints) -> pa.Array:
    """Return ``prefix + mark + number`` of each row as an Arrow array."""
    text = pc.cast(pa.array(number), pa.string())
    return pc.binary_join_element_wise(pa.array(prefix, pa.string()), text, mark)


def _households(rng: np.random.Generator, market: Market, people: People, names: Names) -> pa.Table:
    policy = np.array(wishes.POLICIES, dtype=object)[wishes.draw_policies(rng, people)]
    flow = np.where(people.household_flow == 0, np.nan, people.household_flow)
    columns = {
        "household_id": names.household,
        "target_id": market.target_id[people.target],
        "policy_id": policy,
        "net_flow": flow,
    }
    return typed_table("households", columns, people.count)


def _units(people: People, names: Names, facts: Mapping[str, Floats]) -> pa.Table:
    exists = np.column_stack([np.ones(people.count, dtype=bool), people.second_status >= 0])
    household, second = np.nonzero(exists)
    status = np.column_stack([people.status, people.second_status])[household, second]
    income = np.column_stack([people.income, people.second_income])[household, second]
    columns: dict[str, Iterable[object]] = {
        "filing_unit_id": names.unit(household, second),
        "household_id": names.household[household],
        "filing_status": np.array(STATUSES, dtype=object)[status],
        "ordinary_income": income,
        "state_rate": people.state_rate[household],
    }
    columns.update({name: values[household, second] for name, values in facts.items()})
    return typed_table("filing_units", columns, len(household))


def _accounts(
    rng: np.random.Generator, market: Market, people: People, names: Names, history: History
) -> pa.Table:
    n, slots = people.value.shape
    chosen = [
        [market.slots[s].choices[people.account_type[h, s]] for s in range(slots)] for h in range(n)
    ]
    types = [[choice[0] for choice in row] for row in chosen]
    facts = wishes.account_columns(rng, market, people, types)
    household = np.repeat(np.arange(n), slots)
    taxable = np.array([slot.taxable for slot in market.slots])
    reinvests = history.reinvests[:, None] & taxable
    columns = {
        "account_id": names.account.ravel(),
        "household_id": names.household[household],
        "filing_unit_id": names.unit(household, names.second_unit.ravel().astype(np.int64)),
        "owner": np.array(["first", "second"], dtype=object)[people.owner.ravel()],
        "account_type": np.array(types, dtype=object).ravel(),
        "cash": people.cash.ravel(),
        "cash_floor": people.cash_floor.ravel(),
        "net_flow": people.net_flow.ravel(),
        "menu_id": [choice[2] for row in chosen for choice in row],
        "reinvests": reinvests.ravel(),
        **{name: values.ravel() for name, values in facts.items()},
    }
    return typed_table("accounts", columns, n * slots)


def _lots(market: Market, lots: Lots, names: Names) -> pa.Table:
    acquired = np.where(lots.day >= 0, market.days[lots.day], np.datetime64("NaT", "D"))
    columns = {
        "lot_id": names.lot,
        "account_id": names.account[lots.household, lots.slot],
        "security_id": names.security[lots.security],
        "shares": lots.shares,
        "basis": lots.basis,
        "acquired": acquired,
        "origin": ORIGINS[lots.origin],
    }
    return typed_table("lots", columns, len(lots))


def _trades(market: Market, lots: Lots, bought: Ints, sales: Sales, names: Names) -> pa.Table:
    buys = lots.take(bought)
    household = np.concatenate([buys.household, sales.household])
    slot = np.concatenate([buys.slot, sales.slot])
    closed = joined(names.household[sales.household], "-c", np.arange(len(sales.day)) + 1)
    day = np.concatenate([buys.day, sales.day])
    order = np.lexsort((np.arange(len(day)), day, slot, household))
    lot = pa.concat_arrays([names.lot.take(pa.array(bought)), closed])
    starts = np.searchsorted(household[order], np.arange(len(names.household)))
    within = np.arange(len(order)) - starts[household[order]] + 1
    none = np.full(len(buys), np.nan)
    columns = {
        "trade_id": joined(names.household[household[order]], "-t", within),
        "account_id": names.account[household, slot][order],
        "security_id": names.security[np.concatenate([buys.security, sales.security])][order],
        "trade_date": market.days[day][order],
        "side": np.array(["buy"] * len(buys) + ["sell"] * len(sales.day), dtype=object)[order],
        "shares": np.concatenate([buys.shares, sales.shares])[order],
        "amount": np.concatenate([buys.basis, sales.proceeds])[order],
        "realized_gain": np.concatenate([none, sales.gain])[order],
        "lot_id": lot.take(pa.array(order)),
    }
    return typed_table("trades", columns, len(order))


def _scheduled(market: Market, planned: Planned, names: Names) -> pa.Table:
    columns = {
        "account_id": names.account[planned.household, planned.slot],
        "security_id": names.security[planned.security],
        "date": np.busday_offset(market.days[-1], planned.ahead),
    }
    return typed_table("scheduled_buys", columns, len(planned.household))


def _restrictions(
    rng: np.random.Generator, market: Market, people: People, value: Floats, names: Names
) -> pa.Table:
    drawn = wishes.draw_restrictions(rng, market, people, value)
    columns = {
        "account_id": names.account[drawn.household, 0],
        "security_id": names.security[drawn.security],
        "rule": np.array(wishes.RULES, dtype=object)[drawn.rule],
        "shares": drawn.shares,
    }
    return typed_table("restrictions", columns, len(drawn.household))


def _open_orders(
    rng: np.random.Generator,
    market: Market,
    people: People,
    lots: Lots,
    value: Floats,
    names: Names,
) -> pa.Table:
    drawn = wishes.draw_open_orders(rng, market, people, lots, value)
    sell = drawn.lot >= 0
    columns = {
        "order_id": joined(names.household[drawn.household], "-o", np.ones_like(drawn.lot)),
        "account_id": names.account[drawn.household, 0],
        "security_id": names.security[drawn.security],
        "side": np.where(sell, "sell", "buy").astype(object),
        "shares": drawn.shares,
        "lot_id": names.lot.take(pa.array(drawn.lot, mask=~sell)),
        "status": np.full(len(sell), "working", dtype=object),
    }
    return typed_table("open_orders", columns, len(sell))
