"""Keys that must fit each other: a warning or a change where they do not."""

from __future__ import annotations

from models.book import parse_policy


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


def test_a_solver_that_takes_no_arrays_goes_through_cvxpy() -> None:
    """Naming ecos is enough; its backend is in force and shown as such."""
    policy = parse_policy("p", "[solver]\nname = 'ecos'", "p.toml").policy
    assert policy is not None
    assert (policy.solver.name, policy.solver.backend) == ("ecos", "cvxpy")
