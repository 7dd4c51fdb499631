"""What a corporate action makes of one lot: shares, basis, holding period, cash, gain, exactly.

Pure functions beside the section that each follows; they know no accounts and no books. Shares stay
fractions: what an issuer pays in lieu of one is a sale of its own (Rev. Rul. 66-365) and arrives as
such. A loss in a cash merger meets no replacement here: shares of the same kind are gone with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from models.errors import HearthError
from models.tax.holding_period import is_long

ZERO: Final = Decimal(0)


class ActionError(HearthError):
    """A corporate action that says too little, or what cannot be: mend its row."""


@dataclass(frozen=True, slots=True)
class Action:
    """One corporate action; it holds for whoever owns shares when `date` begins.

    `ratio`: new shares for an old one (of a spin-off: beside it). `cash_per_share`: dollars for an
    old share. `basis_fraction`: the share of basis that goes to what is spun off. `new_price`: what
    a new share is worth on the day, in dollars.
    """

    action_id: str
    security_id: str
    date: date
    kind: str
    ratio: Decimal | None = None
    cash_per_share: Decimal | None = None
    new_security_id: str | None = None
    basis_fraction: Decimal | None = None
    new_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot: total `basis` in dollars, None where it is not known; `start` of its holding."""

    security_id: str
    shares: Decimal
    basis: Decimal | None
    start: date | None
    origin: str = "purchase"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a lot becomes: `kept` in its place, `added` beside it, cash paid, gain recognised."""

    kept: HeldLot | None
    added: HeldLot | None = None
    cash: Decimal = ZERO
    gain: Decimal = ZERO
    long: bool = False


def outcome(action: Action, lot: HeldLot) -> Outcome:
    """Return what an action makes of a lot of its security.

    Raises
    ------
    ActionError
        If the action lacks what its kind needs, or has a figure that cannot be.
    """
    faults = faults_of(action)
    if faults:
        raise ActionError(f"{action.action_id}: {'; '.join(faults)}")
    return KINDS[action.kind](action, lot)


def faults_of(action: Action) -> list[str]:
    """Return what is wrong with an action, nothing when it can be applied."""
    if action.kind not in KINDS:
        return [f"kind {action.kind!r} is none of {', '.join(KINDS)}"]
    found = []
    for name in NEEDS[action.kind]:
        value = getattr(action, name)
        if value is None:
            found.append(f"{name} is missing: a {action.kind} needs it")
        elif isinstance(value, Decimal) and not (value.is_finite() and value > 0):
            found.append(f"{name} {value} must be above 0")
    fraction = action.basis_fraction
    if fraction is not None and not ZERO <= fraction <= 1:
        found.append(f"basis_fraction {fraction} must lie from 0 to 1")
    return found


def _split(action: Action, lot: HeldLot) -> Outcome:
    """Shares times the ratio; basis is spread over them and the holding goes on.

    26 U.S.C. 305(a): stock on stock is no income; 307(a): basis is allocated; 1223(4): the period
    is the old shares'.
    """
    return Outcome(replace(lot, shares=lot.shares * _given(action.ratio)))


def _symbol_change(action: Action, lot: HeldLot) -> Outcome:
    """Only the name changes.

    26 U.S.C. 368(a)(1)(F), 354(a)(1), 358(a)(1), 1223(1): no gain, same basis, same period.
    """
    return Outcome(replace(lot, security_id=str(action.new_security_id)))


def _cash_merger(action: Action, lot: HeldLot) -> Outcome:
    """A sale for cash: the gain is cash less basis (26 U.S.C. 1001(a), (c))."""
    cash = lot.shares * _given(action.cash_per_share)
    gain = ZERO if lot.basis is None else cash - lot.basis
    return Outcome(None, None, cash, gain, _long(action, lot))


def _stock_merger(action: Action, lot: HeldLot) -> Outcome:
    """Stock for stock, perhaps with cash (boot): the gain counts up to the cash, a loss never.

    gain = max(0, min(cash, value of new shares + cash − basis)), 26 U.S.C. 356(a)(1) and (c), lot
    by lot (26 C.F.R. 1.356-1(b)); basis = old basis − cash + gain, 358(a)(1); the period is the old
    shares', 1223(1). Boot with the effect of a dividend (356(a)(2)) is refused: it depends on the
    whole company.
    """
    shares = lot.shares * _given(action.ratio)
    new = replace(lot, security_id=str(action.new_security_id), shares=shares)
    cash = lot.shares * (action.cash_per_share or ZERO)
    if lot.basis is None or not cash:
        return Outcome(new, None, cash)
    if action.new_price is None:
        raise ActionError(
            f"{action.action_id}: a stock merger with cash needs the price of a new share on its "
            "day: give new_price, or the new security a price"
        )
    gain = max(ZERO, min(cash, shares * action.new_price + cash - lot.basis))
    return Outcome(
        replace(new, basis=lot.basis - cash + gain), None, cash, gain, _long(action, lot)
    )


def _spin_off(action: Action, lot: HeldLot) -> Outcome:
    """New shares beside the old, basis divided by value, the period that of the old shares.

    26 U.S.C. 355(a)(1): no gain; 358(b)(2), (c) and 26 C.F.R. 1.358-2(a)(2)(iv): basis by value, as
    the issuer's Form 8937 says; 1223(1): the period.
    """
    moved = None if lot.basis is None else lot.basis * _given(action.basis_fraction)
    new = replace(
        lot,
        security_id=str(action.new_security_id),
        shares=lot.shares * _given(action.ratio),
        basis=moved,
    )
    rest = None if lot.basis is None or moved is None else lot.basis - moved
    return Outcome(replace(lot, basis=rest), new)


def _return_of_capital(action: Action, lot: HeldLot) -> Outcome:
    """Cash lowers basis, to zero and not below; what is beyond it is a gain.

    26 U.S.C. 301(c)(2), 1016(a)(4): basis; 301(c)(3)(A): gain from a sale, lot by lot (Johnson v.
    United States, 435 F.2d 1257).
    """
    cash = lot.shares * _given(action.cash_per_share)
    if lot.basis is None:
        return Outcome(lot, None, cash)
    rest = max(ZERO, lot.basis - cash)
    gain = cash - (lot.basis - rest)
    return Outcome(replace(lot, basis=rest), None, cash, gain, _long(action, lot))


def _cash_dividend(action: Action, lot: HeldLot) -> Outcome:
    """Cash, and income that a filing unit's expected figures hold already (26 U.S.C. 301(c)(1))."""
    return Outcome(lot, None, lot.shares * _given(action.cash_per_share))


KINDS: Final[Mapping[str, Callable[[Action, HeldLot], Outcome]]] = {
    "split": _split,
    "symbol_change": _symbol_change,
    "cash_merger": _cash_merger,
    "stock_merger": _stock_merger,
    "spin_off": _spin_off,
    "return_of_capital": _return_of_capital,
    "cash_dividend": _cash_dividend,
}
"""Kind → what it makes of a lot."""

NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "split": ("ratio",),
    "symbol_change": ("new_security_id",),
    "cash_merger": ("cash_per_share",),
    "stock_merger": ("ratio", "new_security_id"),
    "spin_off": ("ratio", "new_security_id", "basis_fraction"),
    "return_of_capital": ("cash_per_share",),
    "cash_dividend": ("cash_per_share",),
}
"""Kind → the figures that its row must give."""


def _given(value: Decimal | None) -> Decimal:
    """Return a figure that `faults_of` found there."""
    if value is None:
        raise ActionError("a figure of the action is missing")
    return value


def _long(action: Action, lot: HeldLot) -> bool:
    """Whether a gain of the day is long-term; of an unknown start it is short-term."""
    return lot.start is not None and is_long(lot.start, action.date, lot.origin)
