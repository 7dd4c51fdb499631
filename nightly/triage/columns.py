"""The columns of a whole book that triage needs, and no others, straight from its files.

A book of a million households fits into memory as these columns where as a whole it would not; and
reading it takes seconds, because nothing is checked here. Who has data that triage cannot read (an
unknown target, shares that are no number) is doubtful, and therefore looked at: `models.book` then
says what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Bools, Floats, Ints, Texts
from models.book.checks.unusable import sound_covariance
from models.book.faults import FaultyBookError
from models.book.market.risk import build_risk, read_covariance, read_exposures
from models.book.market.securities import build_returns, build_securities, build_targets
from models.book.policies.files import PolicyFile, read_policies
from models.book.policies.overrides import effective_ids, resolved
from models.book.rows.links import Ids, distinct, link
from models.book.tables.files import read_files
from models.book.tables.schema import POLICY_FOLDER, SCHEMA
from models.errors import UnusableBookError
from models.market import Market
from models.policy import Policy
from models.triggers import AccountRows, LotRows, TriggerColumns, is_taxable
from nightly.partition.big_tables import joined, pieces

SHARED: Final = (
    *("securities", "exposures", "targets", "returns"),
    *("covariance", "factor_covariance", "factor_loadings"),
)
"""Tables that all households share: small, and read whole."""

NULL: Final = -2
"""Code of a null id, where −1 is one that nobody has."""

NAT: Final = np.datetime64("NaT", "D")


@dataclass(frozen=True, slots=True)
class TriageColumns:
    """A book's columns; `doubtful` households have data that triage cannot read, `(n,)`."""

    household_ids: Texts
    account_ids: Texts
    columns: TriggerColumns
    doubtful: Bools


def read_columns(
    folder: Path, asof: date, last_night: date | None = None, shared: Path | None = None
) -> TriageColumns:
    """Read the columns of a book, or of a part whose shared tables and policies are in `shared`.

    Raises
    ------
    UnusableBookError
        If a table or column is missing or a file cannot be read.
    """
    market = _read_market(shared or folder, asof, part=shared is not None)
    ids, head = _households(folder)
    policies, policy, unknown = _policies(head["policy"], shared or folder)
    targets = Ids(pa.array(sorted(market.targets), pa.large_string()), _none(), _zero())
    doubtful = unknown | np.isnan(head["net_flow"])
    accounts, account_rows, faulty = _accounts(folder, ids, targets, head["target"])
    doubtful[faulty] = True
    lots, faulty = _lots(folder, accounts, market, policies)
    doubtful[account_rows.household[faulty]] = True
    columns = TriggerColumns(
        asof=asof,
        last_night=last_night,
        net_flow=np.nan_to_num(head["net_flow"]),
        policy=policy,
        policies=policies,
        targets=tuple(market.targets[name] for name in sorted(market.targets)),
        accounts=account_rows,
        lots=lots,
        ended=_ended(folder, asof, ids, accounts, account_rows, policies),
        market=market,
    )
    return TriageColumns(ids.texts, accounts.texts, columns, doubtful)


def _read_market(folder: Path, asof: date, part: bool) -> Market:
    files = read_files(folder, heads=[name for name in SCHEMA if name not in SHARED])
    # the shared folder of a book in parts has none of the households' tables
    fatal = tuple(f for f in files.fatal if not (part and f.kind == "missing_table"))
    if fatal:
        raise FaultyBookError(str(folder), fatal)
    tables = files.tables
    links, covariance = link(tables), read_covariance(tables)
    exposures = read_exposures(tables, links, covariance.names)
    usable = np.ones(len(links.securities), bool)
    market = Market(
        build_securities(tables["securities"], links, usable),
        build_risk(covariance, exposures, sound_covariance(covariance).matrix),
        build_targets(tables["targets"], links),
        {},
        build_returns(tables["returns"], asof),
    )
    return market


def _households(folder: Path) -> tuple[Ids, dict[str, np.ndarray]]:
    """Return the sorted ids, and target, policy and flow in that order."""
    wanted = ("household_id", "target_id", "policy_id", "net_flow", "overrides")
    names, target, policy, flow = [], [], [], []
    for part in pieces(folder, "households", wanted):
        names.append(part["household_id"].values)
        target.append(part["target_id"].values)
        own = (_words(part[name].values) for name in ("policy_id", "overrides"))
        policy.append(effective_ids(*own))
        amount = np.nan_to_num(part["net_flow"].values)
        amount[list(part["net_flow"].unread)] = np.nan
        flow.append(amount)
    if not names:
        raise UnusableBookError(f"{folder} has no table 'households'")
    ids = distinct(pa.concat_arrays(names))
    order = pa.array(ids.first_row)
    return ids, {
        "target": _words(pa.concat_arrays(target).take(order)),
        "policy": joined(policy, np.object_)[ids.first_row],
        "net_flow": joined(flow, np.float64)[ids.first_row],
    }


def _policies(named: Texts, folder: Path) -> tuple[tuple[Policy, ...], Ints, Bools]:
    """Return the policies in use, each household's, and who names none that can be read."""
    files: Mapping[str, PolicyFile] = read_policies(folder / POLICY_FOLDER)
    used, code = np.unique(named.astype(str), return_inverse=True)
    found = [resolved(files, name) for name in used.tolist()]
    policies = tuple((file and file.policy) or Policy() for file in found)
    unknown = np.array([file is None or file.policy is None for file in found], bool)
    return policies, code.astype(np.int64), unknown[code]


def _accounts(
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
        kind.append(is_taxable(_words(part["account_type"].values))[rows])
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
    faulty = (goal < 0) | np.isnan(cash) | np.isnan(floor) | np.isnan(flow)
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


def _lots(
    folder: Path, accounts: Ids, market: Market, policies: tuple[Policy, ...]
) -> tuple[LotRows, Ints]:
    """Return the lots of known accounts, and the accounts of lots in doubt."""
    dated = _needs_lots(policies)
    wanted = ("account_id", "security_id", "shares") + (
        ("basis", "acquired", "holding_start", "origin") if dated else ()
    )
    price = market.securities.price
    securities = Ids(pa.array(market.securities.security_id, pa.large_string()), _none(), _zero())
    found: dict[str, list[np.ndarray]] = {name: [] for name in (*wanted, "doubt")}
    for part in pieces(folder, "lots", wanted):
        account = accounts.codes(part["account_id"].values)
        security = securities.codes(part["security_id"].values)
        shares = part["shares"].values
        sound = (security >= 0) & np.isfinite(shares) & np.isfinite(price[security])
        kept = np.flatnonzero((account >= 0) & sound)
        found["doubt"].append(account[(account >= 0) & ~sound])
        found["account_id"].append(account[kept])
        found["security_id"].append(security[kept])
        found["shares"].append(shares[kept])
        if dated:
            found["basis"].append(part["basis"].values[kept])
            found["acquired"].append(part["acquired"].values[kept])
            found["holding_start"].append(part["holding_start"].values[kept])
            inherited = pc.equal(part["origin"].values, "inheritance")
            found["origin"].append(pc.fill_null(inherited, False).to_numpy(False)[kept])
    account = joined(found["account_id"], np.int64)
    nothing = len(account)
    acquired = joined(found["acquired"], "datetime64[D]") if dated else _all(NAT, nothing)
    start = joined(found["holding_start"], "datetime64[D]") if dated else acquired
    lots = LotRows(
        account=account,
        security=joined(found["security_id"], np.int64),
        shares=joined(found["shares"], np.float64),
        basis=joined(found["basis"], np.float64) if dated else _all(np.nan, nothing),
        acquired=acquired,
        holding_start=np.where(np.isnat(start), acquired, start) if dated else start,
        inherited=joined(found["origin"], np.bool_) if dated else _all(False, nothing),
    )
    return lots, joined(found["doubt"], np.int64)


def _ended(
    folder: Path,
    asof: date,
    households: Ids,
    accounts: Ids,
    rows: AccountRows,
    policies: tuple[Policy, ...],
) -> np.ndarray:
    """Return the last day of each household's latest restriction that is over, NaT without any."""
    ended = np.full(len(households), NAT)
    if not any(policy.triggers.restriction_expired for policy in policies):
        return ended
    for part in pieces(folder, "restrictions", ("household_id", "account_id", "until")):
        account = accounts.codes(part["account_id"].values)
        stated = households.codes(part["household_id"].values)
        household = np.where(stated >= 0, stated, np.append(rows.household, -1)[account])
        until = part["until"].values
        over = np.flatnonzero((household >= 0) & (until < np.datetime64(asof, "D")))
        np.fmax.at(ended, household[over], until[over])
    return ended


def _needs_lots(policies: tuple[Policy, ...]) -> bool:
    return any(
        policy.triggers.harvest_usd is not None or policy.triggers.long_term_days
        for policy in policies
    )


def _words(texts: pa.Array) -> Texts:
    """Return few distinct texts as Python strings that share; null is None."""
    encoded = texts.dictionary_encode()
    known = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
    codes = pc.fill_null(encoded.indices, len(known) - 1).to_numpy(zero_copy_only=False)
    found: Texts = known[codes]
    return found


def _all(value: object, count: int) -> np.ndarray:
    """Return a column of one value that takes no memory."""
    return np.broadcast_to(np.array(value), (count,))


def _none() -> Texts:
    return np.empty(0, dtype=object)


def _zero() -> Ints:
    return np.zeros(0, dtype=np.int64)
