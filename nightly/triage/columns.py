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

from models.arrays import Bools, Ints, Texts
from models.book.checks.unusable import sound_covariance
from models.book.faults import FaultyBookError
from models.book.market.proxies import moved_prices
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
from models.triggers import AccountRows, TriggerColumns
from nightly.partition.big_tables import joined, pieces
from nightly.triage.holdings import NO_DAY, places_of, read_accounts, read_lots, words

SHARED: Final = (
    *("securities", "exposures", "targets", "returns"),
    *("covariance", "factor_covariance", "factor_loadings"),
)
"""Tables that all households share: small, and read whole."""


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
    targets = places_of(sorted(market.targets))
    doubtful = unknown | np.isnan(head["net_flow"])
    accounts, account_rows, faulty = read_accounts(folder, ids, targets, head["target"])
    doubtful[faulty] = True
    lots, faulty = read_lots(folder, accounts, market, policies)
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
    moved = moved_prices(files.tables["securities"], files.tables["returns"], asof)
    tables = {**files.tables, "securities": moved.securities}
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
        own = (words(part[name].values) for name in ("policy_id", "overrides"))
        policy.append(effective_ids(*own))
        amount = np.nan_to_num(part["net_flow"].values)
        amount[list(part["net_flow"].unread)] = np.nan
        flow.append(amount)
    if not names:
        raise UnusableBookError(f"{folder} has no table 'households'")
    ids = distinct(pa.concat_arrays(names))
    order = pa.array(ids.first_row)
    return ids, {
        "target": words(pa.concat_arrays(target).take(order)),
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


def _ended(
    folder: Path,
    asof: date,
    households: Ids,
    accounts: Ids,
    rows: AccountRows,
    policies: tuple[Policy, ...],
) -> np.ndarray:
    """Return the last day of each household's latest restriction that is over, NaT without any."""
    ended = np.full(len(households), NO_DAY)
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
