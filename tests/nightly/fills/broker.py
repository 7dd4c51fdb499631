"""A broker that counts: takes files of orders, answers in FIX, and remembers every id it was sent.

An id that comes twice without a mark of a possible duplicate is an order that was sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import simplefix


def messages(content: bytes) -> list[Any]:
    """Return the messages of a file of FIX."""
    parser = simplefix.FixParser()
    parser.append_buffer(content)
    return list(iter(parser.get_message, None))


def _legs(message: Any) -> list[dict[bytes, str]]:
    """Return the orders of a list: each begins with its id."""
    legs: list[dict[bytes, str]] = []
    for tag, value in message.pairs:
        if tag == b"11":
            legs.append({})
        if legs:
            legs[-1][tag] = value.decode()
    return legs


def report(**tags: str) -> bytes:
    """Return an execution report with these tags, named t11 and so on."""
    message = simplefix.FixMessage()
    message.append_pair(8, "FIX.4.4", header=True)
    message.append_pair(35, tags.pop("t35", "8"), header=True)
    for name, value in tags.items():
        message.append_pair(int(name.removeprefix("t")), value)
    encoded: bytes = message.encode()
    return encoded


@dataclass
class Working:
    """An order at the broker."""

    order_id: str
    account: str
    security: str
    side: str
    shares: Decimal
    limit: Decimal
    filled: Decimal = Decimal(0)
    over: str = ""
    list_id: str = ""

    @property
    def left(self) -> Decimal:
        """Shares that may still trade; one that is asked back may be too late to cancel."""
        return Decimal(0) if self.over not in ("", "asked") else self.shares - self.filled


@dataclass
class Broker:
    """Orders by id, intentions by what they are, and what was sent twice without a mark."""

    orders: dict[str, Working] = field(default_factory=dict)
    intentions: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    executions: int = 0
    day: str = "20261120"

    def take(self, content: bytes) -> None:
        """Take a file of orders and of requests to cancel."""
        for message in messages(content):
            told = {tag: value.decode() for tag, value in message.pairs}
            if told[b"35"] == "D":
                self._order(told)
            elif told[b"35"] == "E":
                for leg in _legs(message):
                    self._order(leg | {b"66": told[b"66"], b"97": told.get(b"97", "")})
            elif told[b"41"] in self.orders and not self.orders[told[b"41"]].over:
                self.orders[told[b"41"]].over = "asked"

    def _order(self, told: dict[bytes, str]) -> None:
        name = told[b"11"]
        if name in self.orders:
            self.twice += [] if told.get(b"97") == "Y" else [name]
            return
        self.orders[name] = Working(
            name, told[b"1"], told[b"55"], told[b"54"], Decimal(told[b"38"]), Decimal(told[b"44"])
        )
        self.orders[name].list_id = told.get(b"66", "")
        key = told[b"1"], told[b"55"], told[b"54"]
        self.intentions.setdefault(key, []).append(name)

    def working(self) -> list[str]:
        """Return the ids of the orders that may still trade."""
        return [name for name, order in self.orders.items() if order.left > 0]

    def acknowledged(self, name: str) -> bytes:
        """Return that an order is at work."""
        order = self.orders[name]
        return self._said(order, "0", "0")

    def traded(self, name: str, shares: Decimal) -> bytes:
        """Trade shares of an order at its limit and return the report; others of its list go on."""
        order = self.orders[name]
        order.filled += shares
        whole = order.filled == order.shares
        order.over = "filled" if whole else order.over
        more = {"t32": str(shares), "t31": str(order.limit)}
        return self._said(order, "F", "2" if whole else "1", **more)

    def others_ended(self, name: str) -> list[bytes]:
        """End what still works beside an order of which shares were traded: a report each."""
        own = self.orders[name].list_id
        beside = [n for n, o in self.orders.items() if o.list_id == own != "" and o.left]
        return [self.ended(other, "4") for other in beside if other != name]

    def ended(self, name: str, how: str) -> bytes:
        """End an order: 4 cancelled, C expired."""
        order = self.orders[name]
        order.over = how
        return self._said(order, how, how)

    def _said(self, order: Working, what: str, status: str, **more: str) -> bytes:
        self.executions += 1
        return report(
            t11=order.order_id,
            t17=f"exec-{self.executions}",
            t150=what,
            t39=status,
            t1=order.account,
            t55=order.security,
            t54=order.side,
            t14=str(order.filled),
            t60=f"{self.day}-15:00:00",
            **more,
        )
