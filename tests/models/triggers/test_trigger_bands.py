"""Each width by hand: rows' own bands first, then classes', then the policy's; and the factors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.arrays import Floats
from models.market import Market
from models.policy import Bands, ClassBand, Policy, Regime
from models.triggers.bands import sides_of
from models.triggers.regime import band_factor
from tests.households import market, security, target

STORM: Floats = np.concatenate([np.tile([0.01, -0.01], 230), np.tile([0.03, -0.03], 11)])
"""460 calm days, then 22 at three times the volatility."""


def shop() -> Market:
    """Return stocks at 20% volatility and bonds at 5%: 60/40, bonds with a band of their own."""
    return market(
        [security("S", 10.0, "stocks"), security("B", 10.0, "bonds")],
        {"T": target({"stocks": 0.6, "bonds": 0.4}, {"bonds": 0.02}), "U": target({"stocks": 1.0})},
        {("stocks", "stocks"): 0.04, ("bonds", "bonds"): 0.0025, ("stocks", "bonds"): 0.0},
    )


def widths(bands: Bands, regime: Regime | None = None, **returns: Floats) -> dict[str, list[float]]:
    """Return below and above by class of target T."""
    where = replace(shop(), returns=returns)
    goal = where.targets["T"]
    found = sides_of(goal, Policy(bands=bands, regime=regime or Regime()), where)
    rows = zip(goal.classes, found.below.tolist(), found.above.tolist(), strict=True)
    return {name: [below, above] for name, below, above in rows}


NAN = float("nan")


@pytest.mark.parametrize(
    ("bands", "stocks", "bonds"),
    [
        (Bands(), [NAN, NAN], [0.02, 0.02]),
        (Bands(absolute=0.05), [0.05, 0.05], [0.02, 0.02]),
        (Bands(relative=0.25), [0.15, 0.15], [0.02, 0.02]),
        (Bands(absolute=0.05, relative=0.25), [0.05, 0.05], [0.02, 0.02]),
        (Bands(absolute=0.05, relative=0.05), [0.03, 0.03], [0.02, 0.02]),
        (Bands(absolute=0.05, deadband=0.03), [0.05, 0.05], [0.03, 0.03]),
        (Bands(absolute=0.05, deadband=0.08), [0.08, 0.08], [0.08, 0.08]),
        (Bands(classes=(ClassBand("stocks", below=0.04, above=0.01),)), [0.04, 0.01], [0.02, 0.02]),
        (
            Bands(classes=(ClassBand("stocks", absolute=0.04, above=0.01),)),
            [0.04, 0.01],
            [0.02] * 2,
        ),
        (Bands(0.09, classes=(ClassBand("stocks", relative=0.1),)), [0.06, 0.06], [0.02, 0.02]),
        (Bands(classes=(ClassBand("stocks", above=0.01),)), [NAN, 0.01], [0.02, 0.02]),
        # mean volatility 0.6·20% + 0.4·5% = 14%: 14/20 of the band for stocks
        (Bands(absolute=0.05, risk_scaled=True), [0.035, 0.035], [0.02, 0.02]),
    ],
)
def test_widths(bands: Bands, stocks: list[float], bonds: list[float]) -> None:
    """Below and above of both rows."""
    found = widths(bands)
    assert found["stocks"] == pytest.approx(stocks, nan_ok=True)
    assert found["bonds"] == pytest.approx(bonds, nan_ok=True)


def test_the_risk_scale_has_limits() -> None:
    """A class of a twentieth of the volatility gets twice the band, not twenty times."""
    where = market(
        [security("S", 10.0, "stocks"), security("B", 10.0, "bills")],
        {"T": target({"stocks": 0.5, "bills": 0.5})},
        {("stocks", "stocks"): 0.04, ("bills", "bills"): 0.0001, ("stocks", "bills"): 0.0},
    )
    policy = Policy(bands=Bands(absolute=0.05, risk_scaled=True))
    goal = where.targets["T"]
    found = dict(zip(goal.classes, sides_of(goal, policy, where).above.tolist(), strict=True))
    # mean volatility (20% + 1%)/2 = 10.5%
    assert found == pytest.approx({"stocks": 0.05 * 10.5 / 20, "bills": 0.10})


def test_bands_widen_in_a_storm_within_limits() -> None:
    """The regime's factor multiplies every band of the class that has returns, own bands too."""
    regime = Regime(follow=True, most=1.5)
    found = widths(Bands(absolute=0.05), regime, stocks=STORM, bonds=STORM[:100])
    assert found["stocks"] == pytest.approx([0.075, 0.075])
    assert found["bonds"] == [0.02, 0.02]  # too few returns to know a regime
    assert widths(Bands(absolute=0.05), Regime(most=1.5), stocks=STORM)["stocks"] == [0.05, 0.05]


def test_the_factor_is_recent_over_long_volatility() -> None:
    """σ of the last 21 returns over σ of the last 252, the mean taken out of each."""
    regime = Regime(follow=True, least=0.1, most=10.0)
    recent, long = np.std(STORM[-21:], ddof=1), np.std(STORM[-252:], ddof=1)
    assert band_factor(regime, STORM) == pytest.approx(float(recent / long))
    calm: Floats = np.concatenate([STORM[-230:], np.tile([0.001, -0.001], 11)])
    assert band_factor(replace(regime, least=0.7), calm) == 0.7
    assert band_factor(regime, np.zeros(300)) == 1.0
