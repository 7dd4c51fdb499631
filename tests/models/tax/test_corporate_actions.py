"""Corporate actions on one lot, each worked by hand; the section of law stands beside the rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from models.tax.corporate_actions import KINDS, NEEDS, Action, ActionError, HeldLot, outcome

D = Decimal
DAY = date(2026, 6, 1)
LONG, SHORT = date(2020, 3, 2), date(2026, 2, 2)


def action(kind: str, **facts: Any) -> Action:
    """Return an action of a kind on security OLD."""
    return Action("A1", "OLD", DAY, kind, **facts)


def lot(shares: str, basis: str | None, start: date | None = LONG) -> HeldLot:
    """Return a lot of OLD."""
    return HeldLot("OLD", D(shares), None if basis is None else D(basis), start)


def test_a_split_spreads_basis_over_more_shares() -> None:
    """3 for 2: 101 shares of $5,050 are 151.5 shares of $5,050, held since the same day."""
    got = outcome(action("split", ratio=D("1.5")), lot("101", "5050"))
    assert got.kept == HeldLot("OLD", D("151.5"), D("5050"), LONG)
    assert (got.added, got.cash, got.gain) == (None, 0, 0)


def test_a_reverse_split_keeps_fractions() -> None:
    """1 for 8: 100 shares are 12.5."""
    got = outcome(action("split", ratio=D("0.125")), lot("100", "900"))
    assert got.kept == HeldLot("OLD", D("12.5"), D("900"), LONG)


def test_a_change_of_symbol_changes_nothing_else() -> None:
    """Shares, basis and start stay."""
    got = outcome(action("symbol_change", new_security_id="NEW"), lot("10", "100", SHORT))
    assert got.kept == HeldLot("NEW", D(10), D(100), SHORT)


@pytest.mark.parametrize(
    ("start", "long"), [(LONG, True), (SHORT, False), (date(2025, 6, 1), False), (None, False)]
)
def test_a_cash_merger_is_a_sale(start: date | None, long: bool) -> None:
    """40 shares at $25.50 = $1,020 of basis $1,100: a loss of $80; a year to the day is short."""
    got = outcome(action("cash_merger", cash_per_share=D("25.5")), lot("40", "1100", start))
    assert (got.kept, got.cash, got.gain, got.long) == (None, D(1020), D(-80), long)


@pytest.mark.parametrize(
    ("basis", "gain", "new_basis"),
    [
        # 100 old shares: 50 new at $30 = $1,500 and $500 of cash, $2,000 in all
        ("1200", "500", "1200"),  # realized 800, boot 500: 500 counts; 1200 − 500 + 500
        ("1700", "300", "1500"),  # realized 300: all of it; 1700 − 500 + 300
        ("2600", "0", "2100"),  # a loss of 600 never counts; 2600 − 500
    ],
)
def test_boot_is_taxed_up_to_the_gain(basis: str, gain: str, new_basis: str) -> None:
    """Gain = the less of boot and what is realized; basis = old − cash + gain."""
    merger = action(
        "stock_merger",
        ratio=D("0.5"),
        cash_per_share=D(5),
        new_security_id="NEW",
        new_price=D(30),
    )
    got = outcome(merger, lot("100", basis))
    assert got.kept == HeldLot("NEW", D(50), D(new_basis), LONG)
    assert (got.cash, got.gain, got.long) == (D(500), D(gain), True)


def test_stock_alone_is_no_sale() -> None:
    """Without boot nothing is recognised, and no price is needed."""
    merger = action("stock_merger", ratio=D("0.5"), new_security_id="NEW")
    got = outcome(merger, lot("100", "1200"))
    assert (got.kept, got.cash, got.gain) == (HeldLot("NEW", D(50), D(1200), LONG), 0, 0)


def test_boot_without_a_price_is_refused() -> None:
    """What is realized cannot be known."""
    merger = action("stock_merger", ratio=D(1), cash_per_share=D(1), new_security_id="NEW")
    with pytest.raises(ActionError, match="new_price"):
        outcome(merger, lot("100", "1200"))


def test_a_spin_off_divides_basis() -> None:
    """1 for 4 with 22.5% of basis: 40 shares of $1,000 are 40 of $775 and 10 new of $225."""
    spin = action("spin_off", ratio=D("0.25"), new_security_id="NEW", basis_fraction=D("0.225"))
    got = outcome(spin, lot("40", "1000"))
    assert got.kept == HeldLot("OLD", D(40), D(775), LONG)
    assert got.added == HeldLot("NEW", D(10), D(225), LONG)


@pytest.mark.parametrize(("basis", "rest", "gain"), [("500", "300", "0"), ("150", "0", "50")])
def test_a_return_of_capital_lowers_basis_to_zero(basis: str, rest: str, gain: str) -> None:
    """$2 on 100 shares: $500 becomes $300; $150 becomes nothing and $50 are a gain."""
    got = outcome(action("return_of_capital", cash_per_share=D(2)), lot("100", basis, SHORT))
    assert got.kept == HeldLot("OLD", D(100), D(rest), SHORT)
    assert (got.cash, got.gain, got.long) == (D(200), D(gain), False)


def test_a_dividend_is_cash() -> None:
    """$0.405 on 10.5 shares are $4.2525; the lot stays."""
    held = lot("10.5", "500")
    got = outcome(action("cash_dividend", cash_per_share=D("0.405")), held)
    assert (got.kept, got.cash, got.gain) == (held, D("4.2525"), 0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_works_without_basis_and_refuses_what_is_missing(kind: str) -> None:
    """Sheltered lots may have no basis: no gain; a figure that is missing is named."""
    facts: dict[str, Any] = {
        "ratio": D(2),
        "cash_per_share": D(1),
        "new_security_id": "NEW",
        "basis_fraction": D("0.5"),
    }
    got = outcome(action(kind, **facts), lot("10", None))
    assert got.gain == 0
    assert all(part is None or part.basis is None for part in (got.kept, got.added))
    for name in NEEDS[kind]:
        with pytest.raises(ActionError, match=name):
            outcome(action(kind, **{**facts, name: None}), lot("10", "10"))


@pytest.mark.parametrize("figure", [D(0), D(-1), D("NaN")])
def test_figures_that_cannot_be_are_refused(figure: Decimal) -> None:
    """A ratio is above 0, a fraction of basis at most 1, a kind known."""
    with pytest.raises(ActionError, match="must be above 0"):
        outcome(action("split", ratio=figure), lot("1", "1"))
    with pytest.raises(ActionError, match="from 0 to 1"):
        spun = {"ratio": D(1), "new_security_id": "NEW", "basis_fraction": D("1.5")}
        outcome(action("spin_off", **spun), lot("1", "1"))
    with pytest.raises(ActionError, match="is none of"):
        outcome(action("rights_issue"), lot("1", "1"))
