"""Which lots a sale takes: the methods custodians offer, so that they can be replayed exactly.

Each method is an order over the lots of one position, given as a sort key in one table; a sale
walks that order. Ties are broken by age and then by the order given, for which there is no
authority. Average cost changes the basis, never the shares: the earliest are sold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from models.errors import HearthError
from models.tax.holding_period import is_long

ZERO: Final = Decimal(0)


class LotReliefError(HearthError):
    """The sale cannot be relieved from these lots: fewer shares, another method, unknown lot."""


@dataclass(frozen=True, slots=True)
class ReliefLot:
    """A lot as lot relief sees it; `basis` is total dollars."""

    lot_id: str
    shares: Decimal
    basis: Decimal
    acquired: dt.date
    holding_start: dt.date | None = None
    origin: str | None = None


class Relieved(NamedTuple):
    """Shares of a lot that a sale takes, with their basis and gain in dollars."""

    lot_id: str
    shares: Decimal
    basis: Decimal
    gain: Decimal
    long: bool


class _Seen(NamedTuple):
    """A lot at the price and date of the sale."""

    gain: Decimal  # dollars per share
    long: bool
    cost: Decimal  # dollars per share
    acquired: dt.date


Key = tuple[Decimal | int, ...]


def _ranked(order: str) -> Callable[[_Seen], Key]:
    """Build the key of a method that ranks kinds of lots, such as ``"SL- LL- SZ LZ LG+ SG+"``.

    Each word is a term (S short, L long) and a kind (L loss, Z zero, G gain); within a kind + takes
    the smallest gain or loss per share first, and - the largest.
    """
    ranks = {word[:2]: (place, word[2:]) for place, word in enumerate(order.split())}

    def key(lot: _Seen) -> Key:
        kind = "G" if lot.gain > 0 else "L" if lot.gain < 0 else "Z"
        rank, direction = ranks[("L" if lot.long else "S") + kind]
        size = abs(lot.gain)
        return (rank, -size if direction == "-" else size)

    return key


_ORDERS: Final[Mapping[str, Callable[[_Seen], Key]]] = {
    "FIFO": lambda lot: (lot.acquired.toordinal(),),
    "LIFO": lambda lot: (-lot.acquired.toordinal(),),
    "HIFO": lambda lot: (-lot.cost,),
    "LOFO": lambda lot: (lot.cost,),
    "AVERAGE": lambda lot: (lot.acquired.toordinal(),),
    "MINTAX": _ranked("SL- LL- SZ LZ LG+ SG+"),
    "MAX_LT_GAIN": _ranked("LG- SG- SZ LZ SL+ LL+"),
    "MAX_LT_LOSS": _ranked("LL- SL- SZ LZ SG+ LG+"),
    "MAX_ST_GAIN": _ranked("SG- LG- LZ SZ LL+ SL+"),
    "MAX_ST_LOSS": _ranked("SL- LL- LZ SZ LG+ SG+"),
    "HIGHEST_COST": lambda lot: (lot.gain,),
}

METHODS: Final = (*_ORDERS, "SPECIFIC")
"""Names of the methods; the MAX_ ones and HIGHEST_COST are those of one large broker."""

DEFAULT_METHOD: Final = "FIFO"
"""What holds without adequate identification (26 C.F.R. 1.1012-1(c)(1))."""


def relieve(
    lots: Sequence[ReliefLot],
    shares: Decimal,
    price: Decimal,
    sold: dt.date,
    method: str | None = None,
    chosen: Mapping[str, Decimal] | None = None,
) -> tuple[Relieved, ...]:
    """Take `shares` from the lots of one position by a method, in the order they are sold.

    Parameters
    ----------
    lots
        The position's lots.
    shares, price
        Shares sold and dollars per share.
    sold
        Trade date.
    method
        One of `METHODS`; None means first in, first out.
    chosen
        For SPECIFIC: shares by lot id, in the order of sale (26 C.F.R. 1.1012-1(c)(2)).

    Raises
    ------
    LotReliefError
        For an unknown method, or more shares than there are.
    """
    name = DEFAULT_METHOD if method is None else method.upper()
    if name == "SPECIFIC":
        wanted = _chosen(lots, chosen or {}, shares)
    elif name in _ORDERS:
        wanted = _in_order(lots, shares, price, sold, _ORDERS[name])
    else:
        raise LotReliefError(f"lot relief {method!r} is unknown; known: {', '.join(METHODS)}")
    average = _average_cost(lots) if name == "AVERAGE" else None
    relieved = []
    for lot, count in wanted:
        part = lot.basis * count / lot.shares if average is None else average * count
        gain = count * price - part
        relieved.append(Relieved(lot.lot_id, count, part, gain, _is_long(lot, sold)))
    return tuple(relieved)


def _in_order(
    lots: Sequence[ReliefLot],
    shares: Decimal,
    price: Decimal,
    sold: dt.date,
    order: Callable[[_Seen], Key],
) -> list[tuple[ReliefLot, Decimal]]:
    def key(lot: ReliefLot) -> tuple[Key, dt.date]:
        gain = (lot.shares * price - lot.basis) / lot.shares
        seen = _Seen(gain, _is_long(lot, sold), lot.basis / lot.shares, lot.acquired)
        return order(seen), lot.acquired

    left = shares
    taken = []
    for lot in sorted((lot for lot in lots if lot.shares), key=key):
        if not left:
            break
        count = min(lot.shares, left)
        taken.append((lot, count))
        left -= count
    if left:
        raise LotReliefError(f"{shares} shares are sold, the lots hold {shares - left}")
    return taken


def _chosen(
    lots: Sequence[ReliefLot], chosen: Mapping[str, Decimal], shares: Decimal
) -> list[tuple[ReliefLot, Decimal]]:
    by_id = {lot.lot_id: lot for lot in lots}
    for lot_id, count in chosen.items():
        if lot_id not in by_id or not ZERO < count <= by_id[lot_id].shares:
            raise LotReliefError(f"{count} shares of lot {lot_id!r} are chosen but not held")
    if sum(chosen.values(), ZERO) != shares:
        raise LotReliefError(f"the chosen lots do not add up to the {shares} shares sold")
    return [(by_id[lot_id], count) for lot_id, count in chosen.items()]


def _average_cost(lots: Sequence[ReliefLot]) -> Decimal:
    """Return dollars per share over all lots (26 C.F.R. 1.1012-1(e)(7), single category)."""
    return sum((lot.basis for lot in lots), ZERO) / sum((lot.shares for lot in lots), ZERO)


def _is_long(lot: ReliefLot, sold: dt.date) -> bool:
    return is_long(lot.holding_start or lot.acquired, sold, lot.origin)
