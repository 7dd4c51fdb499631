"""A small world for orders: nights that sell, people who decide, a broker, a custodian who is late.

Nights use no solver: each household that waits for nothing sells a part of what its book shows.
What its book shows, and what counts as under way, is worked out as in a real night.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from models.errors import HearthError
from models.order import Flow, Order, OrderLot, Side, order_id
from models.plan import Plan, Status
from nightly.export.cancelling import cancel
from nightly.export.outbox import finish
from nightly.export.sending import Wish, reconciled, send
from nightly.fills.booking import book
from nightly.fills.money import book_money
from nightly.fills.reports import AnswersFile, file_at
from nightly.fills.tolerance import FAR_OFF
from nightly.register.deciding import Word, decide
from nightly.register.fold import Registered
from nightly.register.folded import Folded
from nightly.register.lines import RegisterError
from nightly.register.proposals import known_now, propose
from nightly.register.register import NAME, Register
from nightly.register.roles import Rights
from nightly.register.whole import lost
from nightly.results.run_folder import RunFolder
from nightly.results.tables import BookFacts, tables_of
from nightly.triage.carried import under_way
from nightly.triage.earlier_runs import orders_left
from nightly.triage.tonight import orders_of_rows
from tests.households import STOCK, account, household, lot, security, target, trade
from tests.nightly.fills.broker import Broker
from tests.nightly.life.bank import Bank
from tests.nightly.life.crashes import Crash, crash_at

HOUSEHOLDS = ("h0", "h1", "h2")
HELD = 100
ORDER_DAYS = 5
POSTED_WITHIN = timedelta(days=3)
PRICE = Decimal(300)
PAID = Decimal(250)
"""Dollars that a household withdraws with every sale, where the world pays any."""

LISTS = '[default.time_in_force]\nother = ["day", "at_close"]\n'
"""Where orders are tried in two ways at once."""


FACTS = BookFacts({"VTI": 1.0}, filing_units={f"{name}-a": f"{name}-u" for name in HOUSEHOLDS})


@dataclass
class Begun:
    """A night that has its chunk and not yet its manifest."""

    folder: RunFolder
    asof: date
    known: dict[str, Any]


@dataclass
class World:
    """Everything there is; the register and the files are on disk, the rest is other people's."""

    root: Path
    day: date = date(2026, 11, 20)
    broker: Broker = field(default_factory=Broker)
    truth: dict[str, int] = field(default_factory=lambda: dict.fromkeys(HOUSEHOLDS, HELD))
    traded: list[tuple[str, int, date]] = field(default_factory=list)
    posted: list[tuple[str, int, date]] = field(default_factory=list)
    posted_on: date = date(2026, 11, 20)
    begun: list[Begun] = field(default_factory=list)
    runs: list[RunFolder] = field(default_factory=list)
    inbox: list[bytes] = field(default_factory=list)
    fetched: set[Path] = field(default_factory=set)
    pays: bool = False
    bank: Bank = field(default_factory=Bank)
    letters: list[str] = field(default_factory=list)
    booked: list[bytes] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    _known: Folded = field(default_factory=Folded)

    @property
    def register(self) -> Register:
        """The register on disk."""
        return Register(self.root / NAME)

    def now(self) -> Registered:
        """Return what the register says, read on from where it was read last."""
        if self.register.path.exists():
            self.register.read_on(self._known)
        return self._known.registered

    def begin_night(self, shares: Sequence[int], approval: str) -> None:
        """Plan every household of today's book; the run is not complete yet."""
        now = self.now()
        count = len(list(self.root.glob("20*"))) + 1
        folder = RunFolder(self.root / f"{self.day}-{count:04d}")
        folder.path.mkdir(parents=True)
        plans = [
            self._plan(name, wanted, approval, now)
            for name, wanted in zip(HOUSEHOLDS, shares, strict=True)
        ]
        folder.write_chunk(0, tables_of(plans, ["p"] * len(plans), FACTS))
        self.begun.append(Begun(folder, self.day, known_now(now)))

    def carried(self, now: Registered | None = None) -> list[dict[str, Any]]:
        """Return what today's night is told of orders that left, a row a lot."""
        rows: list[dict[str, Any]] = orders_left(
            self.now() if now is None else now, self.day, ORDER_DAYS
        ).to_pylist()
        return rows

    def finish_night(self, which: int, step: int | None) -> None:
        """Go on with a night until it is complete, or ends again."""
        begun = self.begun[which % len(self.begun)]
        facts = {"run_id": begun.folder.run_id, "asof": begun.asof.isoformat(), "complete": True}
        facts |= {"ended": f"{begun.asof}T22:00:00+00:00", "policies": {}}
        with suppress(Crash), crash_at(step):
            propose(begun.folder, begun.asof, begun.known, looked=True)
            begun.folder.finish(facts)
        if begun.folder.complete:
            self.begun.remove(begun)
            self.runs.append(begun.folder)

    def decide(self, run: int, name: str, decision: str) -> None:
        """Approve or reject; what cannot be decided is refused."""
        with suppress(HearthError):
            decide(self._run(run), name, Word(decision, "so"), Rights("Ann"))

    def export(self, run: int, step: int | None, again: bool) -> None:
        """Let what is approved leave, or end on the way."""
        with suppress(Crash), crash_at(step):
            send(self._run(run), self._wish(self._run(run), again), lambda ids: [])

    def export_at_once(self, runs: Sequence[int]) -> None:
        """Export several runs, or one several times, in the same moment."""
        errors: list[BaseException] = []

        def one(folder: RunFolder) -> None:
            try:
                send(folder, self._wish(folder), lambda ids: [])
            except BaseException as error:
                errors.append(error)

        threads = [Thread(target=one, args=(self._run(run),)) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []

    def cancel(self, run: int, name: str, step: int | None) -> None:
        """Ask a household's orders back."""
        with suppress(Crash, HearthError), crash_at(step):
            wish = Wish("fix", None, Rights("Ann"), "so", again=True, sent_as="tickets")
            cancel(self._run(run), [name], [], wish)

    def parcels_to_fetch(self) -> list[Path]:
        """Return the folders of files that the broker has not fetched."""
        return [p for p in sorted(self.root.glob("*/exports/[0-9]*")) if p not in self.fetched]

    def fetch(self, take_away: bool) -> None:
        """Let the broker have every file that stands under its name and was not fetched."""
        for path in self.parcels_to_fetch():
            for name in ("tickets.fix", "cancels.fix"):
                if (path / name).exists():
                    self.broker.take((path / name).read_bytes())
            self.bank.take(path)
            self.fetched.add(path)
            if take_away:
                shutil.rmtree(path)
                self.fetched.discard(path)

    def act(self, which: int, share: float) -> None:
        """Let the broker do something with an order: acknowledge, trade a part or all."""
        names = self.broker.working()
        name = names[which % len(names)]
        order = self.broker.orders[name]
        if order.over == "asked" and share < 0.5:
            self.inbox.append(self.broker.ended(name, "4"))
        elif share < 0.1:
            self.inbox.append(self.broker.acknowledged(name))
        else:
            shares = max(1, int(order.left * Decimal(repr(share))))
            self._trade(name, shares)

    def pay(self, which: int, how: str) -> None:
        """Let the bank do something with a payment: acknowledge, pay, refuse, or not pay."""
        waiting = self.bank.waiting()
        if waiting:
            self.letters.append(self.bank.act(waiting[which % len(waiting)], how, self.day))

    def read_letters(self, step: int | None) -> None:
        """Book what the bank says of money, or end on the way."""
        path = self.root / "letters.csv"
        path.write_text("\n".join(["movement_id,state,moved_on,text", *self.letters]) + "\n")
        with suppress(Crash), crash_at(step):
            assert book_money(self.register, self.came(path), Rights("Eve"))["refused"] == []
            self.read += self.letters
            self.letters.clear()

    def try_in_two_ways(self) -> None:
        """Let every order leave as a one-cancels-all list from here on."""
        (self.root / "custodians.toml").write_text(LISTS)

    def came(self, path: Path) -> AnswersFile:
        """Return a file of answers that comes on the world's own day."""
        return replace(file_at(path), came_on=self.day)

    def answer(self, count: int, twice: bool, step: int | None) -> None:
        """Book the next answers of the market, perhaps twice, or end on the way."""
        some = self.inbox[:count]
        for _ in range(2 if twice else 1):
            path = self.root / "answers.fix"
            path.write_text("")
            path.open("wb").write(b"".join(some))
            try:
                with crash_at(step):
                    booked = book(self.register, self.came(path), Rights("Eve"), FAR_OFF)
            except Crash:
                return
            assert booked.fitted.refused == ()
        self.booked += some
        del self.inbox[:count]

    def put_back(self, share: float) -> None:
        """Put the register back to its first lines, and go on without what is lost.

        Every answer and letter so far is told again; nights under way are left alone.
        """
        lines = self.register.path.read_bytes().splitlines(keepends=True)
        self.register.path.write_bytes(b"".join(lines[: 1 + int(share * len(lines))]))
        self._known = Folded()
        self.begun.clear()
        if lost(self.now(), self.register.path):
            with pytest.raises(RegisterError, match="put back"):
                self.export(-1, None, again=False)
            reconciled(self.runs[-1], self._wish(self.runs[-1]))
        assert lost(self.now(), self.register.path) == ""
        with self.register.held() as held:
            finish(held, self.root)
        self.inbox, self.booked = [*self.booked, *self.inbox], []
        self.letters, self.read = [*self.read, *self.letters], []
        self.answer_all()
        self.read_letters(None)

    def answer_all(self) -> None:
        """Book every answer that is on its way."""
        if self.inbox:
            self.answer(len(self.inbox), False, None)

    def go_to_market(self, run: int, acts: Sequence[tuple[int, float]]) -> None:
        """Export a run, let the broker fetch it and do something with its orders."""
        self.export(run, None, False)
        self.fetch(take_away=False)
        for which, share in acts:
            if self.broker.working():
                self.act(which, share)

    def post(self) -> None:
        """Let the custodian's book show every trade so far."""
        self.posted, self.posted_on = list(self.traded), self.day

    def next_day(self) -> None:
        """End the day: orders of the day expire; a custodian is late by three days at most."""
        self.fetch(take_away=False)
        for name, order in self.broker.orders.items():
            if order.left > 0:
                self.inbox.append(self.broker.ended(name, "C"))
        self.day += timedelta(days=1)
        self.broker.day = f"{self.day:%Y%m%d}"
        if self.day - self.posted_on >= POSTED_WITHIN:
            self.post()

    def settle(self) -> None:
        """Mend what was cut short, and let everything that is on its way arrive."""
        with self.register.held() as held:
            finish(held, self.root)
        self.next_day()
        self.answer_all()
        for _ in range(len(self.bank.waiting())):
            self.pay(0, "moved")
        self.read_letters(None)

    def check(self) -> None:
        """Nothing was sent twice, nothing is sold that is not there, nothing is unknown here."""
        assert self.broker.twice == [] == self.bank.twice
        intended = {order.list_id or name for name, order in self.broker.orders.items()}
        assert len(intended) == len({name.split("/", 1)[1] for name in intended})
        days = [(own.household, name.split("/")[1]) for name, own in self.bank.paid()]
        assert len(days) == len(set(days))
        for name in HOUSEHOLDS:
            working: dict[str, Decimal] = {}
            for each, order in self.broker.orders.items():
                if order.account == f"{name}-a" and order.left:
                    working[order.list_id or each] = order.left
            assert sum(working.values()) <= self.truth[name]
        now = self.now()
        for standing in now.tickets.values():
            assert not (standing.filled and any(s.live for s in standing.beside if s != standing))
        assert set(self.broker.orders) <= set(now.tickets)
        assert set(self.bank.payments) <= set(now.money)

    def agree(self) -> None:
        """After everything has arrived, register and broker say the same of every order."""
        said = self.register.read().tickets
        states = {"filled": "filled", "4": "cancelled", "C": "expired"}
        assert {name: (s.state.value, s.filled) for name, s in said.items()} == {
            name: (states[order.over], order.filled) for name, order in self.broker.orders.items()
        }
        money = self.register.read().money
        assert {name: (s.state.value, s.movement.amount) for name, s in money.items()} == {
            name: (payment.state, payment.amount) for name, payment in self.bank.payments.items()
        }

    @staticmethod
    def _wish(run: RunFolder, again: bool = False) -> Wish:
        """Ask for an export, however old the run is."""
        meant = date.fromisoformat(run.manifest()["asof"])
        return Wish("fix", None, Rights("Dan"), "", again, meant)

    def _run(self, which: int) -> RunFolder:
        return self.runs[which % len(self.runs)]

    def _trade(self, name: str, shares: int) -> None:
        self.inbox.append(self.broker.traded(name, Decimal(shares)))
        self.inbox += self.broker.others_ended(name)
        owner = self.broker.orders[name].account.removesuffix("-a")
        self.truth[owner] -= shares
        self.traded.append((owner, shares, self.day))
        assert self.truth[owner] >= 0

    def _plan(self, name: str, wanted: int, approval: str, now: Any) -> Plan:
        """Return what a night decides: sell so much of what the book shows and nothing holds."""
        sold = [(shares, day) for owner, shares, day in self.posted if owner == name]
        shown = HELD - sum(shares for shares, _ in sold)
        owner, taken = f"{name}-a", min(wanted, shown)
        mine = orders_of_rows(self.carried(now)).get(name, ())
        home = household(
            accounts=[account(owner)],
            lots=[lot("l1", owner, "VTI", float(shown), 100.0, "2020-01-02")] if shown else [],
            securities=[security("VTI", float(PRICE), STOCK)],
            targets={"T": target({STOCK: 1.0})},
            trades=[trade(owner, "VTI", str(day), "sell", float(each)) for each, day in sold],
        )
        home = replace(home, asof=self.day)
        if not taken or under_way(home, mine, (), ORDER_DAYS):
            return Plan(name, Status.NO_ACTION, "waits")
        shares = Decimal(taken)
        whole = Order(
            order_id(self.day, owner, "VTI", Side.SELL),
            owner,
            "VTI",
            Side.SELL,
            shares,
            PRICE,
            (OrderLot("l1", shares),),
            "tracking",
        )
        flows = (Flow(owner, -PAID),) if self.pays else ()
        return Plan(name, Status.PLANNED, "", orders=(whole,), flows=flows, approval=approval)
