"""A household as asked: the stricter of both holds, and nothing is reached that is not its own."""

from __future__ import annotations

import numpy as np
import pytest

from models.asked import BY_REQUEST, as_asked
from models.errors import MOST_FAULTS, RequestError
from models.household import Household
from models.policy import Aim, Limits, Policy, TradeRules
from models.request.reading import MOST_IDS, request_of
from models.request.record import Request
from tests.households import account, household, lot, unit


def two_units(own: float = np.nan) -> Household:
    """Return a taxable account and a Roth IRA of two returns, the first with a budget of its own.

    The household contributes $1,000 by itself.
    """
    return household(
        [account("TX"), account("ROTH", "roth_ira", filing_unit=1)],
        [lot("A", "TX", "VTI", 100, 6_000.0, "2020-01-02"), lot("B", "ROTH", "VTI", 100)],
        units=[unit("U1", tax_budget_usd=own), unit("U2")],
        net_flow=1_000.0,
    )


def test_nothing_asked_changes_nothing() -> None:
    """The very household and policy come back."""
    of, policy = two_units(), Policy()
    assert as_asked(of, policy, Request()) == (of, policy)


@pytest.mark.parametrize(
    ("own", "shared", "asked", "held"),
    [
        (np.nan, None, 5_000.0, [5_000.0, 5_000.0]),
        (np.nan, 3_000.0, 5_000.0, [3_000.0, 3_000.0]),
        (9_000.0, 3_000.0, 5_000.0, [5_000.0, 3_000.0]),
        (200.0, None, 5_000.0, [200.0, 5_000.0]),
    ],
)
def test_the_stricter_budget_is_the_units_own(
    own: float, shared: float | None, asked: float, held: list[float]
) -> None:
    """A unit's own budget replaces the policy's; a request may be stricter, and no looser."""
    policy = Policy(limits=Limits(tax_budget_usd=shared))
    of, _ = as_asked(two_units(own), policy, request_of({"tax_budget_usd": asked}))
    assert of.units.tax_budget_usd.tolist() == held


def test_limits_weights_and_names() -> None:
    """The stricter limit, the weights that were asked for, the whole way, and both names."""
    policy = Policy(
        limits=Limits(te_max=0.03),
        trades=TradeRules(max_turnover=0.1),
        aim=Aim(how_far="half_band"),
    )
    request = request_of({"te_max": 0.01, "max_turnover": 0.5, "weights": {"tax": 2.0}})
    of, now = as_asked(two_units(), policy, request)
    assert (now.limits.te_max, now.trades.max_turnover) == (0.01, 0.1)
    assert (now.weights.tax, now.weights.trading_cost) == (2.0, 1.0)
    assert now.aim == Aim()
    assert of.policy_id == now.policy_id == f"standard + {request.name}"


def test_flows_add_up_and_a_request_takes_the_place_of_the_last() -> None:
    """$500 raised and $20 set aside of what arrives; asked again, the first is forgotten."""
    of, _ = as_asked(two_units(), Policy(), request_of({"raise_usd": 500.0}), 20.0)
    assert of.net_flow == 480.0
    again, _ = as_asked(of, Policy(), request_of({"invest_usd": 50.0}))
    assert again.net_flow == 1_050.0


def test_what_is_sold_or_excluded_is_not_bought_anywhere() -> None:
    """As restrictions, so that ranks know of them."""
    of, _ = as_asked(two_units(), Policy(), request_of({"sell": ["VTI"], "exclude": ["BND"]}))
    rows = of.restrictions
    assert set(rows.rule) == {"no_buy"}
    assert set(rows.account) == {-1}
    assert set(rows.reason) == {BY_REQUEST}
    assert len(rows.rule) == 2


def test_names_that_are_not_the_households_own_are_told_together() -> None:
    """A lot of a neighbour is as unknown as one that nobody has."""
    asks = {"keep": ["NONE"], "sell_lots": ["L6"], "accounts_out": ["A2"], "sell": ["BND"]}
    with pytest.raises(RequestError) as told:
        as_asked(two_units(), Policy(), request_of(asks))
    for words in ("keep 'NONE'", "sell_lots 'L6'", "accounts_out 'A2'", "holds none"):
        assert words in str(told.value)


def test_of_a_thousand_names_the_first_are_told_and_how_many_more() -> None:
    """All but the first twenty are counted, in a request that is read as in one that is made."""
    names = [f"X{k:03d}" for k in range(MOST_IDS)]
    rest = f"; and {MOST_IDS - MOST_FAULTS} more"
    with pytest.raises(RequestError) as unknown:
        as_asked(two_units(), Policy(), Request(keep=tuple(names)))
    with pytest.raises(RequestError) as twice:
        request_of({"keep": names, "sell": names})
    for said, fault in ((unknown, "keep 'X000': no such"), (twice, "'X000' is in keep")):
        text = str(said.value)
        assert text.startswith(fault) and text.endswith(rest) and len(text) < 2_000


def test_lots_count_in_taxable_accounts_alone() -> None:
    """Which lot of an IRA is sold is nobody's question: it is refused, not ignored."""
    with pytest.raises(RequestError, match="taxable accounts alone"):
        as_asked(two_units(), Policy(), request_of({"keep_lots": ["B"]}))
