from __future__ import annotations

from decimal import Decimal

import pytest

from models.law import law_for
from models.tax.custodian.rmd import (
    Balance,
    applicable_age,
    charitable_distribution,
    deferral_limit,
    factor,
    ira_limit,
    is_due,
    required_distribution,
    rmd_due,
    roth_ira_limit,
)

D = Decimal


@pytest.mark.parametrize(
    ("born", "age"),
    [(1940, "70.5"), (1949, "70.5"), (1950, 72), (1951, 73), (1959, 73), (1960, 75), (1990, 75)],
)
def test_the_first_age_depends_on_the_year_of_birth(born, age):
    """70½, 72, 73 or 75."""
    assert applicable_age(born) == D(age)
    assert applicable_age(1949, second_half=True) == 72


def test_who_owes():
    """Traditional money from the applicable age on; Roth money never, plans' only until 2023."""
    assert is_due(73, 2026)
    assert not is_due(72, 2026)
    assert not is_due(74, 2034)  # born in 1960
    assert is_due(75, 2035)
    assert not is_due(80, 2026, "roth_ira")
    assert not is_due(80, 2026, "roth_401k")
    assert is_due(80, 2023, "roth_401k")
    assert not is_due(80, 2020)


def test_iras_are_one_pot_and_plans_are_not():
    """One owner's IRAs add up; each 401(k) owes by itself; a spouse has a pot of her own."""
    balances = [
        Balance("i1", "him", "traditional_ira", D(265_000)),
        Balance("i2", "him", "traditional_ira", D(26_500)),
        Balance("k1", "him", "401k", D(53_000)),
        Balance("k2", "him", "401k", D(2_650)),
        Balance("r", "him", "roth_ira", D(500_000)),
        Balance("i3", "her", "traditional_ira", D(500_000)),
        Balance("i4", "son", "traditional_ira", D(500_000)),
    ]
    due = rmd_due(balances, {"him": 73, "her": 75, "son": 40}, 2026)
    # 291,500 / 26.5 = 11,000; 53,000 / 26.5 = 2,000; 2,650 / 26.5 = 100; 500,000 / 24.6.
    assert due == {"ira:him": 11_000, "k1": 2_000, "k2": 100, "ira:her": D("20325.20")}


def test_amounts_are_to_the_cent():
    """1,000,000 / 27.4 = 36,496.3503..."""
    assert required_distribution(D(1_000_000), 72, 2022) == D("36496.35")
    with pytest.raises(ValueError, match="starts at 72"):
        factor(60, 2026)


@pytest.mark.parametrize(
    ("age", "of_2025", "of_2026"),
    [(40, 23_500, 24_500), (50, 31_000, 32_500), (60, 34_750, 35_750)],
)
def test_deferral_limits(age, of_2025, of_2026):
    """The catch-up of 60 to 63 replaces that of 50."""
    assert deferral_limit(law_for(2025), age) == of_2025
    assert deferral_limit(law_for(2026), age) == of_2026
    assert deferral_limit(law_for(2026), 64) == deferral_limit(law_for(2026), 50)


def test_ira_limits_phase_out():
    """Half way through the range half is left, rounded up to 10 dollars, at least 200."""
    law = law_for(2026)
    assert ira_limit(law, 49) == 7_500
    assert ira_limit(law, 50) == 8_600
    assert roth_ira_limit(law, 40, "single", D(153_000)) == 7_500
    assert roth_ira_limit(law, 40, "single", D("160499")) == 3_760  # 7,500 · 7,501/15,000 = 3,750.5
    assert roth_ira_limit(law, 40, "mfj", D(251_900)) == 200
    assert roth_ira_limit(law, 40, "hoh", D(168_000)) == 0


def test_charitable_distributions_count_toward_what_is_due():
    """Up to the limit they stay out of income; all of it counts."""
    law = law_for(2026)
    assert charitable_distribution(law, D(20_000), D(30_000)) == (20_000, 10_000)
    assert charitable_distribution(law, D(120_000), D(130_000)) == (111_000, 10_000)
