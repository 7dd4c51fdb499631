"""What the command line says: summaries and faults, for people and for machines.

What a machine reads is one JSON document on standard output and nothing else.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from models.book.book import Book
from workbench.wording import counted, plain, plain_json

if TYPE_CHECKING:
    from nightly.proof.audit import Difference
    from nightly.run.tally import Summary

SCREEN_COLUMNS: Final = 100
"""Width of a page when standard output is not a terminal (characters)."""

ANY_WIDTH: Final = 100_000
"""Characters that no table needs: what it would take unbroken is measured in such a page."""

LEAST_WORDS: Final = 40
"""Characters that columns of words have at least beside ids that are never broken."""

STDOUT, STDERR = 1, 2
"""Descriptors that libraries written in C print to."""


@contextmanager
def ours_alone() -> Iterator[None]:
    """Keep standard output for what this process says: libraries' words go to standard error.

    Solvers greet and warn past Python, now and then, whatever they are told; a document that
    begins with a banner is none. Catching each at its call was refused as the only guard: the
    next solver is not known yet.
    """
    sys.stdout.flush()
    try:
        own = os.dup(STDOUT)
        os.dup2(STDERR, STDOUT)
    except OSError:  # one of the two is closed: there is nothing to keep apart
        yield
        return
    said = sys.stdout
    if _writes_to(said, STDOUT):
        sys.stdout = io.TextIOWrapper(
            os.fdopen(os.dup(own), "wb"),
            encoding=said.encoding,
            errors=said.errors,
            line_buffering=os.isatty(own),
        )
    try:
        yield
    finally:
        with suppress(BrokenPipeError):  # the reader of our output has seen enough
            sys.stdout.flush()
        ctypes.CDLL(None).fflush(None)  # what C keeps back must not follow our own words
        os.dup2(own, STDOUT)
        os.close(own)
        sys.stdout = said


def _writes_to(stream: Any, descriptor: int) -> bool:
    try:
        return bool(stream.fileno() == descriptor)
    except (OSError, ValueError):  # a stand-in that is no file
        return False


class Page(Console):
    """Standard output as a page: as wide as the terminal, else `SCREEN_COLUMNS`.

    A text is printed plainly: brackets of an id are no style, colons around a word no emoji, and
    what a terminal would obey is an escape. What has a style is a `Text`; one of a book's is made
    plain before, or it may lose its end in a table.
    """

    def __init__(self) -> None:
        wide = None if sys.stdout.isatty() else SCREEN_COLUMNS
        super().__init__(width=wide, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, **more: Any) -> None:
        """Print; a text is one line, whatever is in it."""
        super().print(*(plain(o) if isinstance(o, str) else o for o in objects), **more)

    def render_str(self, text: str, **more: Any) -> Text:
        """Return a text, such as a cell's, made plain line by line."""
        return super().render_str("\n".join(map(plain, text.split("\n"))), **more)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """Yield what is printed; nothing leaves that is not plain."""
        for text, style, control in super().render(renderable, options):
            if control is None and not text.isprintable():
                text = "\n".join(map(plain, text.split("\n")))
            yield Segment(text, style, control)


def page() -> Console:
    """Return standard output as a page."""
    return Page()


def say(text: str) -> None:
    """Print a line, plainly."""
    sys.stdout.write(f"{plain(text)}\n")


def warn(text: str) -> None:
    """Say on standard error what a person should know, plainly."""
    sys.stderr.write("".join(f"{plain(line)}\n" for line in f"hearth: {text}".split("\n")))


def document(content: Any) -> str:
    """Return a JSON document, in which what a terminal would obey is JSON's own escape."""
    return plain_json(json.dumps(content, indent=2, ensure_ascii=False, default=str)) + "\n"


def say_json(content: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(document(content))


def summary_facts(summary: Summary, run_id: str, folder: str) -> dict[str, Any]:
    """Return the summary of a night as data."""
    return {
        "run_id": run_id,
        "folder": folder,
        "households": summary.households,
        "counts": dict(summary.counts),
        "solvers": dict(summary.solvers),
        "seconds": round(summary.seconds, 3),
        "households_per_second": round(summary.households_per_second, 3),
        "solver_fallbacks": summary.fallbacks,
        "waiting": summary.waiting,
        "uncertain": summary.uncertain,
        "standing": summary.standing,
        "slowest": [
            {"household_id": household_id, "seconds": round(seconds, 6)}
            for household_id, seconds in summary.slowest
        ],
    }


def print_check(console: Console, book: Book) -> None:
    """Print a book's faults, its oddities, and how many households are sound."""
    if book.faults:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for column in ("table", "row", "column", "what", "what would do", "households"):
            whole = column not in ("what", "what would do")
            table.add_column(column, overflow="fold", no_wrap=whole)
            table.columns[-1].justify = "right" if column == "row" else "left"
        for fault in book.faults:
            row = "" if fault.sheet_row is None else str(fault.sheet_row)
            place = fault.table, row, fault.column or ""
            table.add_row(*place, fault.what, fault.remedy, _few(fault.households))
        print_table(console, table)
        console.print()
    for warning in book.warnings:
        console.print(f"note: {warning}", soft_wrap=True)
    invalid = len(book.faults_by_household)
    console.print(
        f"{counted(len(book), 'household')} as of {book.asof}: {len(book) - invalid} sound, "
        f"{invalid} invalid; {counted(len(book.faults), 'fault')}"
        + (f"; {len(book.uncertain)} uncertain" if book.uncertain else "")
    )


def print_table(console: Console, table: Table, words: int = LEAST_WORDS) -> None:
    """Print a table as wide as its unbroken columns need: an id that is broken is no id.

    `words` are characters for its columns of words, where these have no width of their own.
    """
    wide = console.options.update(max_width=ANY_WIDTH)
    least = Measurement.get(console, wide, table).minimum
    console.width = max(console.width, least + words)
    console.print(table)


def print_audit(
    console: Console, run_id: str, households: int, differences: Sequence[Difference]
) -> None:
    """Print where a run and the judge disagree."""
    for difference in differences:
        console.print(str(difference), soft_wrap=True)
    if differences:
        touched = len({difference.household_id for difference in differences} - {""})
        said = f": {counted(len(differences), 'difference')}; "
        said += f"households that differ: {touched}, of {households} with a plan"
        console.print(Text.assemble((run_id, "red"), said))
    else:
        replayed = counted(households, "household")
        said = f": {replayed} replayed, every figure agrees"
        console.print(Text.assemble((run_id, "green"), said))


def _few(names: Sequence[str], most: int = 3) -> str:
    """Return the first few names and the count of the rest."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
