"""Keys without effect are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.book import parse_policy

STANDARD = Path(__file__).parents[4] / "models" / "standard.toml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[triggers]\ncalendar = 'monthly'", "triggers.calendar has no effect"),
        ("[triggers]\ndrift = 'calendar'\nweekday = 'friday'", "triggers.weekday has no effect"),
        (
            "[weights]\ntax_drag = 0\n[tax]\ndrag_reference = 'none'",
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
