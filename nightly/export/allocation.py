"""Pro-rata allocation of a fill back to the orders of its block, exact and in share steps.

With orders o_i, their sum O and a fill f ≤ O, order i's quota is q_i = f·o_i/O. Each gets the whole
steps in its quota; the steps that are left go one by one to the largest remainders q_i − given,
equals to the order that stands first. Nobody gets more than ordered; an order that does not lie on
the step (a position sold to zero) takes its last part of a step only when it is filled whole.
Refused: rounding every quota to the nearest step, which adds up to another number than was filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal, localcontext

from models.errors import HearthError
from models.ledger.exact import PRECISION

ZERO = Decimal(0)


class FillError(HearthError):
    """A fill that its block cannot have: mend the file of fills."""


def allocate(filled: Decimal, ordered: Sequence[Decimal], step: Decimal) -> tuple[Decimal, ...]:
    """Return what each order gets of a fill; the parts add up to `filled` exactly.

    Raises
    ------
    FillError
        If the fill is negative or more than was ordered.
    """
    with localcontext(prec=PRECISION):
        total = sum(ordered, ZERO)
        if filled < ZERO or filled > total:
            raise FillError(f"a fill of {filled} shares where {total} were ordered")
        if filled == total:
            return tuple(ordered)
        quota = [filled * each / total for each in ordered]
        given = [(each / step).to_integral_value(ROUND_FLOOR) * step for each in quota]
        left = filled - sum(given, ZERO)
        while left > ZERO:
            taker = _first_taker(quota, given, ordered)
            part = min(step, left, ordered[taker] - given[taker])
            given[taker] += part
            left -= part
        return tuple(given)


def _first_taker(
    quota: Sequence[Decimal], given: Sequence[Decimal], ordered: Sequence[Decimal]
) -> int:
    """Whoever has the largest remainder and may take more; the first of equals."""
    able = [k for k in range(len(quota)) if given[k] < ordered[k]]
    return max(able, key=lambda k: (quota[k] - given[k], -k))
