"""What a run was made from: files with their hashes, rows, dates, faults, oddities."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from models.book.book import Book


def input_facts(book: Book) -> dict[str, Any]:
    """Return what a run was made from: files with hashes, rows, dates, faults, oddities."""
    return {
        "path": str(book.path),
        "asof": book.asof.isoformat(),
        "files": [asdict(source) for source in book.sources],
        "rows": dict(book.rows),
        "orphan_rows": dict(book.orphan_rows),
        "dates": {
            name: _text(getattr(book.dates, name)) for name in book.dates.__dataclass_fields__
        },
        "households": len(book),
        "faults": len(book.faults),
        "invalid_households": len(book.faults_by_household),
        "warnings": list(book.warnings),
    }


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
