"""The exact model's tax of a filing unit is the law's own function, whichever way it is pushed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from benchmarks.oracles.exact.mip import Mip, Span
from benchmarks.oracles.exact.tax import exact_tax, netted
from models.law import law_for
from models.tax.filing import FlatRates, TaxFacts, tax

UNIT_USD = 1000.0
REACH = 400.0
"""Units: gains of the run may be anything within this."""

GAINS = [(30, 60), (30, -10), (30, -80), (-20, 60), (-60, 20), (-2, 1), (0, 0), (-50, -50), (5, 0)]
"""S and L in units of $1,000: every region of the netting, and its corners."""


def facts(
    status: str, income: int, dividends: int, state: str, flat: FlatRates | None = None
) -> TaxFacts:
    """Return a filing unit of 2026."""
    return TaxFacts(
        filing_status=status,
        ordinary_income=Decimal(income),
        qualified_dividends=Decimal(dividends),
        net_investment_income=Decimal(dividends),
        magi=Decimal(income + dividends + 15000),
        state_rate=Decimal(state),
        law=law_for(2026),
        flat=flat,
    )


UNITS = {
    "middle": facts("single", 90_000, 5_000, "0.05"),
    "low income": facts("single", 1_200, 500, "0"),
    "low income, taxed by its state": facts("single", 1_200, 500, "0.05"),
    "unused deductions": facts("mfj", -20_000, 3_000, "0.03"),
    "near the surtax": facts("mfj", 215_000, 9_000, "0.09"),
    "end of the zero bracket": facts("single", 48_000, 1_000, "0"),
    "flat": facts("single", 90_000, 0, "0.05", FlatRates(Decimal("0.35"), Decimal("0.20"))),
}


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("sense", ["minimize", "maximize"])
@pytest.mark.parametrize("distribution", [0.0, 12.0])
def test_tax_and_losses_carried_out_are_the_laws(
    name: str, sense: str, distribution: float
) -> None:
    """T and what is carried out equal `models.tax.filing.tax` in every region, to 1e-5 units."""
    unit = UNITS[name]
    for short, long in GAINS:
        mip = Mip("t")
        s, m = mip.variable(-REACH, REACH), mip.variable(-REACH, REACH)
        d = mip.variable(0.0, 20.0)
        mip.require(s == short)
        mip.require(m == long)
        mip.require(d == distribution)
        limit = float(unit.law.loss_limit(unit.filing_status)) / UNIT_USD
        net = netted(mip, Span(s, -REACH, REACH), Span(m, -REACH, REACH), limit)
        found = exact_tax(mip, unit, net, Span(d, 0.0, 20.0), UNIT_USD)
        mip.model.hideOutput()
        mip.model.setObjective(found.tax - 0.2 * found.carried_out.of, sense)
        mip.model.optimize()
        law = tax(
            unit,
            *(Decimal(str(gain * UNIT_USD)) for gain in (short, long)),
            Decimal(str(distribution * UNIT_USD)),
        )
        expected = (float(law.total) - 0.2 * float(law.carried)) / UNIT_USD
        assert float(mip.model.getObjVal()) == pytest.approx(expected, abs=1e-5), (short, long)
