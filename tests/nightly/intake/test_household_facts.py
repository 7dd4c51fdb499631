from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.book.read import read_book
from nightly.custodian.statement import ImportRefusedError
from nightly.intake import calendar
from nightly.intake.household_file import HouseholdFile
from nightly.intake.household_reader import read_household_file
from nightly.main import main
from optimizer.rebalance import rebalance
from tests.nightly.custodian.exported import BND, FUND, account
from tests.nightly.intake.test_importing import imported, rows

ASOF = date(2026, 11, 20)

PEOPLE = """\
filing_status = "mfj"
ordinary_income = 246000
state_rate = 0.04
target = "three-fund-60-40"

[owners.old]
born = 1952-03-04

[owners.young]
born = 1968-06-01

[accounts.ira]
number = "111"
type = "traditional_ira"
owner = "old"
year_end_balance = 100000
distributed_ytd = 1000

[accounts.second_ira]
number = "222"
type = "traditional_ira"
owner = "old"
year_end_balance = 60000

[accounts.plan]
number = "333"
type = "401k"
owner = "young"
contributed_ytd = 20000

[accounts.roth]
number = "444"
type = "roth_ira"
owner = "young"
"""


def people(folder: Path, text: str = PEOPLE) -> HouseholdFile:
    """Return the household of a text."""
    path = folder / "people.toml"
    path.write_text(text, "utf-8")
    return read_household_file(path)


def test_what_must_be_distributed_follows_from_a_birth_date(tmp_path: Path) -> None:
    """160,000 at 74 over 25.5 is 6,274.51; 1,000 was taken; the larger IRA pays for both."""
    due = calendar.distributions_due(people(tmp_path), 2026)
    assert due.by_account == {"ira": 5274.51}
    assert due.told == ("ira: 5,274.51 must be distributed in 2026",)


def test_without_last_years_balance_it_is_asked_for(tmp_path: Path) -> None:
    """Today's is not what a distribution is counted from."""
    text = PEOPLE.replace("year_end_balance = 60000\n", "")
    due = calendar.distributions_due(people(tmp_path, text), 2026)
    assert any("second_ira" in line and "give year_end_balance" in line for line in due.told)


@pytest.mark.parametrize(("asof", "rate"), [(date(2027, 11, 30), 0.10), (date(2027, 12, 1), 0.0)])
def test_a_penalty_ends_at_fifty_nine_and_a_half(asof: date, rate: float, tmp_path: Path) -> None:
    """Born on 1 June 1968: the first of December 2027 is free of it."""
    household = people(tmp_path)
    plan = household.account("333")
    assert plan is not None
    assert calendar.early_penalty(plan, household, asof) == rate


def test_room_is_what_the_law_leaves(tmp_path: Path) -> None:
    """2026 at 58: 24,500 + 8,000 − 20,000; 7,500 + 1,100, of it in the Roth the part phased out.

    Income of 246,000 is 4,000 into a range of 10,000: 60% of 8,600.
    """
    assert calendar.room(people(tmp_path), ASOF) == [
        "old: room of 8,600 in IRAs for 2026",
        "young: room of 12,500 in the 401(k) for 2026",
        "young: room of 8,600 in IRAs for 2026, of it 5,160 in the Roth",
    ]


def test_a_health_savings_account_has_room_by_coverage(tmp_path: Path) -> None:
    """2026: 8,750 for a family and 1,000 from 55 on; 2,000 went in; 4,400 for one alone."""
    more = '\n[accounts.health]\nnumber = "555"\ntype = "hsa"\nowner = "young"\n'
    household = people(tmp_path, f"{PEOPLE}{more}family_coverage = true\ncontributed_ytd = 2000\n")
    assert "young: room of 7,750 in health for 2026" in calendar.room(household, ASOF)
    alone = people(tmp_path, f"{PEOPLE}{more}".replace("1968-06-01", "1980-06-01"))
    assert "young: room of 4,400 in health for 2026" in calendar.room(alone, ASOF)


def test_room_tells_what_contributions_will_yet_take_of_it(tmp_path: Path) -> None:
    """1,500 on the 15th, from 20 October on: in November and December; 20,000 were given."""
    monthly = "contributes = { usd = 1500, day = 15 }\n"
    told = f"contributed_ytd = 20000\n{monthly}"
    given = people(tmp_path, PEOPLE.replace("contributed_ytd = 20000\n", told))
    line = "young: room of 12,500 in the 401(k) for 2026"
    (plan,) = (said for said in calendar.room(given, date(2026, 10, 20)) if "401(k)" in said)
    assert plan == f"{line}; contributions to come bring 3,000"
    assert line in calendar.room(given, date(2026, 12, 16))
    untold = people(tmp_path, PEOPLE.replace("contributed_ytd = 20000\n", monthly))
    (plan,) = (said for said in calendar.room(untold, date(2026, 12, 16)) if "401(k)" in said)
    assert plan.endswith("nothing counts as given so far in plan: contributed_ytd says it")


def test_every_slip_in_a_household_file_is_told_at_once(tmp_path: Path) -> None:
    """An unknown key would be a fact that is not there."""
    text = PEOPLE.replace("state_rate", "state_tax").replace('"401k"', '"401(k)"')
    text = text.replace('owner = "young"\ncontributed', 'owner = "yung"\ncontributed')
    with pytest.raises(ImportRefusedError) as refused:
        people(tmp_path, text.replace('number = "444"', 'number = "111"'))
    told = str(refused.value)
    for part in ("state_tax is not known", "state_rate is not there", "'401(k)' is not one of"):
        assert part in told
    assert "owner 'yung' is not one of the owners" in told
    assert "accounts ira and roth have one number" in told


def test_contributions_are_purchases_to_come(tmp_path: Path) -> None:
    """Each within a month: what they buy cannot be sold at a loss meanwhile."""
    more = 'contributes = { usd = 500, day = 31, into = ["VTIAX"] }\n'
    one = account(held=(FUND,), traded=(), closed=())
    imported(tmp_path, (one,), "vanguard", "401k", more)
    (row,) = rows(tmp_path, "scheduled_buys")
    assert row == {"account_id": "main", "security_id": "VTIAX", "date": "2026-11-30"}


@pytest.mark.parametrize(("day", "flow"), [(20, "500"), (21, "0")])
def test_a_contribution_that_buys_nothing_arrives_as_cash(
    day: int, flow: str, tmp_path: Path
) -> None:
    """On its day it is the account's flow, for the plan to place."""
    more = f"contributes = {{ usd = 500, day = {day} }}\n"
    imported(tmp_path, (account(held=(FUND,), traded=(), closed=()),), more=more)
    assert rows(tmp_path, "accounts")[0]["net_flow"] == flow
    assert not (tmp_path / "book" / "scheduled_buys.csv").exists()


OUTSIDE = """
[outside.pension]
kind = "pension"
usd = 40000
owner = "kim"
classes = { us_bond = 0.9, us_equity = 0.1 }
"""


def test_an_outside_asset_counts_and_is_never_traded(tmp_path: Path) -> None:
    """The rest is arranged around it: bonds that are there already are not bought again."""
    one = account(held=(BND, FUND), traded=(), closed=())
    prices = tmp_path / "prices.csv"
    prices.write_text("symbol,price,date\nVTI,355.29,2026-11-20\nVWO,58.99,2026-11-20\n", "utf-8")
    plans = {}
    for name, more in (("without", ""), ("with", OUTSIDE)):
        folder = tmp_path / name
        folder.mkdir()
        imported(folder, (one,), more=more, prices=prices)
        book = read_book(folder / "book", ASOF)
        household = book.household("kim")
        plans[name] = household, rebalance(household, book.policy("standard"))
    value = {name: household.value_usd for name, (household, _) in plans.items()}
    assert value["with"] - value["without"] == pytest.approx(40_000)
    plan = plans["with"][1]
    assert plan.orders
    assert all("outside" not in order.security_id for order in plan.orders)
    sold = {
        name: sum(o.amount for o in plan.orders if (o.side, o.security_id) == ("sell", "BND"))
        for name, (_, plan) in plans.items()
    }
    assert sold["with"] > sold["without"] + 10_000, "bonds outside stand for bonds here"


def test_a_household_file_is_asked_for_in_a_few_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is not asked has a default; what is there is not written over."""
    asked = ["book", "new", str(tmp_path), "kim", "--owner", "kim=1980-02-29", "--owner", "lou"]
    asked += ["--filing-status", "mfj", "--ordinary-income", "90000", "--state-rate", "0.04"]
    asked += ["--target", "strategic-60-40"]
    assert main(asked) == 0
    assert "--household kim" in capsys.readouterr().out
    written = read_household_file(tmp_path / "household_files" / "kim.toml")
    assert written.owners == {"kim": date(1980, 2, 29), "lou": None}
    assert (written.filing_status, written.target) == ("mfj", "strategic-60-40")
    assert main(asked) == 2
    slips = {"kim": "sam", "mfj": "maried"}
    assert main([slips.get(word, word) for word in asked]) == 2
    assert not (tmp_path / "household_files" / "sam.toml").exists()


@pytest.mark.parametrize("income", ["nan", "inf", "1" + "0" * 400, "[" * 5_000])
def test_an_income_that_is_no_number_to_count_with_is_told(tmp_path: Path, income: str) -> None:
    """Neither NaN nor a whole number that no float holds is anybody's income."""
    (tmp_path / "kim.toml").write_text(PEOPLE.replace("246000", income))
    with pytest.raises(ImportRefusedError, match=r"ordinary_income|recursion"):
        read_household_file(tmp_path / "kim.toml")
