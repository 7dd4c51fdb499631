"""From bytes to rows of cells, with the row number that an editor shows.

Custodians write UTF-8 with and without a mark, UTF-16 and Windows' own code page. The code page is
tried last and says so by nothing; a file with null bytes or an unfinished quote is refused.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nightly.custodian.statement import ImportRefusedError

_MARKED: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_UNMARKED: Final = ("utf-8", "cp1252")

_SEPARATORS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of one row, without idle blanks; `row` counts lines of the file from 1."""

    row: int
    cells: tuple[str, ...]

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells that say something."""
        return tuple(cell for cell in self.cells if cell)


def read_text(path: Path) -> str:
    """Return a file's text, whatever of the known encodings it is in.

    Raises
    ------
    ImportRefusedError
        It cannot be read, is empty, or is no text.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ImportRefusedError(f"{path}: cannot be read: {error.strerror}") from error
    if not raw.strip():
        raise ImportRefusedError(f"{path.name}: the file is empty; download it again")
    names = [name for mark, name in _MARKED if raw.startswith(mark)] or list(_UNMARKED)
    for name in names:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and "\ufffd" not in text:
            return text
    raise ImportRefusedError(
        f"{path.name}: it is no text in UTF-8, UTF-16 or the Windows code page; download it again"
    )


def read_rows(text: str, file: str) -> list[Row]:
    """Return the rows of a delimited text; the separator is the one that most rows agree on.

    Raises
    ------
    ImportRefusedError
        A quote is never closed, or closed in the middle of a cell.
    """
    separator = _separator(text)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator, strict=True)
    rows: list[Row] = []
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return rows
        except csv.Error as error:
            raise ImportRefusedError(f"{file}, row {begins}: a broken quote: {error}") from error
        rows.append(Row(begins, tuple(cell.strip() for cell in cells)))
        begins = reader.line_num + 1


def _separator(text: str) -> str:
    counts = {
        each: sum(line.count(each) for line in text.splitlines()[:200]) for each in _SEPARATORS
    }
    return max(_SEPARATORS, key=lambda each: counts[each])
