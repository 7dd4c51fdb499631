"""Policies are read strictly, and every fault of a file is told at once."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from models.book import parse_policy, read_policies, read_policy
from models.book.policies.overrides import override_of
from models.book.policies.rules import RULES
from models.policy import Policy

STANDARD = Path(__file__).parents[4] / "models" / "standard.toml"


def faults_of(text: str) -> list[str]:
    """Return the faults of a policy's text; without any there is a policy."""
    file = parse_policy("p", text, "policies/p.toml")
    assert (file.policy is None) == bool(file.faults)
    return [str(fault) for fault in file.faults]


def test_the_annotated_example_is_the_built_in_policy() -> None:
    """models/standard.toml reads as Policy() exactly."""
    file = read_policy(STANDARD)
    assert file.faults == ()
    assert file.policy == Policy()


def test_the_annotated_example_shows_every_key_once() -> None:
    """Given or commented, each key of RULES stands in the example, in its section."""
    shown, section = [], ""
    for line in STANDARD.read_text(encoding="utf-8").splitlines():
        if head := re.match(r"\[(\w+)\]", line):
            section = head[1]
        elif key := re.match(r"(?:#: )?(\w+) +=|(?:#: )?(\w+) =", line):
            shown.append((section, key[1] or key[2]))
    assert sorted(shown) == sorted(RULES)


def test_the_example_is_valid_with_every_comment_uncommented() -> None:
    """The values shown for keys that are not given are allowed ones."""
    text = STANDARD.read_text(encoding="utf-8").replace("#: ", "")
    file = parse_policy("all", text, "all.toml")
    assert file.faults == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[weigths]\ntax = 1", "unknown section or top-level key 'weigths'"),
        ("tax = 1", "tax = 1 where a section is needed"),
        ("aversion = 1", "unknown section or top-level key 'aversion'"),
        ("[risk]\naversoin = 3", "unknown key 'aversoin' in [risk]"),
        ("[risk]\naversion = '3'", "aversion = '3' in [risk] is not a number above 0"),
        ("[risk]\naversion = 0", "aversion = 0 in [risk] is not a number above 0"),
        ("[risk]\naversion = true", "aversion = True in [risk]"),
        ("[risk]\naversion = nan", "aversion = nan in [risk]"),
        ("[risk]\nhorizon_years = inf", "horizon_years = inf in [risk]"),
        ("[risk]\nhorizon_years = -1", "horizon_years = -1 in [risk] is not a number at least 0"),
        ("[weights]\ntax = -0.1", "tax = -0.1 in [weights] is not a number at least 0"),
        ("[tax]\ndiscount_rate = 1.0", "is not a number at least 0 and below 1"),
        ("[tax]\ncarryforward_value = -0.1", "carryforward_value = -0.1"),
        ("[tax]\ndrag_reference = 'class'", "is not one of none, target"),
        ("[trades]\nmode = 'sell'", "is not one of full, buy_only, sell_only, harvest_only, hold"),
        ("[trades]\ngain_harvest = 1", "gain_harvest = 1 in [trades] is not true or false"),
        ("[trades]\nmax_turnover = -1", "max_turnover = -1"),
        ("[limits]\nbands = 'soft'", "is not one of trigger, hard"),
        (
            "[limits]\nlong_term_guard_days = 3.5",
            "is not a whole number at least 0 and at most 366",
        ),
        ("[limits]\nte_max = 0", "te_max = 0 in [limits] is not a number above 0"),
        ("[limits]\ngain_share_of_unrealized = 2", "at least 0 and at most 1"),
        ("[wash_sale]\nmode = 'ignore'", "is not one of avoid, price"),
        ("[wash_sale]\nclosed_replacements = 'no'", "is not one of ignore, count"),
        ("[data]\nmax_price_age_days = -1", "is not a whole number at least 0"),
        ("[solver]\nname = 'scip'", "is not one of piqp, clarabel, osqp, ecos"),
        ("[solver]\nbackend = 'numpy'", "is not one of arrays, cvxpy"),
        (
            "[solver]\nname = 'ecos'\nbackend = 'arrays'",
            'ecos takes no arrays; give backend = "cvxpy"',
        ),
        ("[tax]\nshort_rate = 0.1\nlong_rate = 0.2", "short_rate 0.1 is below long_rate 0.2"),
        (
            "[tax]\nshort_rate = 0.3\nlong_rate = 0.2\ncarryforward_value = 0.25",
            "carryforward_value 0.25 is above long_rate 0.2",
        ),
        ("[tax\n", "is not TOML"),
        ("[tax]\nlong_rate = 0.2\nlong_rate = 0.3", "is not TOML"),
    ],
)
def test_a_wrong_line_is_a_fault_that_says_so(text: str, said: str) -> None:
    """One fault, naming the file and what would do."""
    found = faults_of(text)
    assert [said in fault for fault in found] == [True], found
    assert "policies/p.toml" in found[0]


def test_all_faults_of_a_policy_are_told_at_once() -> None:
    """Three slips, three faults, each at its key."""
    file = parse_policy("p", "[risk]\naversion = -1\ntemper = 2\n[limit]\nx = 1\n", "p.toml")
    assert [fault.column for fault in file.faults] == ["risk.aversion", "risk.temper", "limit"]


def test_standard_is_built_in_unless_a_file_replaces_it(tmp_path: Path) -> None:
    """Without the folder, with another file, and with a file of that name."""
    assert read_policies(tmp_path / "policies")["standard"].policy == Policy()
    (tmp_path / "other.toml").write_text("", encoding="utf-8")
    assert set(read_policies(tmp_path)) == {"standard", "other"}
    (tmp_path / "standard.toml").write_text("[risk]\naversion = 3", encoding="utf-8")
    replaced: Any = read_policies(tmp_path)["standard"].policy
    assert replaced.risk.aversion == 3.0


def test_a_policy_that_is_not_text_is_a_fault(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 do not stop the reading of the others."""
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe\x00")
    faults = read_policies(tmp_path)["bad"].faults
    assert ["cannot be read" in str(fault) for fault in faults] == [True]


@pytest.mark.parametrize("kind", ["link", "loop", "folder", "pipe"])
def test_a_policy_that_cannot_be_read_is_a_fault(tmp_path: Path, kind: str) -> None:
    """A name that leads nowhere, to a folder or to a pipe says so; the others are read."""
    path = tmp_path / "bad.toml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path if kind == "loop" else tmp_path / "nowhere")
    (tmp_path / "good.toml").write_text("", "utf-8")
    found = read_policies(tmp_path)
    (fault,) = found["bad"].faults
    why = {"link": "No such file", "loop": "symbolic links"}.get(kind, "it is no file")
    assert why in fault.what and "bad.toml: cannot be read" in fault.what
    assert str(tmp_path) not in str(fault), "where the book is now is nothing to remember"
    assert found["bad"].unread and found["good"].policy is not None


def test_a_value_of_many_digits_is_told_in_part() -> None:
    """TOML knows whole numbers of any length, and texts."""
    for value in ("1" + "0" * 400, '"' + "x" * 4_000 + '"'):
        (said,) = faults_of(f"[risk]\naversion = {value}\n")
        assert len(said) < 200


@pytest.mark.parametrize("value", ["[" * 5_000, "1" + "0" * 400, "-1" + "0" * 5_000])
def test_what_is_too_deep_or_too_large_is_a_fault(value: str) -> None:
    """A value that cannot be read, and a whole number that no float holds, end no night."""
    assert faults_of(f"[risk]\naversion = {value}\n")
    assert override_of(f"risk.aversion = {value}")
