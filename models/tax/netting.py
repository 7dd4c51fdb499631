"""Schedule D: how gains and losses of a year meet, and what is carried to the next.

Losses keep their character for ever; the common shortcuts (everything carried becomes long-term,
the yearly limit is always consumed) are refused, because the worksheet says otherwise.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

ZERO: Final = Decimal(0)


class Netted(NamedTuple):
    """A year's net gains by how they are taxed, in dollars, each >= 0.

    `ordinary` is taxed as ordinary income, `preferential` at 0, 15 or 20 percent, and `offset` is
    the loss that lowers ordinary income. Gains and an offset never occur together.
    """

    ordinary: Decimal
    preferential: Decimal
    offset: Decimal

    @property
    def net(self) -> Decimal:
        """Capital gain in income (Form 1040 line 7): the total gain, or minus the offset."""
        return self.ordinary + self.preferential - self.offset


class Carryover(NamedTuple):
    """Losses carried to the next year by character, in dollars, each >= 0."""

    short: Decimal
    long: Decimal


def net_gains(net_short: Decimal, net_long: Decimal, limit: Decimal) -> Netted:
    """Net a year's short and long side (Schedule D lines 7, 15, 16 and 21; 26 U.S.C. 1211, 1222).

    Parameters
    ----------
    net_short, net_long : Decimal
        Lines 7 and 15: gains less losses less the carryover of the same character, signed dollars.
    limit : Decimal
        The most that a loss may lower ordinary income, dollars (26 U.S.C. 1211(b)).
    """
    total = net_short + net_long
    if total <= 0:
        return Netted(ZERO, ZERO, min(-total, limit))
    if net_short <= 0:
        return Netted(ZERO, total, ZERO)
    if net_long <= 0:
        return Netted(total, ZERO, ZERO)
    return Netted(net_short, net_long, ZERO)


def carry_over(
    net_short: Decimal, net_long: Decimal, offset: Decimal, taxable_before_floor: Decimal
) -> Carryover:
    """Return the losses carried out (Capital Loss Carryover Worksheet; 26 U.S.C. 1212(b)).

    Parameters
    ----------
    net_short, net_long : Decimal
        Schedule D lines 7 and 15, signed dollars.
    offset : Decimal
        Worksheet line 2: the loss deducted this year (line 21 as a positive number).
    taxable_before_floor : Decimal
        Worksheet line 1: taxable income after the deduction of the loss, negative when deductions
        exceed income. Then only a part of the offset, or none, is consumed.
    """
    consumed = min(offset, max(ZERO, taxable_before_floor + offset))  # lines 3 and 4
    short_loss, short_gain = max(ZERO, -net_short), max(ZERO, net_short)  # lines 5 and 10
    long_loss, long_gain = max(ZERO, -net_long), max(ZERO, net_long)  # lines 9 and 6
    short = max(ZERO, short_loss - (consumed + long_gain))  # lines 7 and 8
    left_for_long = max(ZERO, consumed - short_loss)  # line 11
    return Carryover(short, max(ZERO, long_loss - (short_gain + left_for_long)))  # lines 12, 13
