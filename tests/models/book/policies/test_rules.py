"""Rules of what may be written are about exactly the fields of a policy."""

from __future__ import annotations

from dataclasses import fields

from models.book import parse_policy
from models.book.policies.files import section_names
from models.book.policies.rules import RULES
from models.policy import Policy


def test_rules_are_about_exactly_the_fields_of_a_policy() -> None:
    """Neither a field without a rule nor a rule without a field."""
    known = {
        (section, field.name)
        for section in section_names()
        for field in fields(getattr(Policy(), section))
    }
    assert set(RULES) == known


def test_a_whole_number_is_a_number() -> None:
    """Integers stand for floats; the field is a float all the same."""
    policy = parse_policy("p", "[risk]\naversion = 20", "p").policy
    assert policy is not None
    assert (policy.policy_id, policy.risk.aversion, type(policy.risk.aversion)) == (
        "p",
        20.0,
        float,
    )
