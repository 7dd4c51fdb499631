from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from models import market_data
from models.book.read import read_book
from nightly.custodian.statement import ImportRefusedError
from nightly.intake.importing import Asked, Imported, import_files
from nightly.main import main
from optimizer.rebalance import rebalance
from scenarios.custodian_files import ibkr, lee, schwab, vanguard
from scenarios.custodian_files.accounts import ExportedAccount, Held
from tests.nightly.custodian.exported import (
    ASOF,
    BND,
    FUND,
    MAKERS,
    OPTION,
    STOCK,
    VTI,
    account,
    bundle,
    lot,
    totals,
    usd,
)

WHO = """\
filing_status = "single"
ordinary_income = 90000
state_rate = 0.04
target = "three-fund-60-40"

[owners.kim]
born = 1980-02-29

[accounts.main]
number = "55501234"
type = "{kind}"
owner = "kim"
"""


def household(folder: Path, kind: str = "taxable", more: str = "") -> Path:
    """Write a household file with one account; return it."""
    path = folder / "kim.toml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(WHO.format(kind=kind) + more, "utf-8")
    return path


def imported(
    folder: Path,
    accounts: Sequence[ExportedAccount] = (account(),),
    custodian: str = "schwab",
    kind: str = "taxable",
    more: str = "",
    **asked: object,
) -> Imported:
    """Import what a custodian exports of accounts into `folder/book`."""
    files = bundle(custodian, accounts, folder / "files" / str(len(list(folder.glob("files/*")))))
    who = household(folder, kind, more)
    whole = Asked(files, folder / "book", str(who), totals=totals(custodian, accounts), asof=ASOF)
    return import_files(replace(whole, **asked))  # type: ignore[arg-type]


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    """Return a table of the book as rows."""
    with (folder / "book" / f"{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return every file of the book."""
    book = folder / "book"
    return {str(p.relative_to(book)): p.read_bytes() for p in book.rglob("*") if p.is_file()}


def value_of(folder: Path, account_id: str) -> Decimal:
    """Return an account's value in the book, exactly."""
    price = {row["security_id"]: Decimal(row["price"]) for row in rows(folder, "securities")}
    cash = next(r["cash"] for r in rows(folder, "accounts") if r["account_id"] == account_id)
    lots = [row for row in rows(folder, "lots") if row["account_id"] == account_id]
    held = sum((Decimal(r["shares"]) * price[r["security_id"]] for r in lots), Decimal(0))
    return held + Decimal(cash)


@pytest.mark.parametrize("custodian", [name for name in MAKERS if name != "ofx"])
def test_a_book_goes_to_a_custodians_shape_and_back(custodian: str, tmp_path: Path) -> None:
    """Lots, cash, trades, gains: whatever the shape, the book is the account."""
    one = account(held=(VTI, FUND, STOCK))
    known = f'\\n[securities.{STOCK.symbol}]\\nlike = "VOO"\\n'.replace("\\n", "\n")
    imported(tmp_path, (one,), custodian, more=known)
    found = [
        (r["security_id"], r["acquired"], Decimal(r["shares"]), Decimal(r["basis"]))
        for r in rows(tmp_path, "lots")
    ]
    told = [
        (held.symbol, each.acquired.isoformat(), each.shares, each.basis)
        for held in one.held
        for each in held.lots
    ]
    assert sorted(found) == sorted(told)
    assert value_of(tmp_path, "main") == one.value
    unit = rows(tmp_path, "filing_units")[0]
    assert (unit["st_realized_ytd"], unit["lt_realized_ytd"]) == ("-110", "440")
    trades = {(r["security_id"], r["side"]): r for r in rows(tmp_path, "trades")}
    assert trades["VEA", "sell"]["realized_gain"] == "-110"
    assert trades["VTI", "buy"]["shares"] == "60"
    assert read_book(tmp_path / "book", ASOF).faults == ()


def test_a_sheltered_account_comes_from_ofx_too(tmp_path: Path) -> None:
    """It needs no basis; its value is the file's."""
    one = account(held=(VTI, FUND))
    imported(tmp_path, (one,), "ofx", "roth_ira")
    assert value_of(tmp_path, "main") == one.value
    assert {row.get("basis", "") for row in rows(tmp_path, "lots")} == {""}
    assert rows(tmp_path, "trades")[0]["account_id"] == "main"


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    """No byte of the book."""
    assert imported(tmp_path).changed
    before = bytes_of(tmp_path)
    assert imported(tmp_path).changed == ()
    assert bytes_of(tmp_path) == before


def test_a_newer_file_updates_and_an_older_one_is_refused(tmp_path: Path) -> None:
    """What was sold is gone, what stays keeps its lots though no lot file comes with it."""
    imported(tmp_path)
    now = account(held=(BND,), cash="9000.00", traded=(), closed=())
    later = replace(now, asof=date(2026, 11, 23))
    asked = Asked([positions_of(later, tmp_path)], tmp_path / "book", str(tmp_path / "kim.toml"))
    import_files(asked)
    assert [r["security_id"] for r in rows(tmp_path, "lots")] == ["BND", "BND"]
    assert rows(tmp_path, "accounts")[0]["cash"] == "9000"
    assert rows(tmp_path, "filing_units")[0]["lt_realized_ytd"] == "440", "gains stay realized"
    before = bytes_of(tmp_path)
    with pytest.raises(ImportRefusedError, match="the book has main as of 2026-11-23"):
        imported(tmp_path, asof=None)
    assert bytes_of(tmp_path) == before


def positions_of(one: ExportedAccount, folder: Path) -> Path:
    """Write the positions file of an account alone; return it."""
    ((name, text),) = ((n, t) for n, t in schwab.files([one]).items() if "Positions" in n)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_as_many_shares_of_another_basis_are_other_lots(tmp_path: Path) -> None:
    """Sold and bought again between two files: the book's lots are not kept for it."""
    imported(tmp_path)
    again = (lot("2026-11-20", "950", "69692.00"),)
    held = (VTI, replace(BND, lots=again))
    later = replace(account(held=held, traded=(), closed=()), asof=date(2026, 11, 23))
    asked = Asked([positions_of(later, tmp_path)], tmp_path / "book", str(tmp_path / "kim.toml"))
    with pytest.raises(ImportRefusedError, match="950 BND in main have no lots with dates"):
        import_files(asked)


def test_gains_of_last_year_do_not_replace_those_of_this_one(tmp_path: Path) -> None:
    """A file that is older says nothing of today, and that is told."""
    imported(tmp_path)
    last = replace(account(), asof=date(2025, 12, 31))
    gains = {n: t for n, t in schwab.files([last]).items() if "GainLoss" in n}
    ((name, text),) = gains.items()
    (tmp_path / name).write_text(text.replace("/2026", "/2025"), "utf-8")
    asked = Asked([tmp_path / name], tmp_path / "book", str(tmp_path / "kim.toml"))
    done = import_files(asked)
    assert any("as of 2025-12-31 are older than the book" in line for line in done.told)
    unit = rows(tmp_path, "filing_units")[0]
    assert (unit["st_realized_ytd"], unit["lt_realized_ytd"]) == ("-110", "440")


def test_an_account_that_no_newer_file_lists_is_told(tmp_path: Path) -> None:
    """It stays as it was, of its own day."""
    second = account("55509876", (FUND,), "12.00", "Roth IRA", (), ())
    more = '\n[accounts.roth]\nnumber = "9876"\ntype = "roth_ira"\nowner = "kim"\n'
    imported(tmp_path, (account(), second), more=more)
    later = replace(account(traded=(), closed=()), asof=date(2026, 11, 23))
    asked = Asked([positions_of(later, tmp_path)], tmp_path / "book", str(tmp_path / "kim.toml"))
    done = import_files(asked)
    assert "roth is as of 2026-11-20, what is newest as of 2026-11-23" in done.told
    assert value_of(tmp_path, "roth") == second.value


def test_nothing_is_written_while_a_file_does_not_agree(tmp_path: Path) -> None:
    """Each difference has its row; told so, the book is written and they are told again."""
    files = bundle("schwab", (account(),), tmp_path / "files")
    path = next(each for each in files if "Positions" in each.name)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"$4,210.55"', '"$4,310.55"'), "utf-8")
    asked = Asked(files, tmp_path / "book", str(household(tmp_path)))
    with pytest.raises(ImportRefusedError, match=r"Positions.*, row 7: values of .* add up to"):
        import_files(asked)
    assert not (tmp_path / "book").exists()
    done = import_files(replace(asked, unreconciled=True))
    assert len(done.differences) == 1
    assert rows(tmp_path, "accounts")[0]["cash"] == "4310.55"


def test_taxable_lots_are_asked_for(tmp_path: Path) -> None:
    """A position without dates is refused with what would do, and does."""
    files = [p for p in bundle("schwab", (account(),), tmp_path / "files") if "Positions" in p.name]
    with pytest.raises(ImportRefusedError, match="lots_acquired = 2020-01-02"):
        import_files(Asked(files, tmp_path / "book", str(household(tmp_path))))
    who = household(tmp_path, more="lots_acquired = 2020-01-02\n")
    import_files(Asked(files, tmp_path / "book", str(who)))
    assert {r["acquired"] for r in rows(tmp_path, "lots")} == {"2020-01-02"}
    assert [r["basis"] for r in rows(tmp_path, "lots")] == ["77335", "78630"]


def test_an_account_that_is_nobodys_is_named_with_its_lines(tmp_path: Path) -> None:
    """What to add to the household file stands in the refusal."""
    both = (account(), account("55509876", (FUND,), "1.00", "Roth IRA", (), ()))
    with pytest.raises(ImportRefusedError, match="1 to mend") as refused:
        imported(tmp_path, both)
    assert str(refused.value).count('[accounts.NAME] number = "9876"') == 1


def test_a_security_that_nobody_knows_is_refused_with_what_would_do(tmp_path: Path) -> None:
    """A pool of an employer's plan is like a fund, by a line."""
    pool = replace(FUND, symbol="POOLA", description="LARGE CAP POOL")
    one = account(held=(pool,), traded=(), closed=())
    with pytest.raises(ImportRefusedError, match=r'\[securities."POOLA"\] like = "VTI"'):
        imported(tmp_path, (one,), "vanguard", "401k")
    imported(tmp_path, (one,), "vanguard", "401k", '\n[securities.POOLA]\nlike = "VTI"\n')
    found = {row["security_id"]: row for row in rows(tmp_path, "securities")}
    assert found["POOLA"]["asset_class"] == "us_equity"
    assert not found["POOLA"].get("identical_group"), "like another is not identical to it"
    assert [row["security_id"] for row in rows(tmp_path, "menus")] == ["POOLA"]


def test_a_users_row_wins_and_its_price_moves(tmp_path: Path) -> None:
    """What somebody wrote into a table stays through the next import."""
    imported(tmp_path)
    path = tmp_path / "book" / "securities.csv"
    text = path.read_text("utf-8").replace(
        "VTI,355.29,2026-11-20,us_equity,0.5", "VTI,1,2026-11-19,us_equity,9"
    )
    path.write_text(text, "utf-8")
    imported(tmp_path)
    found = {row["security_id"]: row for row in rows(tmp_path, "securities")}
    assert found["VTI"]["half_spread_bps"] == "9"
    assert (found["VTI"]["price"], found["VTI"]["price_date"]) == ("355.29", "2026-11-20")


def test_market_facts_of_ones_own_win_row_by_row(tmp_path: Path) -> None:
    """A fund that nobody ships, and a model portfolio; the rest is as it is shipped."""
    own = tmp_path / "own"
    own.mkdir()
    shipped = Path(str(market_data.__file__)).with_name("funds.csv").read_text("utf-8")
    header, *lines = shipped.splitlines()
    row = next(line for line in lines if line.startswith("VTI,"))
    mine = row.replace("VTI,", "POOLA,").replace("vanguard-total-us", "")
    (own / "funds.csv").write_text(f"{header}\n{mine}\n", "utf-8")
    (own / "targets.csv").write_text(
        "target_id,asset_class,weight\nthree-fund-60-40,us_equity,1\n", "utf-8"
    )
    one = account(held=(replace(FUND, symbol="POOLA"), BND), traded=(), closed=())
    imported(tmp_path, (one,), market=own)
    found = {row["security_id"]: row for row in rows(tmp_path, "securities")}
    assert found["POOLA"]["asset_class"] == "us_equity"
    assert found["BND"]["asset_class"] == "us_bond"
    assert [row["asset_class"] for row in rows(tmp_path, "targets")] == ["us_equity"]


def test_another_households_rows_stay(tmp_path: Path) -> None:
    """Two households in one book, neither touched by the other's import."""
    imported(tmp_path)
    before = [row for row in rows(tmp_path, "lots") if row["account_id"] == "main"]
    other = tmp_path / "sam.toml"
    other.write_text(WHO.format(kind="taxable").replace("main", "sams").replace("55501234", "U77"))
    files = [tmp_path / "Holdings.xml"]
    files[0].write_text(ibkr.files([account("U77", traded=(), closed=())])["Holdings.xml"], "utf-8")
    import_files(Asked(files, tmp_path / "book", str(other)))
    assert {row["household_id"] for row in rows(tmp_path, "accounts")} == {"kim", "sam"}
    assert [row for row in rows(tmp_path, "lots") if row["account_id"] == "main"] == before


def test_what_was_sold_lately_bars_buying_its_twin_only_while_the_window_is_open(
    tmp_path: Path,
) -> None:
    """A fund that is held no more keeps its row, by which its loss is seen, and is not bought."""
    imported(tmp_path)
    found = {row["security_id"]: row for row in rows(tmp_path, "securities")}
    assert found["VEA"]["price_date"] == ""
    barred = {row["security_id"] for row in rows(tmp_path, "restrictions")}
    assert barred == {"VEA", "VWO"}
    prices = tmp_path / "prices.csv"
    prices.write_text("symbol,price,date\nVEA,68.72,2026-11-20\nVWO,58.99,2026-11-20\n", "utf-8")
    imported(tmp_path, prices=prices)
    assert rows(tmp_path, "restrictions") == []


def test_a_lot_without_basis_is_asked_for_its_basis(tmp_path: Path) -> None:
    """A day for all lots was told to do, also of who had given one, and did nothing."""
    said = "lots_acquired = 2020-01-02\n"
    for name, more, lacks in (
        ("dated", "", "have a lot without basis"),
        ("said", said, "have neither lots nor a basis"),
        ("moved", "", "have a lot without date and basis"),  # the custodian before told nothing
    ):
        folder = tmp_path / name
        who = household(folder, more=more)
        head = "as of 2026-11-20\nAccount,Symbol,"
        (folder / "p.csv").write_text(
            f"Positions {head}Shares,Price,Value,Basis\n55501234,VTI,10,300,3000,\n"
            "55501234,Total,,,3000,\n",
            "utf-8",
        )
        (folder / "l.csv").write_text(
            f"Lots {head}Acquired,Shares,Basis\n55501234,VTI,"
            f"{'2019-01-02' if name == 'dated' else 'n/a'},10,n/a\n",
            "utf-8",
        )
        files = [folder / "p.csv"] + ([folder / "l.csv"] if name != "said" else [])
        with pytest.raises(ImportRefusedError, match=f"10 VTI in main {lacks}:"):
            import_files(Asked(files, folder / "book", str(who)))


def of_kind(files: Sequence[Path], *names: str) -> list[Path]:
    """Return the files that have one of some words in their names."""
    return [each for each in files if any(name in each.name for name in names)]


def test_closed_lots_alone_say_what_was_sold_lately(tmp_path: Path) -> None:
    """A file of realized gains bars buying back what was sold at a loss, without transactions."""
    one, who = account(), household(tmp_path)
    files = bundle("schwab", (one,), tmp_path / "files")
    import_files(Asked(files, tmp_path / "book", str(who)))
    sales = [row for row in rows(tmp_path, "trades") if row["side"] == "sell"]
    assert sales
    without = of_kind(files, "Positions", "Lots", "GainLoss")
    import_files(Asked(without, tmp_path / "other" / "book", str(who)))
    assert rows(tmp_path / "other", "trades") == sales
    assert rows(tmp_path / "other", "restrictions") == [
        row for row in rows(tmp_path, "restrictions") if row["security_id"] in sold_of(sales)
    ]
    before = bytes_of(tmp_path)
    import_files(Asked(of_kind(files, "GainLoss"), tmp_path / "book", str(who), asof=ASOF))
    assert bytes_of(tmp_path) == before


def sold_of(sales: Sequence[dict[str, str]]) -> set[str]:
    """Return what was sold."""
    return {row["security_id"] for row in sales}


def test_an_account_of_whose_sales_no_file_tells_is_told(tmp_path: Path) -> None:
    """Nobody can see a loss of last week there; a sheltered account has none."""
    one = account(traded=(), closed=())
    done = imported(tmp_path, (one,))
    assert any("no file lists what main sold" in line for line in done.told)
    sheltered = imported(tmp_path / "ira", (one,), kind="traditional_ira")
    assert not any("no file lists what main sold" in line for line in sheltered.told)
    told = imported(tmp_path / "told", (account(),))
    assert not any("no file lists what main sold" in line for line in told.told)


def test_options_are_told_and_left_out(tmp_path: Path) -> None:
    """The account's value in the book is the file's less theirs, and it says so."""
    one = account(held=(VTI, OPTION, BND))
    done = imported(tmp_path, (one,))
    assert any("CALL VTI" in line or "VTI 01/15/2027" in line for line in done.told)
    assert done.accounts[0].left_out == OPTION.value
    assert value_of(tmp_path, "main") == one.value - OPTION.value


def test_money_that_was_put_into_a_fund_is_cash_with_a_yield(tmp_path: Path) -> None:
    """Of a money-market fund beside the sweep no lots are listed; a plan invests it."""
    fund = Held("SWVXX", "SCHWAB VALUE ADVANTAGE MONEY", usd("1.00"), (), "mutual_fund")
    fund = replace(fund, lots=(lot("2026-01-02", "30000", "30000.00"),))
    one = account(held=(VTI, BND, fund))
    prices = tmp_path / "prices.csv"
    prices.write_text("symbol,price,date\nVEA,68.72,2026-11-20\nVWO,58.99,2026-11-20\n", "utf-8")
    files = [p for p in bundle("schwab", (one,), tmp_path / "f") if "Lots-SWVXX" not in p.name]
    who = household(tmp_path)
    import_files(Asked(files, tmp_path / "book", str(who), prices=prices))
    found = {row["security_id"]: row for row in rows(tmp_path, "securities")}
    assert (found["SWVXX"]["instrument"], found["SWVXX"]["asset_class"]) == ("money_market", "cash")
    assert value_of(tmp_path, "main") == one.value
    book = read_book(tmp_path / "book", ASOF)
    plan = rebalance(book.household("kim"), book.policy("standard"))
    sold = [(o.security_id, o.side) for o in plan.orders]
    assert ("SWVXX", "sell") in sold
    assert ("VEA", "buy") in sold


def test_a_vanguard_file_without_a_day_asks_for_one(tmp_path: Path) -> None:
    """It says none of its own."""
    for name, text in vanguard.files([account()]).items():
        (tmp_path / name).write_text(text, "utf-8")
    files = sorted(tmp_path.glob("*.csv"))
    right = {"55501234": account().value}
    asked = Asked(files, tmp_path / "book", str(household(tmp_path)), totals=right)
    with pytest.raises(ImportRefusedError, match="say it by --asof"):
        import_files(asked)


def test_prices_of_one_day_that_differ_are_told(tmp_path: Path) -> None:
    """A column that was misread in one file would show in the other's price."""
    dear = replace(BND, price=Decimal("80.00"), lots=(lot("2020-01-02", "10", "800.00"),))
    both = (account(), account("55509876", (dear,), "1.00", "Roth IRA", (), ()))
    more = '\n[accounts.roth]\nnumber = "9876"\ntype = "roth_ira"\nowner = "kim"\n'
    with pytest.raises(ImportRefusedError, match=r"BND costs 80.00 here and 73.36"):
        imported(tmp_path, both, more=more)


def test_the_command_speaks_data_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document: what each account came to, what was told, what was written."""
    bundle("vanguard", (account(),), tmp_path / "files")
    asked = ["import", "vanguard", str(tmp_path / "files"), "--into", str(tmp_path / "book")]
    asked += ["--household", str(household(tmp_path)), "--asof", "2026-11-20", "--json"]
    assert main(asked) == 2
    refused = json.loads(capsys.readouterr().out)["error"]
    assert "--total 55501234=" in refused["message"]
    assert main([*asked, "--total", f"1234={account().value}"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["accounts"][0]["value"] == str(account().value)
    assert said["differences"] == []
    assert "lots" in said["changed"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["nofile.csv"], "there is no file nofile.csv"),
        (["schwab"], "name the files"),
        (["{file}", "--total", "1234"], "say ACCOUNT=USD"),
        (["ofx", "{file}"], "there is no <OFX> in it"),
        (["{file}", "--household", "nobody"], "hearth book new"),
    ],
)
def test_a_slip_in_the_command_is_told(
    asked: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to say instead; nothing is written."""
    (file, *_) = bundle("vanguard", (account(),), tmp_path / "files")
    words = [word.replace("{file}", str(file)) for word in asked]
    if "--household" not in words:
        words += ["--household", str(household(tmp_path))]
    assert main(["import", *words, "--into", str(tmp_path / "book")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "book").exists()


SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "exports"


def test_the_shipped_exports_are_those_that_are_made(tmp_path: Path) -> None:
    """The files under scenarios/exports are the invented household's, byte for byte."""
    lee.write(tmp_path)
    made = {str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*.*")}
    kept = {str(p.relative_to(SAMPLE)): p.read_bytes() for p in SAMPLE.rglob("*.*")}
    assert kept == made


def test_two_commands_lead_from_exports_to_a_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stranger's path: the plan's values are the files' totals to the cent."""
    monkeypatch.chdir(tmp_path)
    asked = ["import", str(SAMPLE / "files"), "--into", "my-book"]
    asked += ["--household", str(SAMPLE / "lee.toml"), "--prices", str(SAMPLE / "prices.csv")]
    assert main(asked) == 0
    said = capsys.readouterr().out
    whole = sum((each.value for each in lee.accounts()), Decimal(0))
    assert f"lee: {whole:,.2f}; reconciled" in said
    assert main(["plan", "my-book", "lee", "--json"]) == 0
    assert '"status": "planned"' in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    (tmp_path / "book").symlink_to(tmp_path / "my-book")
    by_name = zip(("joint", "plan", "trading"), lee.accounts(), strict=True)
    assert [value_of(tmp_path, name) - each.value for name, each in by_name] == [0, 0, 0]
