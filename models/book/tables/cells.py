"""Turning one Arrow column, whatever its type, into cells of the kind the book needs.

A cell that cannot be read is kept as its text, with its row, so that the fault can show it; the
rest of the column is read all the same. The fast way reads a column as a whole; only when that
fails is it looked at cell by cell. Refused: type inference, which turns the id `007` into 7.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.arrays import Days, Floats
from models.book.tables.arrow import column_of, encoded, flags_of, numbers_of
from models.book.tables.column import CellKind

_NUMBER = r"^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^-?(?i:nan|inf|infinity)$"
_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}")
_FLAGS = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}


class UnreadableColumnError(Exception):
    """A column's type cannot hold what the book needs there (internal to reading)."""


@dataclass(frozen=True, slots=True)
class Cells:
    """One column as read, `n` rows.

    `values` is an Arrow large_string array for text, float64 for numbers and flags (NaN where
    null, flags 1 or 0), datetime64[D] for dates (NaT where null). `unread` holds the text of
    the cells that could not be read, by row; their value is null.
    """

    kind: CellKind
    values: Any
    unread: Mapping[int, str] = field(default_factory=dict)


def read_cells(column: pa.ChunkedArray, kind: CellKind) -> Cells:
    """Read an Arrow column as cells of `kind`.

    Raises
    ------
    UnreadableColumnError
        When no value of the column's type can be a cell of that kind.
    """
    if pa.types.is_string(column.type):  # one array of more than 2 GB needs the wider offsets
        column = column.cast(pa.large_string())
    array = column.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return null_cells(kind, len(array))
    return _READERS[kind](array)


def null_cells(kind: CellKind, rows: int) -> Cells:
    """Return a column that is null in every row."""
    if kind is CellKind.TEXT:
        return Cells(kind, pa.nulls(rows, pa.large_string()))
    if kind is CellKind.DATE:
        return Cells(kind, np.full(rows, np.datetime64("NaT", "D")))
    return Cells(kind, np.full(rows, np.nan))


def join_cells(parts: list[Cells], kind: CellKind) -> Cells:
    """Return the cells of several parts as one column, rows counted through."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return null_cells(kind, 0)
    unread: dict[int, str] = {}
    start = 0
    for part in parts:
        unread |= {start + row: text for row, text in part.unread.items()}
        start += len(part.values)
    if kind is CellKind.TEXT:
        return Cells(kind, pa.concat_arrays([part.values for part in parts]), unread)
    return Cells(kind, np.concatenate([part.values for part in parts]), unread)


def _is_text(kind: Any) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _read_text(array: Any) -> Cells:
    kind = array.type
    if pa.types.is_floating(kind):  # ids that passed through a data frame with nulls
        try:
            array = array.cast(pa.int64())
        except pa.ArrowInvalid as error:
            raise UnreadableColumnError(f"holds fractions ({kind}) where text is needed") from error
    elif not (_is_text(kind) or pa.types.is_integer(kind) or pa.types.is_date(kind)):
        raise UnreadableColumnError(f"has type {kind} where text is needed")
    texts = array.cast(pa.large_string())
    empty = pc.equal(pc.binary_length(texts), column_of(np.zeros(1, dtype=np.int64))[0])
    if pc.any(empty).as_py():
        texts = _null_where(empty, texts)
    return Cells(CellKind.TEXT, texts)


def _read_number(array: Any) -> Cells:
    kind = array.type
    if _is_text(kind):
        return _numbers_of_text(_read_text(array).values)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        raise UnreadableColumnError(f"has type {kind} where a number is needed")
    return Cells(CellKind.NUMBER, _floats(array.cast(pa.float64(), safe=False)))


def _numbers_of_text(texts: Any) -> Cells:
    try:
        return Cells(CellKind.NUMBER, _floats(texts.cast(pa.float64())))
    except pa.ArrowInvalid:
        trimmed = pc.replace_substring_regex(pc.utf8_trim_whitespace(texts), r"^\+", "")
        unreadable = pc.invert(pc.match_substring_regex(trimmed, _NUMBER))
        values = _null_where(unreadable, trimmed)
        unread = _texts_at(texts, flags_of(unreadable))
        return Cells(CellKind.NUMBER, _floats(values.cast(pa.float64())), unread)


def _read_date(array: Any) -> Cells:
    kind = array.type
    if _is_text(kind):
        return _dates_of_text(_read_text(array).values)
    if pa.types.is_timestamp(kind):
        local = pc.local_timestamp(array) if kind.tz is not None else array
        array = local.cast(pa.date32(), safe=False)
    elif pa.types.is_date(kind):
        array = array.cast(pa.date32(), safe=False)
    else:
        raise UnreadableColumnError(f"has type {kind} where a date is needed")
    return Cells(CellKind.DATE, _days(array))


def _dates_of_text(texts: Any) -> Cells:
    try:
        return Cells(CellKind.DATE, _days(texts.cast(pa.date32())))
    except pa.ArrowInvalid:
        return _one_by_one(texts, CellKind.DATE, _iso_date)


def _iso_date(text: str) -> Any:
    if not _ISO_DATE.match(text):
        raise ValueError(text)
    day = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()
    return np.datetime64(day, "D")


def _read_flag(array: Any) -> Cells:
    kind = array.type
    if pa.types.is_boolean(kind):
        return Cells(CellKind.FLAG, _floats(array.cast(pa.int8()).cast(pa.float64())))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        if pa.types.is_floating(kind):
            array = _null_where(pc.is_nan(array), array)
        array = array.cast(pa.int64(), safe=False).cast(pa.large_string())
    elif not _is_text(kind):
        raise UnreadableColumnError(f"has type {kind} where true or false is needed")
    return _one_by_one(_read_text(array).values, CellKind.FLAG, lambda t: _FLAGS[t.lower()])


def _one_by_one(texts: Any, kind: CellKind, parse: Callable[[str], Any]) -> Cells:
    """Parse each distinct text once; a ValueError or KeyError makes it an unread cell."""
    blank = np.datetime64("NaT", "D") if kind is CellKind.DATE else np.nan
    distinct, codes = encoded(texts)
    parsed, failed = [], []
    for text in distinct.to_pylist():
        try:
            parsed.append(parse(text.strip()))
            failed.append(False)
        except (ValueError, KeyError):
            parsed.append(blank)
            failed.append(True)
    known = np.array([*parsed, blank], dtype="datetime64[D]" if kind is CellKind.DATE else float)
    return Cells(kind, known[codes], _texts_at(texts, np.array([*failed, False])[codes]))


def _texts_at(texts: Any, where: Any) -> dict[int, str]:
    return {int(row): texts[int(row)].as_py() for row in np.flatnonzero(where)}


def _floats(array: Any) -> Floats:
    values: Floats = numbers_of(array, np.nan)
    return values


def _null_where(null: Any, array: Any) -> Any:
    return pc.if_else(null, pa.nulls(1, array.type)[0], array)


def _days(array: Any) -> Days:
    days: Days = numbers_of(array.cast(pa.int32()), 0).astype("datetime64[D]")
    days[flags_of(array.is_null())] = np.datetime64("NaT", "D")
    return days


_READERS: Mapping[CellKind, Callable[[Any], Cells]] = {
    CellKind.TEXT: _read_text,
    CellKind.NUMBER: _read_number,
    CellKind.DATE: _read_date,
    CellKind.FLAG: _read_flag,
}
