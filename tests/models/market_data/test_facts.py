from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.book.tables.schema import INSTRUMENTS
from models.market_data.facts import MarketDataError, merged_rows, read_market_facts

FACTS = read_market_facts()


def test_the_market_is_as_large_as_a_household_needs() -> None:
    """Two hundred ETFs, the usual mutual and money-market funds, fourteen classes and more."""
    kinds = [fund.instrument for fund in FACTS.funds.values()]
    assert kinds.count("etf") >= 200
    assert kinds.count("mutual_fund") >= 50
    assert kinds.count("money_market") >= 15
    assert len(FACTS.classes) >= 14
    assert set(kinds) <= set(INSTRUMENTS)


def test_every_fund_has_risk_source_and_date() -> None:
    """What a fund looks through to has a variance, or is cash; nothing is without a source."""
    known = {*FACTS.classes, "cash"}
    for name, fund in FACTS.funds.items():
        assert set(FACTS.classes_of(name)) <= known, name
        assert fund.source, name
        assert fund.date, name
        assert 0.0 <= fund.half_spread_bps <= 50.0, name
        assert fund.share_step > 0.0, name
        paid = fund.qualified_yield + fund.ordinary_yield + fund.exempt_yield
        assert 0.0 <= paid <= 0.15, name


def test_the_covariance_is_one() -> None:
    """Whole, and with every eigenvalue above zero."""
    matrix = np.array([[FACTS.covariance[a, b] for b in FACTS.classes] for a in FACTS.classes])
    assert float(np.linalg.eigvalsh(matrix).min()) > 0.0


def test_model_portfolios_sum_to_one_over_known_classes() -> None:
    """Each model is whole, and each of its classes has a fund to buy."""
    ranked = {fund.asset_class for fund in FACTS.funds.values() if fund.rank == 1.0}
    for name, weights in FACTS.targets.items():
        assert sum(weights.values()) == pytest.approx(1.0, abs=1e-6), name
        assert set(weights) <= ranked | {"cash"}, name


def test_substitutes_satisfy_the_target_and_are_not_identical() -> None:
    """A fund of the same market by another index; never another share class of the fund."""
    assert FACTS.substitutes_of("VTI")[:2] == ("ITOT", "SCHB")
    assert "VTSAX" not in FACTS.substitutes_of("VTI")
    assert not {"SPY", "VOO", "FXAIX", "SWPPX"} & set(FACTS.substitutes_of("IVV"))
    assert "GLD" not in FACTS.substitutes_of("IAU")
    for name in FACTS.funds:
        for other in FACTS.substitutes_of(name):
            assert name in FACTS.substitutes_of(other), (name, other)


def test_an_own_row_wins_and_the_rest_stays(tmp_path: Path) -> None:
    """A row of the user's replaces the shipped row of its key; nothing else moves."""
    rows = [dict(row) for row in merged_rows("funds") if row["security_id"] == "VTI"]
    own = rows[0] | {"half_spread_bps": "7", "source": "mine"}
    lines = [",".join(own), ",".join(own.values())]
    (tmp_path / "funds.csv").write_text("\n".join(lines) + "\n", "utf-8")
    facts = read_market_facts(tmp_path)
    assert facts.funds["VTI"].half_spread_bps == 7.0
    assert facts.funds["VTI"].source == "mine"
    assert facts.funds["ITOT"] == FACTS.funds["ITOT"]
    assert len(facts.funds) == len(FACTS.funds)


def test_an_own_covariance_wins_in_either_order(tmp_path: Path) -> None:
    """A pair is one fact however it is written."""
    text = "asset_class_a,asset_class_b,covariance\nus_bond,us_equity,0.0042\n"
    (tmp_path / "covariance.csv").write_text(text, "utf-8")
    facts = read_market_facts(tmp_path)
    assert facts.covariance["us_equity", "us_bond"] == 0.0042
    assert facts.covariance["us_bond", "us_equity"] == 0.0042
    assert facts.covariance["us_bond", "us_bond"] == FACTS.covariance["us_bond", "us_bond"]


def test_an_own_model_replaces_the_shipped_one_whole(tmp_path: Path) -> None:
    """Half of a model over half of another would not be one."""
    text = "target_id,asset_class,weight\nthree-fund-60-40,us_equity,1\n"
    (tmp_path / "targets.csv").write_text(text, "utf-8")
    assert read_market_facts(tmp_path).targets["three-fund-60-40"] == {"us_equity": 1.0}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("funds", "security_id,asset_class\nVTI,us_equity\n", "no column instrument"),
        ("covariance", "asset_class_a,asset_class_b,covariance\na,b,x\n", "'x' is no number"),
    ],
)
def test_a_faulty_own_file_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    """File, row and column are named."""
    (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    with pytest.raises(MarketDataError, match=told):
        read_market_facts(tmp_path)
