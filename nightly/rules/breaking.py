"""Whom a change of rules would break: a whole book by its columns, and what a night has planned.

    limits.te_max = 0.01; limits.class_max = { us_equity = 0.5 }; bands.absolute = 0.03

The change is written as in a policy's file, with `;` between, and read as strictly. Households are
screened under their own policies and under the changed ones: who needs an answer only then has it
from the change. A class's weight is looked through over all accounts. What only a plan can break
(tracking error, turnover, tax, orders) is read from a night's own figures. Refused: planning the
book again, which takes a night; what is told is who would have to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.arrays import Floats, sum_by
from models.book.policies.classes import limits_of_nothing
from models.book.policies.files import parse_given
from models.book.policies.overrides import override_of
from models.errors import PolicyError
from models.market import CASH
from models.policy import Policy
from models.triggers import Screen, TriggerColumns, screen, trigger_words
from nightly.register.deciding import figures_of, plan_rows
from nightly.results.run_folder import RunFolder
from nightly.triage.columns import TriageColumns, read_columns

OF_PLANS: Final = {
    ("limits", "te_max"): "te_after",
    ("limits", "tax_budget_usd"): "tax",
    ("trades", "max_turnover"): "turnover",
    ("limits", "max_short_gain_usd"): "realized_st",
    ("approval", "max_tax_usd"): "tax",
    ("approval", "max_orders"): "orders",
    ("approval", "max_turnover"): "turnover",
}
"""Key of a policy → the figure of a plan that it limits."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A household, the rule of the change that it breaks, the figure, and the limit."""

    household_id: str
    rule: str
    figure: float | None
    limit: float | None
    said: str


def breaking(folder: Path, asof: date, change: str, run: RunFolder | None = None) -> list[Broken]:
    """Return who would break a change, by household; `run` adds what its plans come to.

    Raises
    ------
    PolicyError
        If the change is none, with all of its faults, or limits a class that the book lacks.
    """
    changed = override_of(change)
    read = parse_given("change", changed, "the change")
    if read.policy is None:
        raise PolicyError("\n".join(str(fault) for fault in read.faults))
    book = read_columns(folder, asof)
    if lost := list(limits_of_nothing(read.policy, book.columns.market.risk.classes)):
        raise PolicyError("\n".join(f"the change: {each.what}; {each.remedy}" for each in lost))
    found = [*_newly_needed(book, changed), *_classes(book, read.policy, changed)]
    if run is not None:
        found += _plans(run, changed)
    return sorted(found, key=lambda each: (each.household_id, each.rule))


def _newly_needed(book: TriageColumns, changed: dict[str, Any]) -> Iterator[Broken]:
    """Households that some trigger names only under the changed policies."""
    now = screen(book.columns)
    policies = tuple(_with(policy, changed) for policy in book.columns.policies)
    if policies == book.columns.policies:
        return
    then = screen(replace(book.columns, policies=policies))
    for place in np.flatnonzero(then.needed & ~now.needed & ~book.doubtful).tolist():
        for trigger in then.triggers_of(place):
            figure = float(then.figure[trigger][place])
            yield Broken(
                _id(book, place), trigger.value, figure, None, _words(then, place, trigger)
            )


def _with(policy: Policy, changed: dict[str, Any]) -> Policy:
    """Return a policy with the keys of a change."""
    read = parse_given(policy.policy_id, changed, "the change").policy or policy
    sections = {
        section: replace(
            getattr(policy, section),
            **{key: getattr(getattr(read, section), key) for key in values},
        )
        for section, values in changed.items()
    }
    return replace(policy, **sections)


def _classes(book: TriageColumns, read: Policy, changed: dict[str, Any]) -> Iterator[Broken]:
    """Households of which a class weighs more than the change allows, by look-through."""
    if "class_max" not in changed.get("limits", {}):
        return
    columns = book.columns
    risk = columns.market.risk
    worth = columns.lots.shares * columns.market.securities.price[columns.lots.security]
    total = _of_households(columns, worth, cash=True)
    for name, most in read.limits.class_max:
        share = np.zeros(len(columns.market.securities.price))
        if name in risk.classes:
            share = risk.class_weights[:, [risk.classes.index(name)]].toarray().ravel()
        held = _of_households(columns, worth * share[columns.lots.security], cash=name == CASH)
        weight = np.divide(held, total, out=np.zeros(len(total)), where=total > 0.0)
        for place in np.flatnonzero((weight > most) & ~book.doubtful).tolist():
            said = f"{name} weighs {100 * weight[place]:.1f}%, {100 * most:.1f}% would be allowed"
            yield Broken(_id(book, place), "limits.class_max", float(weight[place]), most, said)


def _of_households(columns: TriggerColumns, dollars: Floats, *, cash: bool) -> Floats:
    accounts = columns.accounts
    of_account = sum_by(columns.lots.account, dollars, len(accounts.household))
    if cash:
        of_account = of_account + accounts.cash + accounts.net_flow
    return sum_by(accounts.household, of_account, columns.households)


def _plans(run: RunFolder, changed: dict[str, Any]) -> Iterator[Broken]:
    """Households whose plan of a night comes to more than the change allows."""
    asked = [
        (f"{section}.{key}", OF_PLANS[section, key], float(limit))
        for section, values in changed.items()
        for key, limit in values.items()
        if (section, key) in OF_PLANS
    ]
    for name, row in plan_rows(run).items() if asked else ():
        told = figures_of(row)
        value = row["value_usd"] or 0.0
        figures = {
            "te_after": row["te_after"],
            "tax": told["max_tax_usd"],
            "turnover": row["traded_usd"] / 2.0 / value if value else None,
            "realized_st": row["realized_st"],
            "orders": told["max_orders"],
        }
        for rule, figure, limit in asked:
            amount = figures[figure]
            if amount is not None and amount > limit:
                said = f"its plan of {run.run_id} comes to {amount:,.6g}"
                yield Broken(name, rule, float(amount), limit, said)


def _id(book: TriageColumns, place: int) -> str:
    return str(book.household_ids[place])


def _words(screened: Screen, place: int, trigger: Any) -> str:
    return str(trigger_words(screened, place, trigger))
