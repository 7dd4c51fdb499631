"""Accounts and lots of a whole book as arrays, and who has rows that cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools, Floats, Ints, Texts
from models.book.rows.links import Ids, distinct
from models.errors import UnusableBookError
from models.market import Market
from models.policy import Policy
from models.triggers import AccountRows, LotRows, is_taxable
from nightly.partition.big_tables import joined, pieces

NULL: Final = -2
"""Code of a null id, where −1 is one that nobody has."""

NO_DAY: Final = np.datetime64("NaT", "D")


def read_accounts(
    folder: Path, households: Ids, targets: Ids, household_target: Texts
) -> tuple[Ids, AccountRows, Ints]:
    """Return account ids, rows in their order, and the households of rows in doubt."""
    amounts = ("cash", "cash_floor", "net_flow", "rmd_due_usd")
    wanted = ("account_id", "household_id", "account_type", "target_id", *amounts)
    names, owner, kind, target = [], [], [], []
    numbers: dict[str, list[Floats]] = {name: [] for name in amounts}
    for part in pieces(folder, "accounts", wanted):
        household = households.codes(part["household_id"].values)
        rows = np.flatnonzero(household >= 0)
        names.append(part["account_id"].values.take(pa.array(rows)))
        owner.append(household[rows])
        kind.append(is_taxable(words(part["account_type"].values))[rows])
        null = pc.is_null(part["target_id"].values).to_numpy(zero_copy_only=False)
        target.append(np.where(null, NULL, targets.codes(part["target_id"].values))[rows])
        for name in numbers:
            numbers[name].append(part[name].values[rows])
    if not names:
        raise UnusableBookError(f"{folder} has no table 'accounts'")
    ids = distinct(pa.concat_arrays(names))
    kept = ids.first_row
    household, own = joined(owner, np.int64)[kept], joined(target, np.int64)[kept]
    default = targets.codes(pa.array(household_target, pa.large_string()))
    goal = np.where(own == NULL, default[household], own)
    cash, floor, flow, due = (joined(numbers[name], np.float64)[kept] for name in amounts)
    faulty = (goal < 0) | ~(np.isfinite(cash) & np.isfinite(floor) & np.isfinite(flow))
    flow = np.nan_to_num(flow)
    found = AccountRows(
        household=household,
        target=np.maximum(goal, 0),
        taxable=joined(kind, np.bool_)[kept],
        cash=np.nan_to_num(cash),
        floor=np.nan_to_num(floor),
        net_flow=flow,
        required=np.maximum(np.nan_to_num(due) - np.maximum(-flow, 0.0), 0.0),
    )
    return ids, found, household[faulty]


def read_lots(
    folder: Path, accounts: Ids, market: Market, policies: tuple[Policy, ...]
) -> tuple[LotRows, Ints]:
    """Return the lots of known accounts, and the accounts of lots in doubt.

    In doubt is what has no price or no number of shares, and what comes to more than any policy
    believes. Where no policy asks when lots were bought, those that stand beside each other in one
    position are one.
    """
    dated = _needs_lots(policies)
    wanted = ("account_id", "security_id", "shares") + (
        ("basis", "acquired", "holding_start", "origin") if dated else ()
    )
    price = np.append(market.securities.price, np.nan)
    most = max((policy.data.max_amount_usd for policy in policies), default=np.inf)
    securities = places_of(market.securities.security_id)
    found: dict[str, list[np.ndarray]] = {name: [] for name in (*wanted, "doubt")}
    coded = {"account_id": accounts, "security_id": securities}
    for part in pieces(folder, "lots", wanted, coded):
        account, security = part["account_id"].values, part["security_id"].values
        shares = part["shares"].values
        sound, ours = _believed(shares, price[security], most), account >= 0
        found["doubt"].append(account[ours & ~sound])
        kept: Bools | slice = slice(None) if (ours & sound).all() else ours & sound
        account, security, shares = account[kept], security[kept], shares[kept]
        if not dated:
            account, security, shares = _positions(account, security, shares)
        found["account_id"].append(account)
        found["security_id"].append(security)
        found["shares"].append(shares)
        if dated:
            found["basis"].append(part["basis"].values[kept])
            found["acquired"].append(part["acquired"].values[kept])
            found["holding_start"].append(part["holding_start"].values[kept])
            inherited = pc.equal(part["origin"].values, "inheritance")
            found["origin"].append(pc.fill_null(inherited, False).to_numpy(False)[kept])
    account = joined(found["account_id"], np.int32)
    count = len(account)
    acquired = joined(found["acquired"], "datetime64[D]") if dated else _constant(NO_DAY, count)
    start = joined(found["holding_start"], "datetime64[D]") if dated else acquired
    lots = LotRows(
        account=account,
        security=joined(found["security_id"], np.int32),
        shares=joined(found["shares"], np.float64),
        basis=joined(found["basis"], np.float64) if dated else _constant(np.nan, count),
        acquired=acquired,
        holding_start=np.where(np.isnat(start), acquired, start) if dated else start,
        inherited=joined(found["origin"], np.bool_) if dated else _constant(False, count),
    )
    return lots, joined(found["doubt"], np.int32)


def _believed(shares: Floats, price: Floats, most_usd: float) -> Bools:
    """Which lots come to a number of dollars that is believed; an unknown price is none."""
    known = np.isfinite(shares) & np.isfinite(price)
    with np.errstate(over="ignore"):  # what no float holds is beyond belief too
        dollars = np.multiply(shares, price, out=np.full_like(shares, np.inf), where=known)
    found: Bools = np.abs(dollars) <= most_usd
    return found & known


def _positions(account: Ints, security: Ints, shares: Floats) -> tuple[Ints, Ints, Floats]:
    """Add neighbours of one account and security up: nothing is sorted for it."""
    if not len(account):
        return account, security, shares
    turns = (account[1:] != account[:-1]) | (security[1:] != security[:-1])
    first = np.append(0, np.flatnonzero(turns) + 1)
    return account[first], security[first], np.add.reduceat(shares, first)


def _needs_lots(policies: tuple[Policy, ...]) -> bool:
    return any(
        policy.triggers.harvest_usd is not None or policy.triggers.long_term_days
        for policy in policies
    )


def words(texts: pa.Array) -> Texts:
    """Return few distinct texts as Python strings that share; null is None."""
    encoded = texts.dictionary_encode()
    known = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
    codes = pc.fill_null(encoded.indices, len(known) - 1).to_numpy(zero_copy_only=False)
    found: Texts = known[codes]
    return found


def _constant(value: object, count: int) -> np.ndarray:
    """Return a column of one value that takes no memory."""
    return np.broadcast_to(np.array(value), (count,))


def places_of(names: Sequence[str] | Texts) -> Ids:
    """Return names whose codes are their places."""
    return Ids(pa.array(names, pa.large_string()), np.empty(0, object), np.zeros(0, np.int64))
