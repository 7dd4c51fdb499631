from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from nightly.custodian.agreement import differences
from nightly.custodian.recognise import read_statement
from nightly.custodian.statement import ImportRefusedError
from scenarios.custodian_files import fidelity, ofx
from tests.nightly.custodian.exported import (
    HAVE_MORE,
    MAKERS,
    MORE,
    SHAPES,
    account,
    bundle,
    content,
    expected,
    judged,
    totals,
)

CASES = [(custodian, shape) for custodian in MAKERS for shape in SHAPES] + [
    (custodian, shape) for custodian, shapes in HAVE_MORE.items() for shape in shapes
]


@pytest.mark.parametrize(("custodian", "shape"), CASES)
def test_what_is_exported_is_read(custodian: str, shape: str, tmp_path: Path) -> None:
    """Every file reconciles, and says of accounts what they are: to the share and cent."""
    accounts = (SHAPES | MORE)[shape]
    paths = bundle(custodian, accounts, tmp_path)
    statements, found = judged(paths, totals(custodian, accounts))
    assert [str(each) for each in found] == []
    assert content(statements) == expected(accounts, custodian)
    assert {s.asof for s in statements} <= {accounts[0].asof, None}


def test_there_are_forty_files_of_six_custodians(tmp_path: Path) -> None:
    """The count that the cases above come to."""
    files = [
        path
        for n, (custodian, shape) in enumerate(CASES)
        for path in bundle(custodian, (SHAPES | MORE)[shape], tmp_path / str(n))
    ]
    assert len(files) >= 40
    assert len(MAKERS) == 6


@pytest.mark.parametrize(("custodian", "shape"), [("schwab", "options"), ("ibkr", "bonds")])
def test_what_a_book_cannot_hold_is_told(custodian: str, shape: str, tmp_path: Path) -> None:
    """Options and bonds count in the file's total and are named with their value."""
    statements, _ = judged(bundle(custodian, MORE[shape], tmp_path), {})
    told = [str(each) for s in statements for each in s.told]
    (one,) = (each for each in told if "no security that a book holds" in each)
    value = MORE[shape][0].held[1 if shape == "options" else 2].value
    assert f"{value.normalize():f} left out" in one or f"{value} left out" in one


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_encoding_changes_nothing(encoding: str, ending: str, tmp_path: Path) -> None:
    """Marks, wide characters, code pages and ends of lines are how a file is saved."""
    accounts = SHAPES["plain"]
    paths = bundle("fidelity", accounts, tmp_path)
    for path in paths:
        text = path.read_text("utf-8").replace("ACME", "ACMÉ")
        path.write_bytes(text.replace("\n", ending).encode(encoding))
    statements, found = judged(paths, {})
    assert found == []
    assert content(statements) == expected(accounts, "fidelity")


@pytest.mark.parametrize("raw", [b"", b"  \n", b"a\x00b,c", "VTI;100".encode("utf-16-le")])
def test_what_is_no_text_is_refused(raw: bytes, tmp_path: Path) -> None:
    """Nothing, or bytes that no encoding explains."""
    path = tmp_path / "positions.csv"
    path.write_bytes(raw)
    with pytest.raises(ImportRefusedError, match=r"positions\.csv"):
        read_statement(path, None)


def test_a_renamed_column_is_named_with_what_it_may_be(tmp_path: Path) -> None:
    """The refusal says which column is missed and which nobody knows."""
    (path, *_) = (p for p in bundle("schwab", SHAPES["plain"], tmp_path) if "Positions" in p.name)
    path.write_text(path.read_text("utf-8").replace("Cost Basis", "Cost Sum"), "utf-8")
    with pytest.raises(ImportRefusedError) as refused:
        read_statement(path, None)
    assert "without basis (Cost Basis)" in str(refused.value)
    assert "'Cost Sum'" in str(refused.value)


@pytest.mark.parametrize("custodian", ["schwab", None])
def test_a_file_that_ends_after_its_header_is_told_as_such(
    tmp_path: Path, custodian: str | None
) -> None:
    """No column is missed: what is missed is a row."""
    (path, *_) = (p for p in bundle("schwab", SHAPES["plain"], tmp_path) if "Positions" in p.name)
    text = path.read_text("utf-8")
    header = next(line for line in text.splitlines() if "Cost Basis" in line)
    path.write_text(text[: text.index(header)] + header + "\n", "utf-8")
    with pytest.raises(ImportRefusedError) as refused:
        read_statement(path, custodian)
    said = str(refused.value)
    assert "no complete row of data" in said and "schwab's positions" in said
    assert "without" not in said and "nobody knows" not in said


def test_an_alias_of_ones_own_is_a_line(tmp_path: Path) -> None:
    """A header that changed is read by a file beside, before any release."""
    (path, *_) = (p for p in bundle("schwab", SHAPES["plain"], tmp_path) if "Positions" in p.name)
    path.write_text(path.read_text("utf-8").replace("Cost Basis", "Cost Sum"), "utf-8")
    shipped = Path("nightly/custodian/schwab.toml").read_text("utf-8")
    own = tmp_path / "own"
    own.mkdir()
    changed = shipped.replace('basis = ["Cost Basis"]', 'basis = ["Cost Basis", "Cost Sum"]')
    (own / "schwab.toml").write_text(changed, "utf-8")
    read = read_statement(path, "schwab", own)
    assert differences(read, {}) == []
    assert [row.basis for row in read.positions if row.symbol == "VTI"] == [account().held[0].basis]


def test_a_file_without_a_total_asks_for_it(tmp_path: Path) -> None:
    """A row that is missing there would not show; what the site shows makes up for it."""
    (path,) = bundle("vanguard", SHAPES["plain"], tmp_path)[:1]
    read = read_statement(path, None)
    assert ["--total 55501234=" in str(each) for each in differences(read, {})] == [True]
    right, value = {"55501234": account().value}, account().value
    assert differences(read, right) == []
    (wrong,) = differences(read, {"1234": value + 1})
    assert "is said to be" in str(wrong)


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_of_ofx_say_the_same(version: int, tmp_path: Path) -> None:
    """SGML without closing tags, and XML."""
    (name, text), *_ = ofx.files([account()], version).items()
    (tmp_path / name).write_text(text, "utf-8")
    statements, found = judged([tmp_path / name], {})
    assert found == []
    assert content(statements) == expected([account()], "ofx")


def test_an_ofx_file_that_is_cut_is_refused(tmp_path: Path) -> None:
    """Every aggregate must close."""
    (_, text), *_ = ofx.files([account()]).items()
    path = tmp_path / "cut.qfx"
    path.write_text(text[: text.index("<INVBAL>")], "utf-8")
    with pytest.raises(ImportRefusedError, match="the file is cut"):
        read_statement(path, None)


def test_percentages_stand_for_a_total(tmp_path: Path) -> None:
    """A Fidelity file states none: a row that was cut shows in every other's percentage."""
    text = fidelity.files([account()])["Portfolio_Positions_Nov-20-2026.csv"]
    lines = text.splitlines(keepends=True)
    path = tmp_path / "positions.csv"
    path.write_text("".join(line for line in lines if "BND" not in line), "utf-8")
    found = differences(read_statement(path, None), {})
    assert any("% of the account" in str(each) for each in found)


def test_the_newer_titles_of_schwab_are_read(tmp_path: Path) -> None:
    """Numbers behind three dots, and the year first."""
    accounts = SHAPES["two accounts"]
    for path in bundle("schwab", accounts, tmp_path):
        text = path.read_text("utf-8").replace("XXXX-1234", "...234")
        text = text.replace("XXXX-9876", "...876").replace("ET, 11/20/2026", "ET, 2026/11/20")
        path.write_text(text, "utf-8")
    statements = [read_statement(path, None) for path in sorted(tmp_path.iterdir())]
    assert [d for s in statements for d in differences(s, {})] == []
    (positions,) = (s for s in statements if s.positions)
    assert positions.asof == accounts[0].asof
    assert positions.accounts == ("Joint Tenant ...234", "Roth IRA ...876")


def test_what_is_owed_and_not_paid_is_no_part_of_an_ibkr_book(tmp_path: Path) -> None:
    """Accrued dividends are in the net asset value; they are told and left out of the total."""
    (path,) = bundle("ibkr", [account()], tmp_path)
    whole, owed = account().value, Decimal("12.34")
    text = path.read_text("utf-8")
    said = f'total="{whole}"'
    assert said in text
    text = text.replace(said, f'total="{whole + owed}" dividendAccruals="{owed}"')
    path.write_text(text, "utf-8")
    read = read_statement(path, None)
    assert differences(read, {}) == []
    assert any("accruals of 12.34" in str(each) for each in read.told)


def test_an_order_says_again_what_its_executions_said(tmp_path: Path) -> None:
    """Of a Flex query that asks for both the executions count, each once."""
    (path,) = bundle("ibkr", [account()], tmp_path)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    both = [
        each
        for line in lines
        for each in ([line, line.replace("EXECUTION", "ORDER")] if "<Trade " in line else [line])
    ]
    path.write_text("".join(both), "utf-8")
    statements, found = judged([path], {})
    assert found == []
    assert content(statements) == expected([account()], "ibkr")


def test_a_trade_that_was_cancelled_is_no_sale(tmp_path: Path) -> None:
    """A purchase that was taken back is refused, and never read as what it is not."""
    (path,) = bundle("ibkr", [account()], tmp_path)
    text = path.read_text("utf-8").replace('buySell="BUY"', 'buySell="BUY (Ca.)"')
    path.write_text(text, "utf-8")
    found = differences(read_statement(path, None), {})
    assert any("neither BUY nor SELL: BUY (Ca.)" in str(each) for each in found)


SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "broker_samples"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="real samples are not part of this repository")
def test_real_samples_are_read_or_say_why_not() -> None:
    """Each file of other people's exports is read; what does not agree has a row and a reason."""
    read = []
    for path in sorted(each for each in SAMPLES.rglob("*") if each.is_file()):
        statement = read_statement(path, None)
        read.append(statement)
        for each in differences(statement, {}):
            assert each.place.row > 0
            assert each.what
    assert len(read) >= 11
    assert {s.custodian for s in read} == {"schwab", "fidelity", "ibkr", "ofx"}


PLAIN = "Positions as of 2026-11-20\nAccount,Symbol,Shares,Price,Value,Basis\n"
TWO = ("77001,VTI,10,300.00,3000.00,2500", "77001,Cash,,,100.00,")


@pytest.mark.parametrize("total", ["77001,Total,,,{},", ",Total,,,{},", "Total,,,,{},"])
def test_a_total_counts_wherever_the_word_stands(total: str, tmp_path: Path) -> None:
    """In the only account of a file; one that is off is a difference, and a row is missed by it."""
    path = tmp_path / "mine.csv"
    for stated, rows, agrees in (("3100.00", TWO, True), ("3100.00", TWO[:1], False)):
        path.write_text(PLAIN + "\n".join([*rows, total.format(stated), ""]), "utf-8")
        statement = read_statement(path, None)
        assert statement.accounts == ("77001",)
        found = [str(each) for each in differences(statement, {})]
        assert found == [] if agrees else "add up to 3000.00, the total is 3100.00" in found[0]


def test_a_total_of_several_accounts_is_of_none_of_them(tmp_path: Path) -> None:
    """Which of them a missing row were of, nobody could say: each is asked for."""
    path = tmp_path / "mine.csv"
    more = "88002,VTI,10,300.00,3000.00,2500"
    path.write_text(PLAIN + "\n".join([*TWO, more, "Total,,,,6100.00,", ""]), "utf-8")
    found = [str(each) for each in differences(read_statement(path, None), {})]
    assert len(found) == 2
    assert all("states no total of" in each for each in found)


def test_a_term_that_is_not_the_dates_is_told(tmp_path: Path) -> None:
    """An inherited lot is long-term at once: its date alone would say another thing in silence."""
    files = bundle("schwab", (account(),), tmp_path)
    (path,) = (each for each in files if "Lots-VTI" in each.name)
    assert read_statement(path, None).told == ()
    text = path.read_text("utf-8")
    path.write_text(text.replace("Long Term", "Short Term"), "utf-8")
    told = [str(each) for each in read_statement(path, None).told]
    assert len(told) == text.count("Long Term") > 0
    assert all("is called 'Short Term', and is not by that date" in each for each in told)


def test_what_a_header_lacks_is_named_in_one_order(tmp_path: Path) -> None:
    """A set has none of its own, and the same file was refused in other words each time."""
    path = tmp_path / "mine.csv"
    path.write_text(PLAIN.replace("Basis", "Basis,Colour") + TWO[0] + ",red\n", "utf-8")
    (fault,) = read_statement(path, None).faults
    assert "'Colour', and description, gain, percent, type is missing" in fault.what
