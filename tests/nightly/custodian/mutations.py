"""Ways in which an export may be broken, made in an order that never changes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutation:
    """A broken file: its name, what was done to it, and its bytes."""

    file: str
    what: str
    raw: bytes


def mutations(path: Path) -> Iterator[Mutation]:
    """Yield every mutation of a file: columns, rows and encodings."""
    text = path.read_text("utf-8")
    made = _of_markup(text) if text.lstrip().startswith(("<", "OFX")) else _of_table(text)
    for what, broken in made:
        yield Mutation(path.name, what, broken.encode("utf-8"))
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"):
        yield Mutation(path.name, f"written in {encoding}", text.encode(encoding))
    yield Mutation(path.name, "with bytes of nothing in it", text.encode("utf-8") + b"\x81\xff\x00")
    for part in (3, 5, 7, 9):
        cut = text[: len(text) * part // 10]
        yield Mutation(path.name, f"cut after {part} tenths", cut.encode("utf-8"))


def _of_table(text: str) -> Iterator[tuple[str, str]]:
    lines = text.splitlines(keepends=True)
    rows = [next(csv.reader([line]), []) for line in lines]
    widest = max(map(len, rows))
    tables = [n for n, row in enumerate(rows) if len(row) >= max(4, widest - 1)]
    headers = [n for n in tables if not any(re.search(r"\d", cell) for cell in rows[n] if cell)]
    body = [n for n in range(len(lines)) if n not in headers and len(rows[n]) > 3]
    for n in (*body, *headers):
        yield f"row {n + 1} cut", "".join(lines[:n] + lines[n + 1 :])
        yield f"row {n + 1} doubled", "".join(lines[: n + 1] + lines[n:])
        half = lines[n][: len(lines[n]) // 2].rstrip('",') + "\n"
        yield f"row {n + 1} cut in half", "".join([*lines[:n], half, *lines[n + 1 :]])
    for n in headers:
        names = rows[n]
        for k, name in enumerate(names):
            if not name:
                continue
            yield f"{name} renamed", _with_header(rows, n, [*names[:k], "Foo", *names[k + 1 :]])
            yield f"{name} missing", _each(rows, lambda row, k=k: row[:k] + row[k + 1 :])
            yield f"{name} doubled", _each(rows, lambda row, k=k: [*row[: k + 1], *row[k:]])
            yield (
                f"{name} moved",
                _each(rows, lambda row, k=k: [*row[k : k + 1], *row[:k], *row[k + 1 :]]),
            )
            if k + 1 < len(names) and names[k + 1]:
                swapped = [*names[:k], names[k + 1], name, *names[k + 2 :]]
                what = f"{name} and {names[k + 1]} changed over"
                yield what, _with_header(rows, n, swapped)
            only = [
                row[:k] + row[k + 1 :] if m > n and len(row) > k else row
                for m, row in enumerate(rows)
            ]
            yield f"cells of {name} missing under its header", _text(only)


def _of_markup(text: str) -> Iterator[tuple[str, str]]:
    lines = text.splitlines(keepends=True)
    for n, line in enumerate(lines):
        if "<" in line:
            yield f"row {n + 1} cut", "".join(lines[:n] + lines[n + 1 :])
            yield f"row {n + 1} doubled", "".join(lines[: n + 1] + lines[n:])
    names = sorted(
        set(re.findall(r'([A-Za-z]\w+)="', text)) | set(re.findall(r"<([A-Z0-9.]+)>", text))
    )
    for name in names:
        renamed = re.sub(rf"(?<=[\s<]){name}(?=[=>])", f"{name}X", text)
        yield f"{name} renamed", renamed
        yield f"{name} missing", re.sub(rf' {name}="[^"]*"|<{name}>[^<]*', "", text)


def _each(rows: list[list[str]], change) -> str:  # type: ignore[no-untyped-def]
    return _text([change(row) if len(row) > 3 else row for row in rows])


def _with_header(rows: list[list[str]], n: int, header: list[str]) -> str:
    return _text([*rows[:n], header, *rows[n + 1 :]])


def _text(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
