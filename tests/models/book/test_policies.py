"""Policies are read strictly, and every fault of a file is told at once."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from models.book import parse_policy, read_policies, read_policy
from models.book.policies.files import section_names
from models.book.policies.rules import RULES
from models.policy import Policy

STANDARD = Path(__file__).parents[3] / "models" / "standard.toml"


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


def test_a_carryforward_worth_more_than_it_can_save_is_a_warning() -> None:
    """κ = 0.2 is above δ·τ_f = 0.2·1.05⁻⁵ = 0.1567; at 0.15 there is nothing to say."""
    rates = "[tax]\nshort_rate = 0.3\nlong_rate = 0.2\ncarryforward_value = "
    high = parse_policy("p", rates + "0.2", "p.toml")
    assert high.policy is not None
    assert ["which makes every loss worth harvesting" in w for w in high.warnings] == [True]
    assert parse_policy("p", rates + "0.15", "p.toml").warnings == ()


def test_one_rate_without_the_other_is_a_warning() -> None:
    """The law's marginal rate then stands in; with both there is nothing to say."""
    alone = parse_policy("p", "[tax]\nshort_rate = 0.35", "p.toml")
    assert alone.policy is not None and alone.policy.tax.short_rate == 0.35
    assert ["only one is given" in warning for warning in alone.warnings] == [True]
    assert parse_policy("p", "[tax]\nshort_rate = 0.35\nlong_rate = 0.2", "p").warnings == ()


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


def test_a_solver_that_takes_no_arrays_goes_through_cvxpy() -> None:
    """Naming ecos is enough; its backend is in force and shown as such."""
    policy = parse_policy("p", "[solver]\nname = 'ecos'", "p.toml").policy
    assert policy is not None
    assert (policy.solver.name, policy.solver.backend) == ("ecos", "cvxpy")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[triggers]\ncalendar = 'monthly'", "triggers.calendar has no effect"),
        ("[triggers]\ndrift = 'calendar'\nweekday = 'friday'", "triggers.weekday has no effect"),
        (
            "[weights]\ntax_drag = 0\n[tax]\ndrag_reference = 'target'",
            "tax.drag_reference has no effect: give weights.tax_drag above 0",
        ),
        ("[triggers]\nharvest_fraction = 0.1", "give harvest_usd too"),
        ("[bands]\nrisk_scaled = true", "give absolute or relative too"),
        ("[aim]\nfraction = 0.5", 'it is for how_far = "fraction"'),
        ("[regime]\nmost = 3.0", "give follow = true too"),
        ("[season]\ndays = 30", "give tighten too"),
    ],
)
def test_a_key_without_effect_is_a_warning(text: str, said: str) -> None:
    """The policy is valid, and says which key does nothing and what it needs."""
    file = parse_policy("p", text, "policies/p.toml")
    assert file.faults == ()
    assert [said in warning for warning in file.warnings] == [True], file.warnings


def test_what_is_used_or_as_by_default_is_no_warning() -> None:
    """Neither a calendar that drift looks at nor a copy of the annotated example."""
    used = "[triggers]\ndrift = 'hybrid'\ncalendar = 'monthly'\nday = 15"
    assert parse_policy("p", used, "p.toml").warnings == ()
    assert parse_policy("p", STANDARD.read_text(encoding="utf-8"), "p.toml").warnings == ()
