"""A stored run is compared, figure by figure, with what the judge finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.book.faults import Fault
from models.errors import RunFolderError
from models.household import Household
from models.order import Flow, Order, OrderLot
from models.plan import Breach, Certificate, Figures, Lockout, Plan, Status
from models.policy import Policy
from nightly.proof.audit import Difference, audit
from nightly.results.stored import read_run
from tests.nightly.fakes import FakeBook
from tests.nightly.results.test_run_folder import bare, finished
from tests.workbench.test_screen import plan as smith_plan


@dataclass
class FakeVerdict:
    """What the judge would say."""

    figures: Figures
    breaches: tuple[Breach, ...] = ()
    lockouts: tuple[Lockout, ...] = ()


def good() -> Plan:
    """Return a plan whose figures are consistent with themselves."""
    return replace(smith_plan(), certificate=Certificate(11.75, 0.25))


def judge_of(verdict: FakeVerdict) -> Callable[..., FakeVerdict]:
    """Return a judge that always says `verdict`."""

    def judge(
        household: Household, policy: Policy, orders: Sequence[Order], flows: Sequence[Flow]
    ) -> FakeVerdict:
        return verdict

    return judge


def agreeing() -> FakeVerdict:
    """Return the verdict that agrees with `good`."""
    figures = good().figures
    assert figures is not None
    return FakeVerdict(figures, (), (Lockout("STOCK", date(2026, 12, 20)),))


def differences(
    runs: Path,
    plans: list[Plan],
    verdict: FakeVerdict | None = None,
    book: FakeBook | None = None,
    expected: Sequence[str] = ("smith",),
    as_format: str = "parquet",
) -> list[Difference]:
    """Store `plans`, read them back, and return all differences."""
    folder = finished(runs, plans, as_format=as_format)
    judge = judge_of(verdict or agreeing())
    found = audit(book or FakeBook(), expected, read_run(folder.path), judge)
    return [difference for _, listed in found for difference in listed]


@pytest.mark.parametrize("as_format", ["parquet", "csv"])
def test_a_sound_run_has_no_difference(tmp_path: Path, as_format: str) -> None:
    """Figures, lockouts, orders and lots agree after a trip through either format."""
    assert differences(tmp_path, [good()], as_format=as_format) == []


def test_orders_come_back_exactly(tmp_path: Path) -> None:
    """Shares, price and lots are the decimals that were written."""
    folder = finished(tmp_path, [good()])
    read = {order.order_id: order for order in read_run(folder.path).plans[0].orders}
    for order in good().orders:
        stored = read[order.order_id]
        assert (stored.shares, stored.price, stored.lots) == (
            order.shares,
            order.price,
            order.lots,
        )


@settings(deadline=None, max_examples=25)
@given(
    shares=st.decimals("0.000001", "99999999", places=6),
    price=st.decimals("0.0001", "999999", places=4),
)
def test_any_order_comes_back_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, shares: Decimal, price: Decimal
) -> None:
    """Doubles carry every share count and price that a custodian can state."""
    runs = tmp_path_factory.mktemp("runs")
    sale = replace(good().orders[0], shares=shares, price=price, lots=(OrderLot("l1", shares),))
    for as_format in ("parquet", "csv"):
        folder = finished(runs, [replace(good(), orders=(sale,))], as_format=as_format)
        (read,) = read_run(folder.path).plans[0].orders
        assert (read.shares, read.price, read.lots[0].shares) == (shares, price, shares)


@pytest.mark.parametrize(
    ("figure", "shift", "found"),
    [
        ("tax_usd", 0.009, False),
        ("tax_usd", 0.011, True),
        ("cost_usd", -0.02, True),
        ("objective_after_bps", 5e-5, False),
        ("objective_after_bps", 2e-4, True),
        ("te_after", 1e-10, False),
        ("te_after", 1e-7, True),
        ("realized_lt", 1.0, True),
    ],
)
def test_a_figure_is_held_to_its_tolerance(
    tmp_path: Path, figure: str, shift: float, found: bool
) -> None:
    """A cent, 1e-4 bps, 1e-9 of a fraction: more is a difference with the figure's name."""
    verdict = agreeing()
    moved = replace(verdict.figures, **{figure: getattr(verdict.figures, figure) + shift})
    named = {d.what for d in differences(tmp_path, [good()], replace(verdict, figures=moved))}
    assert (figure in named) == found


def test_an_undefined_figure_agrees_only_with_an_undefined_one(tmp_path: Path) -> None:
    """Null in the run against a number from the judge is a difference."""
    verdict = agreeing()
    undefined = replace(verdict.figures, objective_before_bps=None)
    listed = differences(tmp_path, [good()], replace(verdict, figures=undefined))
    assert [d.what for d in listed] == ["objective_before_bps"]


def test_a_breach_has_its_name_and_amount(tmp_path: Path) -> None:
    """What the judge finds broken is listed with rule, place and amount."""
    verdict = replace(agreeing(), breaches=(Breach("cash_floor", "smith.joint", 12.5),))
    (found,) = differences(tmp_path, [good()], verdict)
    assert (found.what, found.where, found.judged) == ("breach cash_floor", "smith.joint", 12.5)


def test_a_gap_below_zero_is_found(tmp_path: Path) -> None:
    """A plan better than its own bound is a wrong bound."""
    wrong = replace(good(), certificate=Certificate(12.5, -0.5))
    assert "gap_bps" in {d.what for d in differences(tmp_path, [wrong])}


def test_a_lockout_forgotten_or_invented_is_found(tmp_path: Path) -> None:
    """Lockouts must be the judge's, with the same last day."""
    verdict = replace(agreeing(), lockouts=(Lockout("STOCK", date(2026, 12, 21)),))
    assert [d.what for d in differences(tmp_path, [good()], verdict)] == ["lockout", "lockout"]


def test_prices_and_ids_of_orders_are_checked(tmp_path: Path) -> None:
    """An order at another price, or under an id that is not derived, is found."""
    sale = replace(good().orders[0], price=Decimal("100.01"))
    buy = replace(good().orders[1], order_id="mine")
    named = {d.what for d in differences(tmp_path, [replace(good(), orders=(sale, buy))])}
    assert named == {"price", "order_id"}


def test_orders_without_a_plan_are_found(tmp_path: Path) -> None:
    """An infeasible household has no orders."""
    folder = finished(tmp_path, [good()])
    path = folder.path / "plans.parquet"
    table = pq.ParquetFile(path).read()
    place = table.schema.get_field_index("status")
    pq.write_table(table.set_column(place, "status", pa.array(["infeasible"])), path)
    ((_, listed),) = audit(FakeBook(), ["smith"], read_run(folder.path), judge_of(agreeing()))
    assert [d.what for d in listed] == ["orders"]


def test_every_household_is_answered_once(tmp_path: Path) -> None:
    """A missing household and one that nobody asked for are both named."""
    listed = differences(tmp_path, [bare("jones", Status.FAILED)], expected=["smith"])
    assert {(d.household_id, d.what) for d in listed} == {
        ("jones", "unknown_household"),
        ("smith", "missing_plan"),
    }


def test_invalid_stands_or_falls_with_the_books_faults(tmp_path: Path) -> None:
    """Invalid without a fault, and an answer in spite of one, are differences."""
    fault = Fault("lots", 0, "shares", "is −1", "give a positive count")
    sick = FakeBook({"smith": (fault,)})
    assert differences(tmp_path, [bare("smith", Status.INVALID)], book=sick) == []
    assert [d.what for d in differences(tmp_path, [bare("smith", Status.INVALID)])] == ["status"]
    assert "status" in {d.what for d in differences(tmp_path, [good()], book=sick)}


def test_a_judge_that_cannot_replay_is_a_finding(tmp_path: Path) -> None:
    """Orders that raise in the replay are listed, and the audit goes on."""

    def judge(*_: object) -> FakeVerdict:
        raise KeyError("no such account")

    folder = finished(tmp_path, [good()])
    ((_, listed),) = audit(FakeBook(), ["smith"], read_run(folder.path), judge)
    assert [d.what for d in listed] == ["replay"]


def test_lots_of_no_order_are_found(tmp_path: Path) -> None:
    """A row of order_lots whose order is gone is stray."""
    folder = finished(tmp_path, [good()])
    path = folder.path / "orders.parquet"
    kept = pq.ParquetFile(path).read().slice(0, 1)  # the purchase sorts first
    pq.write_table(kept, path)
    found = [
        d
        for _, listed in audit(FakeBook(), ["smith"], read_run(folder.path), judge_of(agreeing()))
        for d in listed
    ]
    assert {"orders", "stray_lot"} == {d.what for d in found}


def test_a_run_without_a_table_is_refused(tmp_path: Path) -> None:
    """A missing table or column is one clear error."""
    folder = finished(tmp_path, [good()])
    (folder.path / "flows.parquet").unlink()
    with pytest.raises(RunFolderError, match="no table flows"):
        read_run(folder.path)
    folder = finished(tmp_path, [good()])
    path = folder.path / "plans.parquet"
    pq.write_table(pa.table(pq.ParquetFile(path).read().drop_columns(["tax_usd"])), path)
    with pytest.raises(RunFolderError, match="lacks column tax_usd"):
        read_run(folder.path)


def rewritten(path: Path, column: str, value: object, row: int = 0) -> None:
    """Write one cell of a stored table."""
    table = pq.ParquetFile(path).read()
    rows = table.to_pylist()
    rows[row][column] = value
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


@pytest.mark.parametrize(
    ("table", "column", "value", "found"),
    [
        ("orders", "side", "hold", "damaged_row"),
        ("orders", "shares", None, "damaged_row"),
        ("orders", "price", float("nan"), "damaged_row"),
        ("orders", "amount", 1.0, "amount"),
        ("orders", "household_id", "jones", "unknown_household"),
        ("order_lots", "order_id", "no-such-order", "stray_lot"),
        ("order_lots", "shares", None, "damaged_row"),
        ("plans", "orders", 7, "orders"),
        ("plans", "gap_bps", -5.0, "gap_bps"),
        ("plans", "status", "invalid", "status"),
        ("lockouts", "until", date(2026, 12, 19), "lockout"),
    ],
)
def test_a_changed_cell_is_found(
    tmp_path: Path, table: str, column: str, value: object, found: str
) -> None:
    """Each way to damage a stored table has its name."""
    folder = finished(tmp_path, [good()])
    rewritten(folder.path / f"{table}.parquet", column, value)
    run = read_run(folder.path)
    listed = audit(FakeBook(), ["smith"], run, judge_of(agreeing()))
    assert found in {d.what for _, differences in listed for d in differences}


def test_an_order_twice_is_found(tmp_path: Path) -> None:
    """The same ticket must not leave twice."""
    sale, purchase = good().orders
    twice = replace(good(), orders=(sale, purchase, purchase))
    assert "duplicate_order" in {d.what for d in differences(tmp_path, [twice])}
