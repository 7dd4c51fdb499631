"""Faults of targets, menus and policies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from models.arrays import Ints
from models.book.checks.check import Check, Finding, rows_where, stated
from models.book.checks.evidence import Evidence
from models.book.policies.classes import limits_of_nothing
from models.book.rows.links import distinct
from models.book.tables.arrow import column_of
from models.tolerances import RELATIVE, WEIGHT_SUM


def _weights_do_not_sum(evidence: Evidence) -> Iterator[Finding]:
    """Of targets whose weights can all be read: the others have faults of their own."""
    table, links = evidence.tables["targets"], evidence.links
    codes, weights = links.targets.codes(table.text("target_id")), table.number("weight")
    for code, target_id in enumerate(links.targets.texts):
        total = math.fsum(rows := weights[codes == code])
        if np.isfinite(rows).all() and abs(total - 1.0) > WEIGHT_SUM * (1.0 + RELATIVE):
            what = f"the weights of target {target_id!r} sum to {total:.9g}"
            yield Finding("targets", int(links.targets.first_row[code]), "weight", what)


def _menus_without_securities(evidence: Evidence) -> Iterator[Finding]:
    table, links = evidence.tables["menus"], evidence.links
    rows = np.flatnonzero(stated(table, "security_id"))
    named = distinct(table.text("menu_id").take(column_of(rows)))
    empty = named.codes(links.menus.arrow) < 0
    for code in np.flatnonzero(empty).tolist():
        what = f"menu {links.menus.texts[code]!r} has no security"
        yield Finding("menus", int(links.menus.first_row[code]), "menu_id", what)


def _under(policy_id: str, evidence: Evidence) -> Ints:
    """Codes of the households that name a policy."""
    named = evidence.tables["households"].texts("policy_id") == policy_id
    codes = evidence.links.household_of["households"]
    return np.unique(codes[named & (codes >= 0)])


def _invalid_policies(evidence: Evidence) -> Iterator[Finding]:
    """Each fault of a policy touches the households that name it."""
    for file in evidence.policies.values():
        touched = _under(file.policy_id, evidence)
        for fault in file.faults:
            yield Finding(fault.table, None, fault.column, fault.what, touched, fault.remedy)


def _limits_of_nothing(evidence: Evidence) -> Iterator[Finding]:
    for file in evidence.policies.values():
        for limit in (
            limits_of_nothing(file.policy, evidence.exposures.classes) if file.policy else ()
        ):
            if limit.slip:
                what = f"policy {file.policy_id}: {limit.what}"
                touched = _under(file.policy_id, evidence)
                yield Finding("policies", None, limit.key, what, touched, limit.remedy)


CHECKS: Final = (
    rows_where(
        "target_row_of_nothing",
        "targets.asset_class",
        "neither asset_class nor security_id is given",
        "give exactly one of them",
        lambda t, e: t.null("asset_class") & t.null("security_id"),
    ),
    rows_where(
        "target_row_of_both",
        "targets.asset_class",
        "both asset_class {cell} and a security_id are given",
        "give exactly one of them",
        lambda t, e: stated(t, "asset_class") & stated(t, "security_id"),
    ),
    rows_where(
        "unknown_security_of_target",
        "targets.security_id",
        "security {cell} is not in securities",
        "add the security's row, or leave it out of the target",
        lambda t, e: stated(t, "security_id") & (e.links.security_of["targets"] < 0),
    ),
    rows_where(
        "negative_target_weight",
        "targets.weight",
        "{cell} is negative",
        "give weights of at least 0",
        lambda t, e: t.number("weight") < 0,
    ),
    rows_where(
        "negative_band",
        "targets.band",
        "{cell} is negative",
        "give the absolute drift allowed either way, or leave it empty",
        lambda t, e: t.number("band") < 0,
    ),
    rows_where(
        "band_beyond_all",
        "targets.band",
        "{cell} is above 1: no weight would ever be outside",
        "give a fraction, 0.05 for five points, or leave it empty",
        lambda t, e: t.number("band") > 1,
    ),
    Check(
        "weights_do_not_sum_to_one",
        "give weights that sum to 1 (to a millionth); cash is a class too",
        _weights_do_not_sum,
    ),
    rows_where(
        "unknown_security_of_menu",
        "menus.security_id",
        "security {cell} is not in securities",
        "add the security's row, or leave it out of the menu",
        lambda t, e: stated(t, "security_id") & (e.links.security_of["menus"] < 0),
    ),
    Check(
        "menu_without_securities",
        "name what may be bought, or give the account no menu if anything may",
        _menus_without_securities,
    ),
    Check("policy_invalid", "mend the policy's file", _invalid_policies),
    Check(
        "limit_of_unknown_class",
        "name a class of the book, or leave the limit out while it has none of the class",
        _limits_of_nothing,
    ),
)
