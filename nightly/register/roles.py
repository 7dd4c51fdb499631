"""Who may propose, approve, reject, send and cancel, up to where, and how many must: TOML.

    approvals = 2                 # different people who must approve a plan
    sender_apart = true           # who approved a plan does not send it

    [roles.adviser]
    people = ["Ann", "Bob"]
    may = ["approve", "reject", "cancel"]
    max_usd = 250000.0            # of a plan, traded or moved; also max_tax_usd, max_orders

    [roles.compliance]
    people = ["Cleo"]
    may = ["approve", "reject", "send", "cancel", "override"]

    [roles.programs]
    people = ["assistant"]
    may = ["propose"]             # what was asked for, to be approved by somebody else

    [roles.analyst]
    people = ["Dee"]
    may = ["tune"]                # try another policy on a sample of the book; nothing leaves

Without the file everybody may do everything, and one approval is enough. Where it is there it is
the only one: whoever may run a command could name a file of their own. A file that is nearly called
so is refused: whoever wrote it believes that it holds.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from models.book.near import BETWEEN, slips
from models.errors import HearthError
from models.finite import finite

NAME: Final = "roles.toml"
"""The file's name among the runs."""

ACTS: Final = ("propose", "approve", "reject", "send", "cancel", "override", "tune")
LIMITS: Final = ("max_usd", "max_tax_usd", "max_orders")


class RoleError(HearthError):
    """Somebody may not do this, or the file of roles is none: ask somebody who may."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one person may do: acts, and the most that a plan may come to, by limit."""

    person: str
    role: str = ""
    acts: frozenset[str] = frozenset(ACTS)
    limits: Mapping[str, float] = field(default_factory=dict)
    approvals: int = 1
    sender_apart: bool = False

    def __post_init__(self) -> None:
        """Raise `RoleError` on a name that a page would not show as it is."""
        if not self.person.isprintable():
            raise RoleError(f"{self.person!r} has characters that are not shown: retype the name")

    def must(self, act: str) -> None:
        """Raise `RoleError` if the person may not do this."""
        if act not in self.acts:
            raise RoleError(
                f"{self.person} ({self.role}) may not {act}; ask somebody whose role may"
            )

    def beyond(self, figures: Mapping[str, float]) -> dict[str, str]:
        """Return the limits that a plan's figures go beyond, each with both figures."""
        return {
            name: f"{name} {figures[name]:,.2f} of {limit:,.2f}"
            for name, limit in self.limits.items()
            if figures[name] > limit
        }


def roles_beside(runs: Path, named: Path | None = None) -> Path:
    """Return the file of roles that holds for runs: the one beside them, or the one that is named.

    Raises
    ------
    RoleError
        If another one is named than stands beside the runs, or one there is nearly called so.
    """
    own = runs / NAME
    names = sorted(path.name for path in runs.iterdir()) if runs.is_dir() else []
    if NAME in names:
        if named is not None and named.resolve() != own.resolve():
            raise RoleError(f"{own} says who may do what there: --roles {named} cannot")
        return own
    for name in names:
        if _nearly(name) and not (runs / name).is_dir():
            raise RoleError(
                f"{runs / name} is nearly called {NAME}, and nobody would go by it: give it that "
                "name, or move it away"
            )
    return own if named is None else named


def _nearly(name: str) -> bool:
    """Whether a file's name begins with that of the file of roles, or is a slip away from it."""
    bare, due = (re.sub(BETWEEN, "", each.lower()) for each in (name, NAME))
    return bare.startswith("roles") or bare in slips(due)


def rights_of(person: str, roles: Path) -> Rights:
    """Return what a person may do under a file of roles; everything where there is none.

    Raises
    ------
    RoleError
        If the file is no file of roles, or does not name the person.
    """
    name = person.strip()
    if not os.path.lexists(roles):
        return Rights(name)
    told = _read(roles)
    for role, facts in told.get("roles", {}).items():
        if name in facts["people"]:
            limits = {key: float(facts[key]) for key in LIMITS if key in facts}
            return Rights(
                name,
                role,
                frozenset(facts["may"]),
                limits,
                told.get("approvals", 1),
                told.get("sender_apart", False),
            )
    raise RoleError(f"{roles} gives {name!r} no role")


def _read(roles: Path) -> dict[str, Any]:
    try:
        told = tomllib.loads(roles.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RoleError(f"{roles} cannot be read: {error}") from error
    faults = list(_faults(told))
    if faults:
        raise RoleError(f"{roles}: {'; '.join(faults)}")
    return told


def _faults(told: Mapping[str, Any]) -> list[str]:
    found = [f"{key} is not known" for key in told.keys() - {"approvals", "sender_apart", "roles"}]
    count = told.get("approvals", 1)
    if type(count) is not int or count < 1:
        found.append("approvals is a whole number from 1 on")
    if type(told.get("sender_apart", False)) is not bool:
        found.append("sender_apart is true or false")
    roles = told.get("roles", {})
    if not isinstance(roles, dict) or not roles:
        return [*found, "no role is given: [roles.NAME]"]
    seen: set[str] = set()
    for role, facts in roles.items():
        if not isinstance(facts, dict):
            found.append(f"roles.{role} is no table")
            continue
        unknown = facts.keys() - {"people", "may", *LIMITS}
        found += [f"roles.{role}.{key} is not known" for key in sorted(unknown)]
        for key, words in (("people", None), ("may", ACTS)):
            named = facts.get(key)
            if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
                found.append(f"roles.{role}.{key} is a list of texts")
            elif words is not None and set(named) - set(words):
                found.append(f"roles.{role}.may knows {', '.join(words)}")
            elif words is None:
                twice = sorted(seen & set(named))
                found += [f"{name} has two roles" for name in twice]
                seen |= set(named)
        for key in LIMITS:
            limit = facts.get(key, 0.0)
            number = isinstance(limit, int | float) and not isinstance(limit, bool)
            if not number or not finite(limit) or limit < 0:
                found.append(f"roles.{role}.{key} is a number from 0 on")
    return found
