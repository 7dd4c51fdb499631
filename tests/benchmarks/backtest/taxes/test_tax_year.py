"""One unit's tax year, by hand under the law of 2026 (single, $100,000 of wages: 22% and 15%)."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.backtest.taxes.tax_year import (
    Income,
    liquidation_tax,
    usual_rates,
    wage_facts,
    with_dividends,
    year_tax,
)
from models.household import Household
from models.ledger import exact
from models.tax.filing import tax
from tests.households import account, household, unit

WAGES = 90_000.0


def _unit(**facts: float) -> Household:
    return household([account("A")], units=[unit("U", "single", **facts)])


def test_dividends_by_kind() -> None:
    """1,000 ordinary at 22% + 2,000 qualified at 15% = 520; exempt ones are free."""
    income = Income(qualified=2000.0, ordinary=1000.0, exempt=5000.0)
    year = year_tax(_unit(), 0, WAGES, income, 2026)
    assert year.dividends == pytest.approx(520.0)
    assert year.total == pytest.approx(520.0)


def test_state_tax_reaches_dividends_and_gains() -> None:
    """5% of 3,000 of dividends and of a 1,000 gain, on top of 22% and 15%."""
    of = _unit(state_rate=0.05, lt_realized_ytd=1000.0)
    year = year_tax(of, 0, WAGES, Income(qualified=2000.0, ordinary=1000.0), 2026)
    assert year.dividends == pytest.approx(520.0 + 150.0)
    assert year.gains == pytest.approx(150.0 + 50.0)


def test_a_loss_saves_on_wages_and_carries_the_rest() -> None:
    """−10,000 long: 3,000 · 22% saved, 7,000 long carried out."""
    year = year_tax(_unit(lt_realized_ytd=-10_000.0), 0, WAGES, Income(), 2026)
    assert year.gains == pytest.approx(-660.0)
    assert (year.carry_short, year.carry_long) == (0.0, 7000.0)


def test_what_was_carried_in_nets_first() -> None:
    """A 10,000 gain less 4,000 carried in, at 15%."""
    of = _unit(lt_realized_ytd=10_000.0, lt_carryforward=4000.0)
    assert year_tax(of, 0, WAGES, Income(), 2026).gains == pytest.approx(900.0)


def test_distributions_are_ordinary_and_penalties_come_on_top() -> None:
    """5,000 at 22% and a penalty of 500."""
    year = year_tax(_unit(), 0, WAGES, Income(distributions=5000.0, penalties=500.0), 2026)
    assert year.distributions == pytest.approx(1600.0)


def test_liquidation_nets_and_prices_at_usual_rates() -> None:
    """10,000 long · 15% − 2,000 short loss · 15%; alone, a loss is worth the offset of 3,000."""
    of = _unit()
    rates = usual_rates(of, 0, WAGES, 2026)
    assert (float(rates.short), float(rates.long)) == (0.22, 0.15)
    assert liquidation_tax(of, 0, rates, (-2000.0, 10_000.0), 2026) == pytest.approx(1200.0)
    assert liquidation_tax(of, 0, rates, (0.0, -50_000.0), 2026) == pytest.approx(-660.0)


def test_a_lump_is_not_pushed_into_higher_brackets() -> None:
    """A million of gain still counts at 15%: nobody sells it all in one year."""
    of = _unit()
    rates = usual_rates(of, 0, WAGES, 2026)
    assert liquidation_tax(of, 0, rates, (0.0, 1e6), 2026) == pytest.approx(150_000.0)


def test_kinds_add_up_to_the_law() -> None:
    """The parts sum to the tax of everything less the tax of wages, whatever the year was."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        short, long, d, q, o = np.round(rng.normal(0, 40_000, 5), 2)
        d, q, o = abs(d), abs(q), abs(o)
        of = _unit(st_realized_ytd=float(short), lt_realized_ytd=float(long))
        income = Income(qualified=float(q), ordinary=float(o), distributions=float(d))
        base = wage_facts(of, 0, WAGES, 2026)
        whole = tax(with_dividends(base, income), exact(short), exact(long), exact(d)).total
        less = tax(base, exact(0), exact(0)).total
        assert year_tax(of, 0, WAGES, income, 2026).total == pytest.approx(float(whole - less))
