from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.market_data.facts import read_market_facts
from nightly.main import main
from scenarios.measured.covariance import MeasureError, covariance_of, shrunk_covariance
from scenarios.measured.funds import basis_risk

MONTHS = 240


def returns(seed: int = 7) -> np.ndarray:
    """Return months of three classes with known covariance."""
    draw = np.random.default_rng(seed).standard_normal((MONTHS, 3))
    mix = np.array([[0.04, 0.0, 0.0], [0.02, 0.03, 0.0], [0.0, 0.01, 0.02]])
    return draw @ mix.T


def test_shrinking_keeps_variances_and_pulls_correlations_together() -> None:
    """The target has the sample's variances: only what lies off the diagonal moves."""
    values = returns()
    sample = np.cov(values.T, bias=True) * 12
    shrunk = shrunk_covariance(values)
    assert np.allclose(np.diag(shrunk.matrix), np.diag(sample))
    assert 0.0 < shrunk.intensity < 1.0
    deviation = np.sqrt(np.diag(sample))
    before, after = (m / np.outer(deviation, deviation) for m in (sample, shrunk.matrix))
    off = ~np.eye(3, dtype=bool)
    assert np.ptp(after[off]) < np.ptp(before[off])


def test_noise_alone_is_shrunk_wholly_and_much_data_hardly() -> None:
    """Equal correlations in truth ask for all of the target; a long sample for little of it."""
    draw = np.random.default_rng(1).standard_normal((60, 6))
    assert shrunk_covariance(draw).intensity > 0.6
    long = np.tile(returns(), (40, 1))
    assert shrunk_covariance(long).intensity < 0.1 * shrunk_covariance(returns()).intensity


def test_a_young_class_follows_what_explains_it() -> None:
    """Twice an older class plus noise has four times its variance, and twice its covariances."""
    values = returns()
    noise = 0.001 * np.random.default_rng(3).standard_normal(MONTHS)
    young = 2.0 * values[:, 0] + noise
    young[:150] = np.nan
    by_class = {"a": values[:, 0], "b": values[:, 1], "young": young}
    names, shrunk = covariance_of(by_class, {"young": ("a",)})
    assert names == ("a", "b", "young")
    matrix = shrunk.matrix
    assert matrix[2, 2] == pytest.approx(4.0 * matrix[0, 0], rel=0.02)
    assert matrix[2, 1] == pytest.approx(2.0 * matrix[0, 1], rel=0.02)
    assert float(np.linalg.eigvalsh(matrix).min()) > 0.0


def test_a_young_class_that_nothing_explains_is_refused() -> None:
    """So is one with too few months to say anything."""
    values = returns()
    young = values[:, 1].copy()
    young[:100] = np.nan
    with pytest.raises(MeasureError, match="no older class explains it"):
        covariance_of({"a": values[:, 0], "young": young}, {})
    young[:-10] = np.nan
    with pytest.raises(MeasureError, match="10 months"):
        covariance_of({"a": values[:, 0], "young": young}, {"young": ("a",)})


def test_basis_risk_is_what_the_classes_do_not_explain() -> None:
    """A half-and-half fund strays by its own noise alone; a short past says nothing."""
    values = returns()
    classes = {"a": values[:, 0], "b": values[:, 1]}
    noise = 0.01 * np.random.default_rng(5).standard_normal(MONTHS)
    own = 0.5 * values[:, 0] + 0.5 * values[:, 1] + noise
    risk = basis_risk(own, classes, {"a": 0.5, "b": 0.5})
    assert risk == pytest.approx(float(np.std(noise[-60:], ddof=1)) * 12**0.5)
    assert basis_risk(own[:10], {k: v[:10] for k, v in classes.items()}, {"a": 1.0}) is None


def test_a_folder_of_prices_becomes_the_two_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command measures what it has, by the user's own classes."""
    days = pd.bdate_range("2018-01-01", "2025-12-31")
    draw = np.random.default_rng(11).standard_normal((len(days), 2)) * [0.01, 0.002]
    close = pd.DataFrame(100 * np.exp(draw.cumsum(axis=0)), days, ["VTI", "BND"]).rename_axis(
        "Date"
    )
    close.to_csv(tmp_path / "close.csv")
    (tmp_path / "paid.csv").write_text("Date,ticker,Dividends\n2025-06-02,BND,3.00\n", "utf-8")
    asked = ["market", "measure", str(tmp_path / "close.csv"), "--out", str(tmp_path / "out")]
    asked += ["--dividends", str(tmp_path / "paid.csv"), "--since", "2019-01"]
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "us_value" in told.splitlines()[1], "a class without prices is named"
    facts = read_market_facts(tmp_path / "out")
    assert facts.covariance["us_equity", "us_equity"] == pytest.approx(0.01**2 * 252, rel=0.3)
    last = float(close["BND"].iloc[-1])
    assert facts.funds["BND"].ordinary_yield == pytest.approx(3.0 / last, abs=1e-4)
    assert facts.funds["BND"].date == "2025-12-31"
    assert main([*asked, "--since", "2030-01"]) == 2


def test_the_shipped_covariance_states_how_it_was_made() -> None:
    """The number of classes that SOURCES.md states is that of the file."""
    folder = Path(__file__).resolve().parents[3] / "models" / "market_data"
    with (folder / "covariance.csv").open(encoding="utf-8") as file:
        names = {row["asset_class_a"] for row in csv.DictReader(file)}
    assert f"covariance of {len(names)} classes" in (folder / "SOURCES.md").read_text("utf-8")
