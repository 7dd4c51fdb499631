"""Reading policies: `<policy_id>.toml` into `models.policy.Policy`, strictly.

A misspelt key in a policy is a rule that silently does not hold, so an unknown section or key is a
fault, and so is a value of the wrong type or out of range. All faults of a file are told at once.
Which keys exist is said by the fields of `Policy` alone; what they may hold is said here, in one
table. Refused: conversions (`"100"` is not 100) and closest guesses.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from models.book.faults import Fault
from models.book.policies.relations import contradictions
from models.book.policies.rules import RULES, THROUGH_CVXPY
from models.book.policies.unused import without_effect
from models.policy import Policy

STANDARD: Final = "standard"
"""Id of the built-in policy, which a file of that name replaces."""

TOLD_CHARACTERS: Final = 80
"""Characters of a value that a fault repeats: a line's worth."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy as read: the policy when it is valid, else its faults; and warnings.

    `given` is what the file said, section by section; `overridden` marks a policy that is put
    together with a household's override and has no file; `unread` says why the file system does
    not give what it holds, and is empty where it does.
    """

    policy_id: str
    policy: Policy | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    overridden: bool = False
    unread: str = ""


def read_policies(folder: Path) -> Mapping[str, PolicyFile]:
    """Read every `*.toml` of a folder by policy id; the built-in `standard` is always there."""
    found = {STANDARD: PolicyFile(STANDARD, Policy())}
    if folder.is_dir():
        for path in sorted(folder.glob("*.toml")):
            found[path.stem] = read_policy(path)
    return found


def read_policy(path: Path) -> PolicyFile:
    """Read one policy file; its id is the file's name without `.toml`."""
    place = f"{path.parent.name}/{path.name}"
    try:
        if path.exists() and not path.is_file():  # of a pipe nobody would see the end
            return unread_policy(path.stem, place, "it is no file")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return unread_policy(path.stem, place, error.strerror or str(error))
    except UnicodeDecodeError as error:
        what = f"cannot be read: {error}"
        return PolicyFile(path.stem, None, (_fault(place, None, what, "write it as UTF-8 text"),))
    return parse_policy(path.stem, text, place)


def unread_policy(policy_id: str, place: str, why: str) -> PolicyFile:
    """Return the policy of a file that the file system does not give, for the reason `why`."""
    what = f"cannot be read: {why}"
    remedy = "put the file there, with the right to read it, or take its name away"
    fault = _fault(place, None, what, remedy)
    return PolicyFile(policy_id, None, (fault,), unread=why)


def parse_policy(policy_id: str, text: str, place: str) -> PolicyFile:
    """Read a policy's text; `place` says in faults where it came from."""
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        what = f"is not TOML: {error}"
        return PolicyFile(policy_id, None, (_fault(place, None, what, "mend that line"),))
    return parse_given(policy_id, given, place)


def parse_given(policy_id: str, given: Mapping[str, Any], place: str) -> PolicyFile:
    """Read a policy's sections; `place` says in faults where they came from."""
    faults = tuple(_faults(given, place))
    if faults:
        return PolicyFile(policy_id, None, faults)
    sections = {
        section: type(getattr(Policy(), section))(
            **{key: RULES[section, key].field(value) for key, value in values.items()}
        )
        for section, values in given.items()
    }
    policy = _with_backend(Policy(policy_id=policy_id, **sections), given)
    against = tuple(_fault(place, key, *words) for key, *words in contradictions(policy))
    if against:
        return PolicyFile(policy_id, None, against)
    warnings = (
        *_warnings(policy, place),
        *(f"{place}: {w}" for w in without_effect(given, policy)),
    )
    return PolicyFile(policy_id, policy, (), warnings, given)


def _with_backend(policy: Policy, given: Mapping[str, Any]) -> Policy:
    """Return the policy with the backend that its solver needs, where the file names none."""
    solver = policy.solver
    if solver.name not in THROUGH_CVXPY or "backend" in given["solver"]:
        return policy
    return replace(policy, solver=replace(solver, backend="cvxpy"))


def section_names() -> tuple[str, ...]:
    """Return the sections a policy may have: the fields of `Policy` but its id."""
    return tuple(each.name for each in fields(Policy) if each.name != "policy_id")


def _faults(given: Mapping[str, Any], place: str) -> Iterator[Fault]:
    for section, values in given.items():
        if section not in section_names():
            known = ", ".join(section_names())
            what = f"unknown section or top-level key {section!r}"
            yield _fault(place, section, what, f"the sections are {known}")
        elif not isinstance(values, dict):
            what = f"{section} = {_told(values)} where a section is needed"
            yield _fault(place, section, what, f"write [{section}] and its keys below it")
        else:
            for key, value in values.items():
                yield from _key_faults(section, key, value, place)
    yield from _relation_faults(given, place)


def _key_faults(section: str, key: str, value: Any, place: str) -> Iterator[Fault]:
    rule = RULES.get((section, key))
    if rule is None:
        known = ", ".join(name for part, name in RULES if part == section)
        what = f"unknown key {key!r} in [{section}]"
        yield _fault(place, f"{section}.{key}", what, f"its keys are {known}")
    elif not rule.allows(value):
        what = f"{key} = {_told(value)} in [{section}] is not {rule.words}"
        yield _fault(place, f"{section}.{key}", what, f"give {rule.words}")


def _relation_faults(given: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """What keys must be to each other, as far as the file alone can tell."""
    tax = given.get("tax")
    if not isinstance(tax, dict):
        return
    short, long, carry = (
        _rate(tax, key) for key in ("short_rate", "long_rate", "carryforward_value")
    )
    if short is not None and long is not None and short < long:
        what = f"short_rate {short} is below long_rate {long}"
        yield _fault(place, "tax.short_rate", what, "give a short_rate of at least long_rate")
    if carry is not None and long is not None and carry > long:
        what = f"carryforward_value {carry} is above long_rate {long}"
        remedy = "a loss carried forward cannot be worth more than the long rate: give at most that"
        yield _fault(place, "tax.carryforward_value", what, remedy)


def _rate(tax: Mapping[str, Any], key: str) -> float | None:
    value = tax.get(key)
    return float(value) if value is not None and RULES["tax", key].allows(value) else None


def _warnings(policy: Policy, place: str) -> Iterator[str]:
    tax = policy.tax
    if (tax.short_rate is None) != (tax.long_rate is None):
        yield (
            f"{place}: of short_rate and long_rate only one is given; the other is then the "
            "marginal rate of the law"
        )
    future = tax.future_gain_rate if tax.future_gain_rate is not None else tax.long_rate
    if tax.carryforward_value is None or future is None:
        return
    worth = (1.0 + tax.discount_rate) ** -policy.risk.horizon_years * future
    if tax.carryforward_value > worth:
        yield (
            f"{place}: carryforward_value {tax.carryforward_value:g} is above δ·τ_f = {worth:.4g}, "
            "which makes every loss worth harvesting"
        )


def _told(value: Any) -> str:
    """Return a value as the file has it, cut where it is long: whole numbers may have any size."""
    text = repr(value)
    return text if len(text) <= TOLD_CHARACTERS else f"{text[:TOLD_CHARACTERS]}…"


def _fault(place: str, column: str | None, what: str, remedy: str) -> Fault:
    return Fault("policies", None, column, f"{place}: {what}", remedy, kind="policy_invalid")
