"""Exposures and Ω as the contract says, on cases small enough to check by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.book import read_book
from models.market import Risk
from tests.books import ASOF, Tables, tiny_book, write


def risk_of(tables: Tables, folder: Path) -> tuple[Risk, dict[str, int]]:
    """Return the risk model of a faultless book, and the place of each security."""
    book = read_book(write(tables, folder), ASOF)
    assert book.faults == ()
    return book.market.risk, {n: i for i, n in enumerate(book.market.securities.security_id)}


def exposure(risk: Risk, security: int) -> dict[str, float]:
    """Return what one security is exposed to, by name."""
    row = risk.exposures.toarray()[security]
    return {name: float(x) for name, x in zip(risk.factors, row, strict=True) if x}


def weights(risk: Risk, security: int) -> dict[str, float]:
    """Return the look-through weights of one security by class."""
    row = risk.class_weights.toarray()[security]
    return {name: float(x) for name, x in zip(risk.classes, row, strict=True) if x}


def with_factors(tables: Tables, **loadings: dict[str, float]) -> None:
    """Add factors F and G, with all covariances to the classes 0, and loadings on them."""
    names = ("F", "G")
    classes = ("us_equity", "developed", "us_bond")
    tables["factor_covariance"] = [
        {"factor_a": a, "factor_b": b, "covariance": c}
        for a, b, c in (("F", "F", 0.04), ("G", "G", 0.09), ("G", "F", 0.01))
    ] + [{"factor_a": a, "factor_b": b, "covariance": 0.0} for a in names for b in classes]
    tables["factor_loadings"] = [
        {"security_id": subject, "factor": factor, "loading": loading}
        for subject, of in loadings.items()
        for factor, loading in of.items()
    ]


def test_a_plain_security_is_one_dollar_of_its_class(tmp_path: Path) -> None:
    """And a security with exposures is those alone."""
    risk, at = risk_of(tiny_book(), tmp_path)
    assert exposure(risk, at["VTI"]) == weights(risk, at["VTI"]) == {"us_equity": 1.0}
    assert exposure(risk, at["VEA"]) == {"developed": 0.9, "us_equity": 0.1}
    assert weights(risk, at["VEA"]) == {"developed": 0.9, "us_equity": 0.1}


def test_exposures_need_not_sum_to_one(tmp_path: Path) -> None:
    """A fund of twofold leverage is two dollars of its class."""
    tables = tiny_book()
    tables["exposures"] = [{"security_id": "SPARE", "asset_class": "us_bond", "weight": 2.0}]
    risk, at = risk_of(tables, tmp_path)
    assert exposure(risk, at["SPARE"]) == weights(risk, at["SPARE"]) == {"us_bond": 2.0}


def test_loadings_go_before_exposures_in_risk_only(tmp_path: Path) -> None:
    """VEA's risk is its loadings; its drift by class is still its exposures."""
    tables = tiny_book()
    with_factors(tables, VEA={"F": 0.5, "G": 1.5})
    risk, at = risk_of(tables, tmp_path)
    assert exposure(risk, at["VEA"]) == {"F": 0.5, "G": 1.5}
    assert weights(risk, at["VEA"]) == {"developed": 0.9, "us_equity": 0.1}


def test_a_class_with_loadings_is_replaced_by_them(tmp_path: Path) -> None:
    """Everything measured by the class is: 0.9·developed + 0.1·us_equity with developed = 2F."""
    tables = tiny_book()
    with_factors(tables, developed={"F": 2.0})
    risk, at = risk_of(tables, tmp_path)
    assert exposure(risk, at["VEA"]) == pytest.approx({"F": 1.8, "us_equity": 0.1})
    expected = np.array([2.0 * (name == "F") for name in risk.factors])
    np.testing.assert_array_equal(risk.class_exposures["developed"], expected)


def test_every_class_has_an_exposure(tmp_path: Path) -> None:
    """A unit vector where the covariance knows it, also for a class that nobody uses."""
    tables = tiny_book()
    tables["covariance"].append({"asset_class_a": "gold", "asset_class_b": "gold", "covariance": 1})
    risk, _ = risk_of(tables, tmp_path)
    assert set(risk.class_exposures) == {"us_equity", "developed", "us_bond", "gold"}
    for name, vector in risk.class_exposures.items():
        assert vector.tolist() == [float(name == factor) for factor in risk.factors]


@pytest.mark.parametrize("table", ["covariance", "factor_covariance", "factor_loadings"])
def test_cash_has_an_exposure_where_the_model_knows_it(table: str, tmp_path: Path) -> None:
    """By either covariance table, or by loadings of its name."""
    tables = tiny_book()
    rows: dict[str, dict[str, Any]] = {
        "covariance": {"asset_class_a": "cash", "asset_class_b": "cash", "covariance": 1e-6},
        "factor_covariance": {"factor_a": "cash", "factor_b": "cash", "covariance": 1e-6},
    }
    name = "cash"
    if table == "factor_loadings":
        with_factors(tables, cash={"F": 1.0})
        name = "F"
    else:
        tables.setdefault(table, []).append(rows[table])
    risk, _ = risk_of(tables, tmp_path)
    assert risk.class_exposures["cash"].tolist() == [float(f == name) for f in risk.factors]


def test_both_tables_make_one_symmetric_matrix(tmp_path: Path) -> None:
    """Either triangle; a pair stated in both, equally, counts once."""
    tables = tiny_book()
    with_factors(tables)
    tables["covariance"].append(
        {"asset_class_a": "us_bond", "asset_class_b": "us_equity", "covariance": 0.0016}
    )
    risk, _ = risk_of(tables, tmp_path)
    assert risk.factors == ("F", "G", "developed", "us_bond", "us_equity")
    np.testing.assert_array_equal(risk.covariance, risk.covariance.T)
    assert risk.covariance[0].tolist() == [0.04, 0.01, 0.0, 0.0, 0.0]
    assert risk.covariance[4].tolist() == [0.0, 0.0, 0.0245, 0.0016, 0.0256]


def test_either_table_may_hold_any_pair(tmp_path: Path) -> None:
    """All rows in factor_covariance give the same Ω."""
    tables = tiny_book()
    expected, _ = risk_of(tables, tmp_path / "one")
    tables["factor_covariance"] = [
        {
            "factor_a": r["asset_class_a"],
            "factor_b": r["asset_class_b"],
            "covariance": r["covariance"],
        }
        for r in tables.pop("covariance")
    ]
    actual, _ = risk_of(tables, tmp_path / "other")
    np.testing.assert_array_equal(expected.covariance, actual.covariance)


def test_loadings_of_securities_that_are_not_in_the_book_are_no_fault(tmp_path: Path) -> None:
    """A vendor's file covers the world."""
    tables = tiny_book()
    with_factors(tables, SPARE={"F": 1.0}, ELSEWHERE={"F": 1.0})
    tables["exposures"].append({"security_id": "ABROAD", "asset_class": "moon", "weight": 1.0})
    risk, at = risk_of(tables, tmp_path)
    assert exposure(risk, at["SPARE"]) == {"F": 1.0}


def test_a_household_that_mixes_models_needs_the_covariance_across(tmp_path: Path) -> None:
    """007 holds a stock by loadings beside funds by class; the others do not and stay valid."""
    tables = tiny_book()
    with_factors(tables, SPARE={"F": 1.0})
    tables["lots"].append(tables["lots"][7] | {"lot_id": "L9", "security_id": "SPARE"})
    assert read_book(write(tables, tmp_path / "whole"), ASOF).faults == ()
    tables["factor_covariance"] = tables["factor_covariance"][:3]
    book = read_book(write(tables, tmp_path / "holed"), ASOF)
    assert [(f.kind, f.households) for f in book.faults] == [("mixed_risk_models", ("007",))]


def test_a_covariance_of_holes_is_told_in_part_and_then_as_one(tmp_path: Path) -> None:
    """Twelve uncorrelated classes stated by variances alone: 66 pairs and more are unknown."""
    tables = tiny_book()
    names = [f"class{i:02}" for i in range(12)]
    tables["covariance"] += [
        {"asset_class_a": name, "asset_class_b": name, "covariance": 0.01} for name in names
    ]
    for target in tables["targets"][:3]:
        target["weight"] = 0.0
    tables["targets"] += [
        {"target_id": "T6040", "asset_class": name, "weight": 1 / 12} for name in names
    ]
    book = read_book(write(tables, tmp_path), ASOF)
    assert {f.kind for f in book.faults} == {"missing_covariance_pair"}
    assert (len(book.faults), book.faults[-1].what[:10]) == (51, "many more ")
    assert {f.households for f in book.faults} == {("007", "H1")}


def test_arrays_of_the_market_are_read_only(tmp_path: Path) -> None:
    """Ω and the exposures of classes, too."""
    risk, _ = risk_of(tiny_book(), tmp_path)
    arrays = [risk.covariance, *risk.class_exposures.values()]
    assert [array.flags.writeable for array in arrays] == [False] * len(arrays)
