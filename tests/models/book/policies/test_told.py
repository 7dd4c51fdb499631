from __future__ import annotations

from datetime import date

import pytest

from models.book.policies.files import parse_policy
from models.book.policies.rules import RULES
from models.book.policies.told import key_words, policy_toml
from scenarios.policy_texts import annotated_standard, sample_policies


def test_every_key_has_words_and_only_keys_have() -> None:
    """They are those beside the key, lines below it with them."""
    words = key_words()
    assert set(words) == set(RULES)
    assert words["weights", "tax_drag"] == "yearly tax on income: which account holds what"
    assert words["tax", "waiting"].endswith("that waiting would make long-term")
    assert all(not text.startswith("#") and "  " not in text for text in words.values())


@pytest.mark.parametrize("name", sorted({"standard", *sample_policies()}))
def test_a_policy_written_reads_as_itself(name: str) -> None:
    """Whatever a policy of the sample book says, the text says again."""
    text = {**sample_policies(), "standard": annotated_standard()}[name]
    read = parse_policy(name, text, "a test")
    again = parse_policy(name, policy_toml(read.given, "why\nand how"), "a test")
    assert again.policy == read.policy
    assert again.given == {section: keys for section, keys in read.given.items() if keys}


def test_names_that_are_no_bare_keys_and_days_are_written_as_toml() -> None:
    """Quotes, escapes, control characters, tables in tables."""
    odd = 'a"b\\c\n\x7f 家'
    given = {
        "bands": {"classes": {odd: {"below": 0.05, "above": 0.02}, "us bond": 0.1}},
        "triggers": {"calendar": "dates", "dates": [date(2026, 3, 31)]},
        "limits": {"class_max": {}},
    }
    read = parse_policy("odd", policy_toml(given), "a test")
    assert read.faults == () and read.given == given
