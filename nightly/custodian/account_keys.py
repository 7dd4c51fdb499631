"""What names an account across a custodian's files: its number, however it is masked.

One file says `Joint Tenant XXXX-1234`, the next `XXXX-1234`, a third the whole number. The key is
the last run of letters and digits with a digit in it; a masked one matches a whole one by its end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeVar

_RUN: Final = re.compile(r"[0-9A-Za-z]*\d[0-9A-Za-z]*")
_MASK: Final = re.compile(r"^(?:X{2,}|x{2,})")

LEAST: Final = 3
"""Characters that a masked number must show to be matched by its end."""

Value = TypeVar("Value")


def account_key(label: str) -> str:
    """Return what names an account in a label; the label itself where no number is in it."""
    runs = _RUN.findall(label)
    return _MASK.sub("", runs[-1]).upper() if runs else label.strip().upper()


def same_account(one: str, other: str) -> bool:
    """Whether two labels may be of one account: equal keys, or one the end of the other."""
    a, b = account_key(one), account_key(other)
    short, long = sorted((a, b), key=len)
    return short == long or (len(short) >= LEAST and long.endswith(short))


def of_account(values: Mapping[str, Value], label: str) -> Value | None:
    """Return the value given for an account, None where none is."""
    return next((value for name, value in values.items() if same_account(name, label)), None)
