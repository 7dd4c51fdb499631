"""A household's own rules: its policy with what its override says, and nobody else's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.book.policies.files import PolicyFile, parse_policy
from models.book.policies.overrides import effective_ids, resolved
from models.book.read import read_book
from models.policy import Policy
from models.triggers import screen
from nightly.triage.columns import read_columns
from tests.books import tiny_book, write

ASOF = date(2026, 11, 20)


def files(text: str = "[limits]\ntax_budget_usd = 2000\n") -> dict[str, PolicyFile]:
    """Return the built-in policy and one named careful."""
    return {
        "standard": PolicyFile("standard", Policy()),
        "careful": parse_policy("careful", text, "policies/careful.toml"),
    }


def test_policy_and_override_are_one_policy() -> None:
    """What the override says replaces the key; what it does not say stays."""
    file = resolved(files(), "careful + limits.te_max = 0.01; trades.mode = 'buy_only'")
    assert file is not None
    assert file.policy is not None
    assert (file.policy.limits.te_max, file.policy.limits.tax_budget_usd) == (0.01, 2000.0)
    assert file.policy.trades.mode == "buy_only"
    assert file.overridden


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("limits.te_mux = 0.01", "unknown key 'te_mux'"),
        ("te_max = 0.01", "unknown section or top-level key 'te_max'"),
        ("limits.te_max = -1", "te_max = -1 in [limits] is not a number above 0"),
        ("quickly", "unknown section or top-level key 'quickly'"),
    ],
)
def test_a_wrong_override_is_told_by_what_is_wrong(override: str, said: str) -> None:
    """With the words of a policy's file."""
    file = resolved(files(), f"standard + {override}")
    assert file is not None
    assert file.policy is None
    assert said in file.faults[0].what


def test_texts_that_mean_the_same_are_one_policy() -> None:
    """Blanks and line breaks between the parts do not matter; nothing is no override."""
    names = np.array(["p", "p", "p", "p", None], object)
    said = np.array(["a.b = 1 ;c.d=2", "a.b = 1\nc.d=2;", "", None, "a.b = 1"], object)
    joint = "p + a.b = 1; c.d=2"
    assert effective_ids(names, said).tolist() == [joint, joint, "p", "p", None]


def test_a_book_has_the_policy_in_force(tmp_path: Path) -> None:
    """H1 has its own limit and its own age of prices; 007 under the same policy has neither."""
    tables = tiny_book()
    tables["households"][0]["overrides"] = "limits.te_max = 0.02; bands.absolute = 0.9"
    book = read_book(write(tables, tmp_path), ASOF)
    mine, other = book.household("H1"), book.household("007")
    assert mine.policy_id == "standard + limits.te_max = 0.02; bands.absolute = 0.9"
    assert book.policy(mine.policy_id).limits.te_max == 0.02
    assert book.policy(other.policy_id).limits.te_max is None
    screened = screen(read_columns(tmp_path, ASOF).columns)
    assert screened.needed.tolist() == [True, False, True]  # 007, H1, H2 in order of id


def test_a_wrong_override_is_the_households_fault(tmp_path: Path) -> None:
    """H1 is invalid, with what is wrong; nobody else is."""
    tables = tiny_book()
    tables["households"][0]["overrides"] = "limits.te_mux = 0.02"
    folder = write(tables, tmp_path)
    book = read_book(folder, ASOF)
    assert set(book.faults_by_household) == {"H1"}
    assert "te_mux" in str(book.faults_of("H1")[0])
    assert read_columns(folder, ASOF).doubtful.tolist() == [False, True, False]
