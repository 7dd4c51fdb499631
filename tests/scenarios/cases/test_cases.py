"""Every named situation has the outcome that its file says a reader would expect."""

from __future__ import annotations

from pathlib import Path

import pytest

import scenarios.cases
from models.household import Household
from scenarios.cases import CASES
from scenarios.cases.__main__ import main
from scenarios.cases.corporate import merger, split
from scenarios.cases.telling import Case, of_sample
from tests.households import account, household, lot, security

FOLDER = Path(scenarios.cases.__file__).parent
MACHINERY = {"__init__", "__main__", "telling", "corporate"}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_every_sentence_holds(case: Case) -> None:
    """What must be true of the answer is true."""
    wrong = [sentence for sentence, holds in case.expected() if not holds]
    assert wrong == []


def test_every_file_is_listed_under_its_own_name() -> None:
    """A case that nobody lists would never be run."""
    files = {path.stem for path in FOLDER.glob("*.py")} - MACHINERY
    assert {case.name.replace("-", "_") for case in CASES} == files
    assert len(CASES) == len(files)


def test_a_sentence_that_does_not_hold_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints it and returns 1; on its own it returns 0."""
    wrong = Case("wrong", "A story.", lambda: iter([("the moon is made of cheese", False)]))
    monkeypatch.setattr("scenarios.cases.__main__.CASES", (wrong,))
    assert main([]) == 1
    assert "NO   the moon is made of cheese" in capsys.readouterr().out


def test_an_unknown_case_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """And named."""
    with pytest.raises(SystemExit):
        main(["no-such-case"])
    assert "no-such-case" in capsys.readouterr().err


def test_questions_are_about_orders() -> None:
    """`bought` and `sold` sum the plan's own orders, by account, security and class."""
    night = of_sample("location-swap")
    assert night.sold() == pytest.approx(night.sold(account="ira") + night.sold(account="joint"))
    assert night.bought("BND") == night.bought(asset_class="us_bond")
    assert night.bought("no such fund") == 0.0


def _holder() -> Household:
    return household(
        [account("T", cash=100.0)],
        [lot("a", "T", "OLD", 100, 4_000.0, "2015-03-09")],
        [security("NEW", 50.0), security("OLD", 88.0)],
        targets={"T": {"weights": {"STOCK": 1.0}, "bands": {}}},
    )


def test_a_split_changes_no_dollars() -> None:
    """100 shares at $88 become 300 at $29.33; the basis stays."""
    after = split(_holder(), "OLD", 3.0)
    price = after.market.securities.price[after.lots.security[0]]
    assert after.lots.shares.tolist() == [300.0]
    assert price * 300.0 == pytest.approx(8_800.0)
    assert after.lots.basis.tolist() == [4_000.0]


@pytest.mark.parametrize(
    ("basis", "recognized", "carried"),
    [
        (4_000.0, 1_000.0, 4_000.0),  # gain 7,000: taxed up to the cash of 1,000
        (10_500.0, 500.0, 10_000.0),  # gain 500: all of it is taxed; 10,500 − 1,000 + 500
        (12_000.0, 0.0, 11_000.0),  # loss 1,000: not recognised, it stays in the basis
    ],
)
def test_boot_is_taxed_up_to_the_gain(basis: float, recognized: float, carried: float) -> None:
    """100 OLD for 200 NEW at $50 and $10 a share in cash: worth $11,000 (26 U.S.C. 356, 358)."""
    of = household(
        [account("T", cash=100.0)],
        [lot("a", "T", "OLD", 100, basis, "2015-03-09")],
        [security("NEW", 50.0), security("OLD", 110.0)],
        targets={"T": {"weights": {"STOCK": 1.0}, "bands": {}}},
    )
    after = merger(of, "OLD", "NEW", 2.0, 10.0)
    assert after.lots.shares.tolist() == [200.0]
    assert after.accounts.cash.tolist() == [1_100.0]
    assert after.units.lt_realized_ytd.tolist() == [recognized]
    assert after.lots.basis.tolist() == [carried]
    assert str(after.lots.acquired[0]) == "2015-03-09"
