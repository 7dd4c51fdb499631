"""V(year to date + run) − V(year to date) by netting case, worked by hand in dollars.

A joint return of $150,000 in 2026: ordinary 22%, long 15%, κ = 0.15·1.05⁻⁵ = 0.117529, k = 3,000.
"""

from __future__ import annotations

from typing import Any

from models.household import Household
from models.policy import Policy, TaxRates
from optimizer.inputs.tax_range import Netting
from tests.households import account, household, lot, security, unit
from tests.optimizer.by_hand import Label, stated, taxed

LOSS, BOTH, SHORT = Netting.LOSS, Netting.BOTH, Netting.SHORT


def four(cash: float = 20_000.0, ira: float = 0.0, **of_unit: Any) -> Household:
    """Return gains and losses of $10,000 each, short and long, on $20,000 each; W = $100,000."""
    return household(
        [account("TX", cash=cash), account("IRA", "traditional_ira", cash=ira)],
        [
            lot("SG", "TX", "VTI", 200, 10_000.0, "2026-05-04"),
            lot("SL", "TX", "ITOT", 200, 30_000.0, "2026-05-04"),
            lot("LG", "TX", "VEA", 200, 10_000.0, "2024-05-06"),
            lot("LL", "TX", "VWO", 200, 30_000.0, "2024-05-06"),
        ],
        [security(name, 100.0) for name in ("VTI", "ITOT", "VEA", "VWO")],
        units=[unit(**of_unit)],
        net_flow=-ira,
    )


def test_a_short_gain_pays_the_ordinary_rate_and_a_long_one_the_long_rate() -> None:
    """10,000 at 22% is $2,200, at 15% $1,500; both together $3,700.

    A case that holds at its very edge (L = 0) says the same.
    """
    assert taxed(four(), {"SG": 1.0}) == {BOTH: 2200.0, SHORT: 2200.0}
    assert taxed(four(), {"LG": 1.0}) == {BOTH: 1500.0}
    assert taxed(four(), {"SG": 1.0, "LG": 1.0}) == {BOTH: 3700.0}


def test_a_loss_saves_ordinary_tax_up_to_3000_and_the_rest_is_carried() -> None:
    """−10,000: 3,000 at 22% save $660, 7,000 carried at κ are worth $822.70."""
    assert taxed(four(), {"SL": 1.0}) == {LOSS: -1482.70}
    assert taxed(four(), {"LL": 0.2}) == {LOSS: -440.0}


def test_a_long_loss_against_a_short_gain_saves_the_short_rate() -> None:
    """10,000 short less 6,000 long: 4,000 at 22% is $880, all of it ordinary."""
    assert taxed(four(), {"SG": 1.0, "LL": 0.6}) == {SHORT: 880.0}


def test_a_short_loss_against_a_long_gain_saves_the_long_rate() -> None:
    """10,000 long less 4,000 short: 6,000 at 15% is $900."""
    assert taxed(four(), {"LG": 1.0, "SL": 0.4}) == {BOTH: 900.0}


def test_the_year_to_date_counts_first() -> None:
    """With $8,000 of short gain realized, a long loss of 10,000 takes back 22% of all 8,000.

    −1,760, and 2,000 more against ordinary income: −$440.
    """
    year = four(st_realized_ytd=8_000.0)
    assert taxed(year, {"LL": 1.0}) == {LOSS: -2200.0}
    assert taxed(year, {"LL": 0.5}) == {SHORT: -1100.0}
    # The next long gain costs the short rate until the loss is used up: N = 8 − 10 + 5 = 3.
    assert taxed(year, {"LL": 1.0, "LG": 0.5}) == {SHORT: -1100.0}


def test_carried_losses_are_used_up_before_anything_is_owed() -> None:
    """$25,000 carried in: 3,000 offset, 22,000 carried on; a gain of 10,000 costs κ: $1,175.29."""
    carried = four(lt_carryforward=25_000.0)
    assert taxed(carried, {"SG": 1.0}) == {LOSS: 1175.29}
    # 20,000 of gains less 25,000 leave 5,000: still 3,000 offset; 20,000 fewer are carried.
    assert taxed(carried, {"SG": 1.0, "LG": 1.0}) == {LOSS: 2350.58}


def test_brackets_rise_within_a_gain() -> None:
    """At $207,000 of income 22% ends at 211,400: 4,400·22% + 5,600·24% = 968 + 1,344 = $2,312.

    A long gain of 1,000 beside it pays $150.
    """
    assert taxed(four(ordinary_income=207_000.0), {"SG": 1.0, "LG": 0.1}) == {BOTH: 2462.0}


def test_the_zero_bracket_of_long_gains() -> None:
    """It ends at 98,900: 85,000 + 5,000 of dividends + 10,000 leave 1,100 at 15%: $165."""
    low = four(ordinary_income=85_000.0, qualified_dividends=5_000.0)
    assert taxed(low, {"LG": 1.0}) == {BOTH: 165.0}


def test_where_the_zero_bracket_ends_only_what_is_taxed_less_is_priced_less() -> None:
    """At $92,000 a long gain of 10,000 has 6,900 free and 3,100 at 15%: $465.

    With $98,900 of ordinary income, where the 0% bracket ends, a gain of 1,900 reaches the next
    ordinary one: the law takes 12% of it, not 15%.
    """
    assert taxed(four(ordinary_income=92_000.0), {"LG": 1.0}) == {BOTH: 465.0}
    assert taxed(four(ordinary_income=98_900.0), {"LG": 0.19}) == {BOTH: 12.0 * 19}


def test_state_and_surtax_come_on_top() -> None:
    """5% of 10,000 is $500; from MAGI 245,000 on, 5,000 pay 3.8%: $190; 15% is $1,500."""
    rich = four(magi=245_000.0, net_investment_income=1_000.0, state_rate=0.05)
    assert taxed(rich, {"LG": 1.0}) == {BOTH: 1500.0 + 500.0 + 190.0}


def test_a_loss_saves_no_more_state_tax_than_there_is() -> None:
    """At $1,000 of income 3,000 offset 1,000: 10% and 5% of that are $150, and nothing is carried.

    With $10,000 out of the IRA as well, 8,000 are taxed for 1,000: 10% and 5% of 7,000. Deductions
    of $5,000 that nothing used relieve a gain of 10,000 of half the 10%, and of no state tax.
    """
    free = Policy(tax=TaxRates(carryforward_value=0.0))
    poor = {"ordinary_income": 1_000.0, "magi": 1_000.0, "state_rate": 0.05}
    assert taxed(four(**poor), {"SL": 0.3}, free) == {LOSS: -150.0}
    assert taxed(four(**poor), {"SL": 1.0}, free) == {LOSS: -150.0}
    out = four(cash=10_000.0, ira=10_000.0, **poor)
    assert taxed(out, {"SL": 0.3}, free, IRA=10_000.0) == {LOSS: 1_050.0}
    unused = four(ordinary_income=-5_000.0, magi=0.0, state_rate=0.05)
    assert taxed(unused, {"SG": 1.0}, free) == {BOTH: 1_000.0, SHORT: 1_000.0}
    assert taxed(unused, {"SL": 0.3}, free) == {LOSS: 0.0}


def test_flat_rates_of_a_policy_replace_all_of_it() -> None:
    """At 35% and 20%: $3,500 and $2,000, whatever the state and the surtax."""
    flat = Policy(tax=TaxRates(short_rate=0.35, long_rate=0.2))
    rich = four(magi=900_000.0, state_rate=0.05)
    assert taxed(rich, {"SG": 1.0}, flat) == {BOTH: 3500.0, SHORT: 3500.0}
    assert taxed(rich, {"LG": 1.0}, flat) == {BOTH: 2000.0}


def test_what_leaves_the_ira_is_ordinary_income() -> None:
    """$10,000 of 150,000 + 10,000 at 22%: $2,200, and the gain of 10,000 on top of it as before."""
    of = four(cash=10_000.0, ira=10_000.0)
    assert taxed(of, {}, IRA=10_000.0) == {LOSS: 2200.0, BOTH: 2200.0, SHORT: 2200.0}
    assert taxed(of, {"LG": 1.0}, IRA=10_000.0) == {BOTH: 3700.0}


def test_the_gains_of_the_run_are_those_of_what_is_sold() -> None:
    """Half of SG and LL: +5 and −5 units; a different gain breaks the row that says so."""
    term = stated("realized_tax", four())
    sold: dict[Label, float] = {"SG": 10.0, "LL": 10.0}
    true = term.broken(sale=sold, short_gain={"U1": 5.0}, long_gain={"U1": -5.0})
    false = term.broken(sale=sold, short_gain={"U1": 5.0}, long_gain={"U1": -4.0})
    assert (true, false) == ([], [("long gains", 1.0), ("netting", 1.0)])
