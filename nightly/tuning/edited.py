"""A policy beside its defaults, and what somebody wrote in place of its values.

A value is read as a policy file reads it, by the same table of rules; a field that is left empty
leaves its key out. Refused: clamping a value into its range, which tries a policy nobody asked for.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from models.book.faults import Fault
from models.book.policies.classes import limits_of_nothing
from models.book.policies.files import PolicyFile, parse_given, section_names
from models.book.policies.overrides import JOINT, resolved
from models.book.policies.rules import RULES, Rule
from models.book.policies.told import key_words, policy_toml, value_toml
from models.errors import PolicyError
from models.policy import Policy
from nightly.run.choices import Choice
from nightly.workers.policy_digest import policy_digest

PLACE: Final = "the policy as edited"

AT_READING: Final = ("data", "triggers", "capacity", "carry", "approval", "tickets")
"""Sections that say who is asked and what leaves, not how a household is planned."""

Given = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Edited:
    """A policy of a book as it is, and as somebody would have it; `file` has the faults, if any."""

    was: PolicyFile
    file: PolicyFile

    @property
    def changed(self) -> list[dict[str, Any]]:
        """Return the keys that differ, with both values as TOML, empty where one is not given."""
        before, after = _flat(self.was.given), _flat(self.file.given)
        return [
            {"key": f"{s}.{k}", "was": before.get((s, k), ""), "now": after.get((s, k), "")}
            for s, k in RULES
            if before.get((s, k), "") != after.get((s, k), "")
        ]

    def saved(self) -> str:
        """Return the policy as a file: what is not given is left out, and its digest stands first.

        Raises
        ------
        PolicyError
            If it is none.
        """
        if self.file.policy is None:
            raise PolicyError("; ".join(str(fault) for fault in self.file.faults))
        digest = policy_digest(self.file.policy)
        return policy_toml(self.file.given, f"sha256 of what it says: {digest}")


def edited(was: PolicyFile, told: Mapping[str, str], classes: Iterable[str]) -> Edited:
    """Return a policy with fields written over: `section.key` to text; unknown keys are faults.

    `classes` are the book's: limits on others are told, and where they look like slips are faults.
    """
    given: Given = {section: dict(values) for section, values in was.given.items()}
    for name, text in told.items():
        section, _, key = name.partition(".")
        if text.strip():
            given.setdefault(section, {})[key] = value_of(RULES.get((section, key)), text.strip())
        else:
            given.get(section, {}).pop(key, None)
    given = {section: values for section, values in given.items() if values}
    file = parse_given(was.policy_id, given, PLACE)
    return Edited(was, replace(_held_to(file, classes), given=given))


def _held_to(file: PolicyFile, classes: Iterable[str]) -> PolicyFile:
    lost = list(limits_of_nothing(file.policy, classes)) if file.policy else []
    faults = [
        Fault("policies", None, each.key, f"{PLACE}: {each.what}", each.remedy)
        for each in lost
        if each.slip
    ]
    if faults:
        return PolicyFile(file.policy_id, None, tuple(faults))
    return replace(file, warnings=(*file.warnings, *(f"{PLACE}: {each.what}" for each in lost)))


def fields_of(was: PolicyFile, text: str) -> dict[str, str]:
    """Return the fields in which another policy file differs from one of the book.

    Raises
    ------
    PolicyError
        If the text is no TOML.
    """
    try:
        told = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"the challenger is no TOML: {error}") from error
    fields = {f"{section}.{key}": "" for section, values in was.given.items() for key in values}
    for section, values in told.items():
        if not isinstance(values, Mapping):
            fields[section] = value_toml(values)
            continue
        for key, value in values.items():
            rule = RULES.get((section, key))
            plainly = isinstance(value, str) and (rule is None or rule.type is str)
            fields[f"{section}.{key}"] = str(value) if plainly else value_toml(value)
    return fields


def value_of(rule: Rule | None, text: str) -> Any:
    """Return what a field says; what cannot be read stays text, and the rule refuses it."""
    if rule is None or rule.type is str:
        return text
    plainly = text.replace(",", "").replace("$", "") if rule.type in (int, float) else text
    try:
        read = tomllib.loads(f"value = {plainly}")
    except (ValueError, RecursionError):
        return text
    return read["value"] if set(read) == {"value"} else text


def keys_of(was: PolicyFile, told: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return every key of a policy: its default, what it may be and does, its text in the form."""
    words, standard, given = key_words(), Policy(), _flat(was.given)
    keys = []
    for (section, key), rule in RULES.items():
        here = _bare(given.get((section, key), ""))
        now = told.get(f"{section}.{key}", here)
        keys.append(
            {
                "section": section,
                "key": key,
                "default": _default(getattr(getattr(standard, section), key)),
                "may_be": rule.words,
                "says": words[section, key],
                "choices": ["true", "false"] if rule.type is bool else list(rule.choices),
                "was": here,
                "now": now,
                "changed": now.strip() != here,
                "tried": section not in AT_READING,
            }
        )
    return keys


@dataclass(frozen=True, slots=True)
class Tried:
    """What a worker changes in every policy of a trial: a file in place of the one it is of.

    A household's override stays in force on top of it, as in a night.
    """

    choice: Choice
    file: PolicyFile

    def on(self, policy: Policy) -> Policy:
        """Return the policy as tried.

        Raises
        ------
        PolicyError
            If it does not go together with a household's override.
        """
        base = policy.policy_id.partition(JOINT)[0]
        if base != self.file.policy_id:
            return self.choice.on(policy)
        found = resolved({base: self.file}, policy.policy_id)
        if found is None or found.policy is None:
            raise PolicyError("; ".join(str(f) for f in (found.faults if found else ())))
        return self.choice.on(found.policy)


def _flat(given: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (section, key): value_toml(value)
        for section in section_names()
        if isinstance(given.get(section), Mapping)
        for key, value in given[section].items()
    }


def _bare(text: str) -> str:
    """Return a value's TOML as a field shows it: text without its quotes."""
    return text[1:-1] if text.startswith('"') and text.endswith('"') else text


def _default(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, tuple):
        return "none"
    return _bare(value_toml(value))
