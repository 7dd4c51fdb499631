"""What follows from a household's columns, against plain loops over its rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.household import TREATMENT_OF, Household, TaxTreatment
from tests.households import BOND, STOCK, account, household, lot, security, target


def three_accounts() -> Household:
    """An IRA under a target of its own between two accounts of the household's target."""
    return household(
        [
            account("TX", cash=100.0, net_flow=-30.0),
            account("IRA", "traditional_ira", cash=-5.0, target_id="BONDS"),
            account("ROTH", "roth_ira", cash=7.0, net_flow=2.5),
        ],
        [
            lot("L1", "TX", "AAA", 3.0, 90.0, "2020-01-02"),
            lot("L2", "TX", "BBB", 8.0, 90.0, "2020-01-02"),
            lot("L3", "IRA", "AAA", 0.5, 10.0, "2020-01-02"),
        ],
        [security("AAA", 40.0), security("BBB", 12.5, BOND)],
        targets={"T": target({STOCK: 1.0}), "BONDS": target({BOND: 1.0})},
        net_flow=-11.0,
    )


def test_treatment_is_that_of_each_account_type() -> None:
    """Taxable, deferred and exempt, account by account; taxable is the first of them."""
    of = three_accounts()
    assert of.treatment.tolist() == [
        TaxTreatment.TAXABLE,
        TaxTreatment.DEFERRED,
        TaxTreatment.EXEMPT,
    ]
    assert of.taxable.tolist() == [True, False, False]


@pytest.mark.parametrize("kind", TREATMENT_OF)
def test_every_account_type_has_a_treatment(kind: str) -> None:
    """An account is taxable exactly if its type is."""
    of = three_accounts()
    types = np.array([kind] * 3, dtype=object)
    changed = replace(of, accounts=replace(of.accounts, account_type=types))
    assert changed.taxable.tolist() == [kind == "taxable"] * 3


def test_accounts_without_a_target_follow_the_households() -> None:
    """Groups come in the order of their first accounts, each once."""
    of = three_accounts()
    assert of.account_target.tolist() == ["T", "BONDS", "T"]
    assert of.group_targets == ("T", "BONDS")


def test_naming_the_households_target_makes_no_group_of_its_own() -> None:
    """An account that states the household's own target is in the household's group."""
    of = three_accounts()
    stated = np.array(["T", None, None], dtype=object)
    assert replace(of, accounts=replace(of.accounts, target_id=stated)).group_targets == ("T",)


def test_value_counts_lots_cash_and_every_flow() -> None:
    """W = 3·40 + 8·12.5 + 0.5·40 of lots, 102 of cash, −27.5 of accounts' flows, −11 in all."""
    of = three_accounts()
    assert of.lot_value_usd.tolist() == [120.0, 100.0, 20.0]
    assert of.value_usd == 240.0 + 102.0 - 27.5 - 11.0


def test_a_changed_household_is_worked_out_anew() -> None:
    """Nothing that is remembered of one household is told of another."""
    of = three_accounts()
    assert of.value_usd == 303.5
    assert replace(of, net_flow=0.0).value_usd == 314.5
    assert replace(of, target_id="BONDS").group_targets == ("BONDS",)


def test_what_is_worked_out_cannot_be_written_to() -> None:
    """It is shared by everybody who asks."""
    of = three_accounts()
    for found in (of.treatment, of.taxable, of.account_target, of.lot_value_usd):
        assert not found.flags.writeable
