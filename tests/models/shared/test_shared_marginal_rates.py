"""Marginal rates against the return filled in by hand, line by line, before and after one cent.

The figures of the law are read from its files here, the worksheet is written out here, and the
slope is over a whole cent: kinks lie at whole cents, so a cent to the right crosses none.
"""

from __future__ import annotations

import random
import tomllib
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from models.law import law_for
from models.tax.filing import Position, TaxFacts
from models.tax.marginal import marginal_rates

LAW = Path(__file__).resolve().parents[3] / "models" / "law"
YEAR = 2026
CENT = Decimal("0.01")


def topic(name: str) -> dict[str, Any]:
    """Return the figures of one topic of the law as its file says them."""
    return tomllib.loads((LAW / f"{name}.toml").read_text(), parse_float=Decimal)["years"]


ORDINARY, GAINS = topic("ordinary_brackets")[str(YEAR)], topic("capital_gains")[str(YEAR)]
SURTAX, LIMIT = topic("niit")["2013"], topic("loss_limit")["1987"]


def brackets(income: Decimal, status: str) -> Decimal:
    """Tax of ordinary income: every bracket's part of it at the bracket's rate."""
    edges = [Decimal(0), *map(Decimal, ORDINARY[status]), Decimal("Infinity")]
    return sum(
        (rate * max(Decimal(0), min(income, high) - low))
        for rate, (low, high) in zip(ORDINARY["rates"], pairwise(edges), strict=True)
    )


def income_tax(ordinary: Decimal, preferential: Decimal, status: str) -> Decimal:
    """The worksheet of the Form 1040: how much of a gain still fits under each threshold."""
    taxable = max(Decimal(0), ordinary + preferential)
    gain = min(preferential, taxable)
    rest = taxable - gain
    zero_to, fifteen_to = map(Decimal, GAINS[status])
    at_zero = min(gain, max(Decimal(0), zero_to - rest))
    at_fifteen = min(gain - at_zero, max(Decimal(0), fifteen_to - rest - at_zero))
    at_twenty = gain - at_zero - at_fifteen
    stacked = brackets(rest, status) + Decimal("0.15") * at_fifteen + Decimal("0.20") * at_twenty
    return min(stacked, brackets(taxable, status))


def whole_tax(
    of: TaxFacts, ordinary: Decimal, long: Decimal, distribution: Decimal, offset: Decimal
) -> Decimal:
    """Federal, surtax and state of a year with so much gain taxed as ordinary and as long."""
    status, net = of.filing_status, ordinary + long - offset
    federal = income_tax(
        of.ordinary_income + ordinary - offset + distribution,
        of.qualified_dividends + long,
        status,
    )
    over = of.magi + net + distribution - Decimal(SURTAX[status])
    surtax = SURTAX["rate"] * max(Decimal(0), min(of.net_investment_income + net, over))
    return federal + surtax + of.state_rate * (net + distribution)


def by_hand(
    of: TaxFacts, short: Decimal, long: Decimal
) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return ordinary, short, long and distribution rates by adding a cent of each."""
    offset = Decimal(0)
    if short + long <= 0:
        offset = min(-short - long, Decimal(LIMIT[of.filing_status]))
        ordinary = preferential = Decimal(0)
    else:
        ordinary = max(Decimal(0), min(short, short + long))
        preferential = short + long - ordinary
    here = whole_tax(of, ordinary, preferential, Decimal(0), offset)
    one_long = (whole_tax(of, ordinary, preferential + CENT, Decimal(0), offset) - here) / CENT
    one_short = (whole_tax(of, ordinary + CENT, preferential, Decimal(0), offset) - here) / CENT
    paid_out = (whole_tax(of, ordinary, preferential, CENT, offset) - here) / CENT
    dearest = max(one_short, one_long)
    return dearest, dearest, one_long, paid_out


def drawn(rng: random.Random) -> tuple[TaxFacts, Position]:
    """Draw a return and where its year stands; often just under or at an edge of the law."""
    status = rng.choice(("single", "mfj", "mfs", "hoh"))
    edges = [*ORDINARY[status], *GAINS[status], SURTAX[status]]
    income = Decimal(rng.choice([rng.choice(edges), rng.randint(20_000, 900_000)]))
    if rng.random() < 0.2:  # where a long-term dollar can be dearer than an ordinary one
        income = Decimal(rng.randint(GAINS[status][0] - 200, ORDINARY[status][1] + 200))
    income += Decimal(rng.choice([-100_00, -1, 0, 1, rng.randint(-9_999_00, 9_999_00)])) * CENT
    dividends = Decimal(rng.choice([0, 0, rng.randint(0, 60_000_00)])) * CENT
    facts = TaxFacts(
        filing_status=status,
        ordinary_income=max(Decimal(10_000), income),
        qualified_dividends=dividends,
        net_investment_income=dividends + Decimal(rng.choice([0, rng.randint(0, 40_000)])),
        magi=max(Decimal(10_000), income) + dividends + Decimal(rng.choice([0, 16_100, 32_200])),
        state_rate=Decimal(rng.choice(["0", "0.05", "0.133"])),
        law=law_for(YEAR),
    )
    gains = (Decimal(rng.choice([0, rng.randint(-90_000_00, 90_000_00)])) * CENT for _ in range(2))
    return facts, Position(*gains)


@pytest.mark.parametrize("seed", range(8))
def test_rates_are_what_one_more_cent_costs(seed: int) -> None:
    """Forty returns a seed, each rate to the last digit."""
    rng = random.Random(seed)
    for _ in range(40):
        facts, before = drawn(rng)
        found = marginal_rates(facts, before)
        assert tuple(found) == by_hand(facts, before.net_short, before.net_long), (facts, before)
