"""What must leave a deferred account leaves it, as cash into a taxable account of its unit."""

from __future__ import annotations

from models.household import Household
from tests.households import account, household, unit
from tests.optimizer.by_hand import stated


def retired(own_outflow: float = 0.0, net_flow: float = 0.0) -> Household:
    """Return an IRA that must distribute $4,000, and taxable accounts of both spouses' units."""
    return household(
        [
            account("TX", cash=20_000.0),
            account(
                "IRA",
                "traditional_ira",
                cash=60_000.0 + own_outflow - net_flow,
                rmd_due_usd=4_000.0,
                net_flow=-own_outflow,
            ),
            account("HIS", filing_unit=1, cash=20_000.0),
        ],
        units=[unit("U1", "single"), unit("U2", "single")],
        net_flow=net_flow,
    )


def test_it_moves_as_cash_within_the_filing_unit() -> None:
    """4 units out of the IRA into TX; not 3, and not into the other return's account."""
    rule = stated("required_distribution", retired())
    assert rule.broken(transfer={"IRA": 4.0}, receipt={"TX": 4.0}) == []
    assert rule.broken(transfer={"IRA": 3.0}, receipt={"TX": 3.0}) == [
        ("required_distribution", 1.0)
    ]
    assert rule.broken(transfer={"IRA": 4.0}, receipt={"HIS": 4.0}) == [
        ("distribution_received", 4.0),
        ("distribution_received", 4.0),
    ]


def test_no_more_moves_than_is_due() -> None:
    """A transfer is for what is due alone: 5 of 4 units is one too many."""
    rule = stated("required_distribution", retired())
    broken = rule.broken(transfer={"IRA": 5.0}, receipt={"TX": 5.0})
    assert broken == [("distribution_received", 1.0)]


def test_the_accounts_own_outflow_counts() -> None:
    """$1,500 leave anyway: 2.5 units are left to move."""
    rule = stated("required_distribution", retired(own_outflow=1_500.0))
    assert rule.broken(transfer={"IRA": 2.5}, receipt={"TX": 2.5}) == []
    assert rule.broken() == [("required_distribution", 2.5)]


def test_its_part_in_a_household_withdrawal_counts_too() -> None:
    """$3,000 of a withdrawal from the IRA leave 1 unit to move."""
    rule = stated("required_distribution", retired(net_flow=-3_000.0))
    moved = {"withdrawal": {"IRA": 3.0}, "transfer": {"IRA": 1.0}, "receipt": {"TX": 1.0}}
    assert rule.broken(**moved) == []


def test_with_nothing_due_nothing_moves() -> None:
    """Cash crosses accounts as a required distribution or not at all."""
    of = household([account("TX"), account("IRA", "traditional_ira", cash=100_000.0)])
    rule = stated("required_distribution", of)
    broken = rule.broken(transfer={"IRA": 1.0}, receipt={"TX": 1.0})
    assert broken == [("distribution_received", 1.0), ("distribution_received", 1.0)]
