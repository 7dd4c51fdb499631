"""Every kind of fault is found at its place, and touches the households that reach it, no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.book import FaultyHouseholdError, read_book
from models.book.checks import KINDS
from tests.books import ASOF, tiny_book, write
from tests.models.book.checks.fault_case import Case
from tests.models.book.checks.fault_cases import CASES

TOLD_ELSEWHERE = {
    *("policy_invalid", "limit_of_unknown_class", "covariance_with_a_hole"),
    *("price_jump", "like_a_split", "value_jump"),
}


def name_of(case: Case) -> str:
    """Return a case's kind and place."""
    return f"{case.kind}-{case.table}-{case.row}-{case.column}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_fault_is_found_where_it_is_and_touches_whom_it_reaches(
    case: Case, tmp_path: Path
) -> None:
    """Kind and place as stated; whoever reaches it is invalid, everybody else can be had."""
    tables = tiny_book()
    case.change(tables)
    book = read_book(write(tables, tmp_path), ASOF)
    places = {(f.kind, f.table, f.row, f.column): f for f in book.faults}
    place = (case.kind, case.table, case.row, case.column)
    assert place in places, [str(fault) for fault in book.faults]
    fault = places[place]
    assert fault.households == case.households
    assert fault.what and fault.remedy
    touched = {name for fault in book.faults for name in fault.households}
    if not case.follows:
        assert touched == set(case.households)
    for household_id in book.household_ids:
        if household_id in touched:
            assert book.faults_of(household_id)
            with pytest.raises(FaultyHouseholdError):
                book.household(household_id)
        else:
            assert book.faults_of(household_id) == ()
            assert book.household(household_id).household_id == household_id


def test_every_kind_has_a_case() -> None:
    """At least forty kinds, none untested, none tested that does not exist."""
    tested = {case.kind for case in CASES} | TOLD_ELSEWHERE
    assert tested == set(KINDS)
    assert len(KINDS) >= 40


def test_a_valid_book_has_no_fault(tmp_path: Path) -> None:
    """The tiny book the cases start from is clean."""
    book = read_book(write(tiny_book(), tmp_path), ASOF)
    assert (book.faults, book.warnings, dict(book.orphan_rows)) == ((), (), {})


def test_all_faults_of_a_book_are_told_at_once(tmp_path: Path) -> None:
    """Four slips in three tables give four faults, sorted out by household."""
    tables = tiny_book()
    tables["lots"][2]["shares"] = -1
    tables["lots"][2]["basis"] = "x"
    tables["accounts"][3]["cash_floor"] = -1
    tables["securities"][4]["price"] = 0
    book = read_book(write(tables, tmp_path), ASOF)
    assert len(book.faults) == 4
    assert sorted((f.table, f.column) for f in book.faults_of("H1")) == [
        ("lots", "basis"),
        ("lots", "shares"),
        ("securities", "price"),
    ]
    assert [f.column for f in book.faults_of("H2")] == ["cash_floor"]
    assert book.faults_of("007") == ()


def test_a_faulty_security_that_nobody_reaches_is_not_usable(tmp_path: Path) -> None:
    """SPARE is held by nobody: no household is invalid, and nobody may buy it."""
    tables = tiny_book()
    tables["securities"][5]["share_step"] = -1
    book = read_book(write(tables, tmp_path), ASOF)
    assert [f.households for f in book.faults] == [()]
    securities = book.household("H1").market.securities
    usable = dict(zip(securities.security_id, securities.usable, strict=True))
    assert usable == {name: name != "SPARE" for name in usable}


def test_each_policy_has_its_own_idea_of_a_stale_price(tmp_path: Path) -> None:
    """VEA is 4 days old: too old for `standard` (3), not for a policy that allows 7."""
    tables = tiny_book()
    tables["securities"][2]["price_date"] = "2026-11-16"
    folder = write(tables, tmp_path)
    (folder / "policies" / "careful.toml").write_text("[data]\nmax_price_age_days = 7\n")
    book = read_book(folder, ASOF)
    assert {name: len(book.faults_of(name)) for name in book.household_ids} == {
        "007": 1,
        "H1": 0,  # reaches VEA by an expired restriction only, which is nothing
        "H2": 0,
    }
    usable = {name: book.household(name).market.securities.usable[4] for name in ("H1", "H2")}
    assert usable == {"H1": False, "H2": True}


def test_an_expired_restriction_and_a_dead_order_touch_nobody(tmp_path: Path) -> None:
    """What is over needs no security, lot or account any more."""
    tables = tiny_book()
    tables["restrictions"][1] |= {"security_id": "LONG-GONE", "household_id": "H9"}
    tables["open_orders"][0] |= {"status": "cancelled", "shares": 9999, "lot_id": "L999"}
    book = read_book(write(tables, tmp_path), ASOF)
    assert book.faults == ()
    assert len(book.household("H1").open_orders.order_id) == 0


def test_an_invalid_policy_touches_the_households_that_name_it(tmp_path: Path) -> None:
    """Both slips of careful.toml are told, in the words of the policy's reader."""
    folder = write(tiny_book(), tmp_path)
    (folder / "policies" / "careful.toml").write_text("[risk]\naversion = -1\nx = 1\n")
    book = read_book(folder, ASOF)
    assert [(f.kind, f.table, f.column, f.households) for f in book.faults] == [
        ("policy_invalid", "policies", "risk.aversion", ("H2",)),
        ("policy_invalid", "policies", "risk.x", ("H2",)),
    ]


@pytest.mark.parametrize(
    ("text", "faulty"),
    [
        ("[limits]\nclass_max = { us_equtiy = 0.5 }\n", "limits.class_max"),
        ('[limits]\nbands = "hard"\n[bands]\nclasses = { us_equtiy = 0.05 }\n', "bands.classes"),
        ("[bands]\nclasses = { us_equtiy = 0.05 }\n", None),  # a note: nothing is promised
        ("[limits]\nclass_max = { us_equity = 0.5, cash = 0.1 }\n", None),
        ("[limits]\nclass_max = { crypto = 0.05 }\n", None),  # of a policy for many books
    ],
)
def test_a_limit_on_a_class_misspelt_is_a_fault(
    text: str, faulty: str | None, tmp_path: Path
) -> None:
    """It would hold nowhere: the households of the policy wait, and the class meant is named."""
    folder = write(tiny_book(), tmp_path)
    (folder / "policies" / "careful.toml").write_text(text)
    book = read_book(folder, ASOF)
    assert [(f.column, f.households) for f in book.faults] == (
        [] if faulty is None else [(faulty, ("H2",))]
    )
    for fault in book.faults:
        assert "'us_equtiy'" in fault.what and "careful" in fault.what
        assert fault.remedy.startswith("did you mean 'us_equity'? the classes are cash")
    noted = [said for said in book.warnings if "us_equtiy" in said or "crypto" in said]
    assert bool(noted) is ("us_equtiy" in text or "crypto" in text)


def test_an_override_of_one_household_is_held_to_the_classes_too(tmp_path: Path) -> None:
    """Of two households with one policy only the one that limits a class of nothing waits."""
    tables = tiny_book()
    tables["households"][0]["overrides"] = "limits.class_max = { equity = 0.5 }"
    book = read_book(write(tables, tmp_path), ASOF)
    assert set(book.faults_by_household) == {"H1"}


def test_a_policy_that_nobody_names_may_be_invalid(tmp_path: Path) -> None:
    """Its fault is told and touches nobody."""
    folder = write(tiny_book(), tmp_path)
    (folder / "policies" / "idle.toml").write_text("[risk]\naversion = -1\n")
    book = read_book(folder, ASOF)
    assert [f.households for f in book.faults] == [()]


def test_orphan_rows_are_counted_and_touch_nobody(tmp_path: Path) -> None:
    """H2's rows without H2: 2 units, 2 accounts, 2 lots, a trade and a restriction."""
    tables = tiny_book()
    del tables["households"][1]
    book = read_book(write(tables, tmp_path), ASOF)
    assert dict(book.orphan_rows) == {
        "filing_units": 2,
        "accounts": 2,
        "lots": 2,
        "trades": 1,
        "restrictions": 1,
    }
    assert [book.faults_of(name) for name in book.household_ids] == [(), ()]
    assert {f.kind for f in book.faults} == {"orphan_filing_unit", "orphan_account"}


def test_faults_that_touch_nobody_are_told_in_part_and_counted(tmp_path: Path) -> None:
    """250 lots of an unknown account give 100 faults and one that counts the other 150."""
    tables = tiny_book()
    lot = tables["lots"][0]
    tables["lots"] += [lot | {"lot_id": f"Z{i}", "account_id": "A9"} for i in range(250)]
    book = read_book(write(tables, tmp_path), ASOF)
    assert len(book.faults) == 101
    assert book.faults[-1].what == "150 more faults of this kind touch no household"
    assert book.orphan_rows["lots"] == 250


def test_a_part_of_a_book_tells_the_rows_of_the_whole(tmp_path: Path) -> None:
    """A table with `book_row` names its values as rows."""
    tables = tiny_book()
    for row, lot in enumerate(tables["lots"]):
        lot["book_row"] = 1000 + row
    tables["lots"][5]["shares"] = 0
    book = read_book(write(tables, tmp_path), ASOF)
    assert [(f.table, f.row) for f in book.faults] == [("lots", 1005)]


def test_a_fault_reads_as_a_sentence(tmp_path: Path) -> None:
    """Place, what is wrong with the cell as written, and what would do."""
    tables = tiny_book()
    tables["lots"][7]["shares"] = "sixty"
    book = read_book(write(tables, tmp_path), ASOF)
    assert str(book.faults[0]) == (
        "lots, row 9, column shares: 'sixty' is not a number; give a plain number, such as 1234.5"
    )
