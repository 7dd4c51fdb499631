"""Whose a limit is that policy, book and request may each set: the one that is in force."""

from __future__ import annotations

from typing import Final

import numpy as np

from optimizer.inputs.frame import Frame
from optimizer.program.language import Owner

LAW: Final = Owner.LAW.value
"""Whose the wash-sale rule is, which no row alone states."""


def budget_owner(frame: Frame, name: str) -> Owner:
    """Whose a budget of filing units is: the request's where it is what some unit has to keep."""
    own = getattr(frame.household.units, name)
    asked = None if frame.household.asked is None else getattr(frame.household.asked.request, name)
    if asked is not None and bool((own == asked).any()):
        return Owner.REQUEST
    return Owner.POLICY if bool(np.isnan(own).any()) else Owner.BOOK


def asked_owner(frame: Frame, name: str, limit: float | None) -> Owner:
    """Whose a limit is that the request may have made stricter."""
    asked = None if frame.household.asked is None else getattr(frame.household.asked.request, name)
    return Owner.REQUEST if asked is not None and asked == limit else Owner.POLICY


def flow_owner(frame: Frame) -> Owner:
    """Whose the household's flow is."""
    asked = frame.household.asked
    moves = asked is not None and (asked.request.raise_usd or asked.request.invest_usd)
    return Owner.REQUEST if moves else Owner.BOOK
