"""A household and its policy as a request asks: what everybody after this knows of the request.

The stricter of policy and request holds. What a request bars or moves stands in the household: its
flow, its units' own budgets, what may not be bought (so that ranks know it), and the request itself
in `household.asked`, which rules and the judge read each by themselves. The policy that is in force
is named after both. Refused: a request as one more policy file, for a file could loosen what
compliance has set; and to edit the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from models.arrays import Texts, read_only
from models.errors import RequestError
from models.household import FilingUnits, Household, Restrictions
from models.policy import Aim, Policy
from models.request.record import PREFIX, Asked, Request

BY_REQUEST: Final = "asked for"
"""`restrictions.reason` of what a request bars."""

WHOLE_HOUSEHOLD: Final = -1
"""`restrictions.account` where the scope is the whole household."""

JOINT: Final = " + "
"""What stands between the name of a policy and that of a request."""


def as_asked(
    household: Household, policy: Policy, request: Request, set_aside_usd: float = 0.0
) -> tuple[Household, Policy]:
    """Return the household and the policy with a request; as they are where nothing is asked.

    `set_aside_usd` is raised beyond what is asked for, for tax.

    Raises
    ------
    RequestError
        If it names what the household or the book has not: all of it at once, the first by name.
    """
    if not request.asks:
        return household, policy
    faults = list(_unknown(household, request))
    if faults:
        raise RequestError.of(faults)
    before = household.net_flow if household.asked is None else household.asked.flow_before_usd
    moved = request.invest_usd - request.raise_usd - set_aside_usd
    in_force = policy_as_asked(policy, request)
    asked = replace(
        household,
        policy_id=in_force.policy_id,
        net_flow=round(before + moved, 2) if moved else before,
        units=_units(household.units, policy, request),
        restrictions=_restrictions(household, request),
        asked=Asked(request, before, set_aside_usd),
    )
    return asked, in_force


def without_request(policy_id: str) -> str:
    """Return the name of a policy without that of a request beside it."""
    base, joint, last = policy_id.rpartition(JOINT)
    return base if joint and last.startswith(PREFIX) else policy_id


def stricter(one: float | None, other: float | None) -> float | None:
    """Return the lesser of two limits; None is no limit."""
    given = [limit for limit in (one, other) if limit is not None]
    return min(given, default=None)


def policy_as_asked(policy: Policy, request: Request) -> Policy:
    """Return the policy with a request, named after both.

    A limit on tracking error is one from the target: then the plan goes all the way there.
    """
    te_max = stricter(policy.limits.te_max, request.te_max)
    turnover = stricter(policy.trades.max_turnover, request.max_turnover)
    harvest = policy.trades.gain_harvest or request.take_gains_usd > 0.0
    return replace(
        policy,
        policy_id=f"{policy.policy_id}{JOINT}{request.name}",
        weights=replace(policy.weights, **dict(request.weights)),
        limits=replace(policy.limits, te_max=te_max),
        trades=replace(policy.trades, max_turnover=turnover, gain_harvest=harvest),
        aim=policy.aim if request.te_max is None else Aim(),
    )


def _units(units: FilingUnits, policy: Policy, request: Request) -> FilingUnits:
    """A unit's own budget replaces the policy's, so the stricter of all must be the unit's own."""
    changed: dict[str, Any] = {}
    for name in ("tax_budget_usd", "gain_budget_usd"):
        asked = getattr(request, name)
        if asked is not None:
            shared = getattr(policy.limits, name)
            own = getattr(units, name)
            held = own if shared is None else np.where(np.isnan(own), shared, own)
            changed[name] = read_only(np.fmin(held, asked))
    return replace(units, **changed) if changed else units


def _restrictions(household: Household, request: Request) -> Restrictions:
    """What is sold or excluded is not bought: the next rank may be."""
    barred = sorted({*request.sell, *request.exclude})
    if not barred:
        return household.restrictions
    rows = household.restrictions
    place = _places(household.market.securities.security_id)
    securities = [place[name] for name in barred]
    return Restrictions(
        account=_with(rows.account, [WHOLE_HOUSEHOLD] * len(barred)),
        security=_with(rows.security, securities),
        rule=_with(rows.rule, ["no_buy"] * len(barred)),
        shares=_with(rows.shares, [np.nan] * len(barred)),
        reason=_with(rows.reason, [BY_REQUEST] * len(barred)),
    )


def _with(column: Any, more: list[Any]) -> Any:
    added = np.empty(len(more), column.dtype)
    added[:] = more
    return read_only(np.concatenate([column, added]))


def _places(names: Texts) -> dict[str, int]:
    return {str(name): place for place, name in enumerate(names.tolist())}


def _unknown(household: Household, request: Request) -> Iterator[str]:
    """Yield what a request names that is not there; of another household nothing is there."""
    mine = household.household_id
    securities = _places(household.market.securities.security_id)
    lots = _places(household.lots.lot_id)
    for key, names, known, words in (
        ("keep", request.keep, securities, "no such security in the book"),
        ("sell", request.sell, securities, "no such security in the book"),
        ("exclude", request.exclude, securities, "no such security in the book"),
        ("keep_lots", request.keep_lots, lots, f"no such lot in {mine}"),
        ("sell_lots", request.sell_lots, lots, f"no such lot in {mine}"),
        (
            "accounts_out",
            request.accounts_out,
            _places(household.accounts.account_id),
            f"no such account in {mine}",
        ),
    ):
        for name in names:
            if name not in known:
                yield f"{key} {name!r}: {words}"
    sheltered = set(household.lots.lot_id[~household.taxable[household.lots.account]].tolist())
    for name in (*request.keep_lots, *request.sell_lots):
        if name in sheltered:
            yield f"lot {name!r}: lots count in taxable accounts alone; name its security"
    held = set(household.lots.security.tolist())
    for name in request.sell:
        if name in securities and securities[name] not in held:
            yield f"sell {name!r}: {mine} holds none"
