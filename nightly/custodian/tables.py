"""A delimited file cut into tables: which header each row stands under, and whose account it is.

A row is one of: a header, a line of prose (title, section, footer), nothing, a total, or data; what
is none of these is a fault. Blank rows end nothing: whatever follows one is looked at all the same,
because a row that is dropped in silence is the worst that an import can do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from nightly.custodian import cells
from nightly.custodian.shapes import Shape, plain
from nightly.custodian.statement import Difference, Place
from nightly.custodian.text_rows import Row

PROSE_WORDS: Final = 4
"""Words from which on a row of one or two cells is a sentence and no holding."""

ALL_ACCOUNTS: Final = frozenset({"all-accounts", "all accounts", "all_accounts"})


@dataclass(frozen=True, slots=True)
class Line:
    """A row under a header: its cells by field, and what the lines before it said."""

    place: Place
    shape: Shape
    account: str
    symbol: str
    by_field: Mapping[str, str]
    first: tuple[str, ...]

    def text(self, name: str) -> str:
        """Return a cell, empty where the table has no such column."""
        return self.by_field.get(name, "")

    def is_(self, words: Sequence[str]) -> bool:
        """Whether one of its first cells is one of some words."""
        return any(plain(cell) in words for cell in self.first)


@dataclass(slots=True)
class Cut:
    """A file as cut: its lines of data, its date, and what is wrong with it."""

    file: str
    lines: list[Line] = field(default_factory=list)
    asof: date | None = None
    told: list[Difference] = field(default_factory=list)
    faults: list[Difference] = field(default_factory=list)

    def fault(self, row: int, what: str) -> None:
        """Add what could not be read."""
        self.faults.append(Difference(Place(self.file, row), what))


@dataclass(slots=True)
class _Header:
    shape: Shape
    row: int
    width: int
    places: Mapping[str, int]
    account: str
    symbol: str


def cut(rows: Sequence[Row], shapes: Sequence[Shape], file: str) -> Cut:
    """Return the lines of every table in a file that has a known header."""
    found, header, titled, section = Cut(file), None, {"account": "", "symbol": ""}, ""
    _read_prose(file.rpartition(".")[0].replace("_", " "), shapes, titled, found)
    for row in rows:
        if not row.filled:
            continue
        begun = _header(row, shapes, found)
        if begun is not None:
            header = begun
            header.account = section or titled["account"]
            header.symbol = titled["symbol"]
            continue
        prose = _prose(row)
        named = next((s.section.match(prose) for s in shapes if s.section), None)
        if named is not None and len(row.filled) == 1:
            section, header = named["account"].strip(), None
            continue
        if header is None:
            _read_prose(prose, shapes, titled, found)
            continue
        line = _line(row, header, found)
        if line is None:
            _read_prose(prose, shapes, titled, found)
            continue
        found.lines.append(line)
        if line.is_(header.shape.total) and header.shape.section is not None:
            section = ""
            if titled["account"] == "" and "account" not in header.places:
                header = None  # the next table must say whose it is
    return found


def header_alone(rows: Sequence[Row], shapes: Sequence[Shape]) -> str:
    """Return which row is a known header, of a file without a row of data; empty if none is."""
    for row in rows:
        for shape in shapes:
            if not shape.missing(row.cells):
                what = f"row {row.row} is the header of {shape.custodian}'s {shape.name}"
                return f"no complete row of data: {what}, and none below it can be read"
    return ""


def near_misses(rows: Sequence[Row], shapes: Sequence[Shape]) -> Iterator[str]:
    """Yield what the row that is nearest to a header lacks, of each file without a known one."""
    best: tuple[int, str] | None = None
    for row in rows:
        for shape in shapes:
            lacks = shape.missing(row.cells)
            has = len(shape.found(row.cells))
            if has >= 2 and (best is None or has - 2 * len(lacks) > best[0]):
                names = ", ".join(f"{name} ({' / '.join(shape.columns[name])})" for name in lacks)
                unknown = ", ".join(repr(name) for name in shape.unknown(row.cells)) or "none"
                told = (
                    f"row {row.row} is nearest to {shape.custodian}'s {shape.name}, without "
                    f"{names}; columns that nobody knows: {unknown}"
                )
                best = has - 2 * len(lacks), told
    if best is not None:
        yield best[1]


def _header(row: Row, shapes: Sequence[Shape], found: Cut) -> _Header | None:
    fitting = [shape for shape in shapes if not shape.missing(row.cells)]
    if not fitting:
        return None
    shape = max(fitting, key=lambda each: len(each.found(row.cells)))
    places = shape.found(row.cells)
    for name, at in places.items():
        if len(at) > 1:
            twice = " and ".join(repr(row.cells[place]) for place in at)
            found.fault(row.row, f"{twice} are both {name}: which one counts cannot be known")
    unknown = shape.unknown(row.cells)
    lacks = [name for name in shape.columns if name in shape.optional and name not in places]
    if unknown and lacks:
        found.fault(
            row.row,
            f"nobody knows the column {', '.join(map(repr, unknown))}, and {', '.join(lacks)} is "
            "missing: if it was renamed, add its alias (--shapes); if not, leave it out",
        )
    elif unknown:
        what = f"column {', '.join(map(repr, unknown))} is not known and was not read"
        found.told.append(Difference(Place(found.file, row.row), what))
    width = max(place for place, name in enumerate(row.cells) if name) + 1
    return _Header(shape, row.row, width, {name: at[0] for name, at in places.items()}, "", "")


def _line(row: Row, header: _Header, found: Cut) -> Line | None:
    """Return a row as data, None where it is prose; a row of another width is a fault."""
    shape = header.shape
    first = row.filled[:3]
    marked = (*shape.total, *shape.cash, *shape.pending)
    special = any(plain(cell) in marked for cell in first)
    if not special and len(row.filled) <= 2 and len(row.filled[0].split()) >= PROSE_WORDS:
        return None
    if not special and len(row.filled) == 1 and shape.dated and shape.dated.search(row.filled[0]):
        return None
    extra = any(row.cells[header.width :])
    short = len(row.cells) < header.width
    if extra or (short and not special):
        what = f"{len(row.cells)} cells under a header of {header.width}: the row is broken"
        found.fault(row.row, what)
        return None
    by_field = {
        name: row.cells[place] if place < len(row.cells) else ""
        for name, place in header.places.items()
    }
    account = by_field.get("account") or header.account
    if plain(account) in shape.total:  # a row that begins with the word is of the file, and whole
        account = header.account
    return Line(Place(found.file, row.row), shape, account, header.symbol, by_field, tuple(first))


def _prose(row: Row) -> str:
    return ", ".join(row.filled)


def _read_prose(text: str, shapes: Sequence[Shape], titled: dict[str, str], found: Cut) -> None:
    for shape in shapes:
        for pattern in (shape.title, shape.dated):
            said = pattern.search(text) if pattern is not None else None
            if said is None:
                continue
            groups = {name: value for name, value in said.groupdict().items() if value}
            if "date" in groups:
                try:
                    found.asof = cells.day(groups["date"])
                except cells.CellError as error:
                    found.faults.append(Difference(Place(found.file, 0), str(error)))
            if "account" in groups:
                name = groups["account"].strip().strip('"')
                titled["account"] = "" if name.casefold() in ALL_ACCOUNTS else name
            if "symbol" in groups:
                titled["symbol"] = cells.symbol(groups["symbol"])
