"""Which reader a file is for: said by the user, or seen by what is in it."""

from __future__ import annotations

from pathlib import Path

from nightly.custodian.delimited import read_delimited
from nightly.custodian.flex import read_flex
from nightly.custodian.ofx import read_ofx
from nightly.custodian.shapes import BY_SHAPE, CUSTODIANS, shapes_of
from nightly.custodian.statement import ImportRefusedError, Statement
from nightly.custodian.tables import near_misses
from nightly.custodian.text_rows import read_rows, read_text


def read_statement(path: Path, custodian: str | None, own: Path | None = None) -> Statement:
    """Read a custodian's file, of whichever custodian has a shape for it where none is said.

    Raises
    ------
    ImportRefusedError
        Nobody can read it; what is nearest to a header is named.
    """
    if custodian is not None and custodian not in CUSTODIANS:
        known = ", ".join(CUSTODIANS)
        raise ImportRefusedError(f"{custodian!r} is no custodian that is known: {known}")
    head = read_text(path).lstrip("\ufeff").lstrip()
    if "<FlexQueryResponse" in head and custodian in (None, "ibkr"):
        return read_flex(path)
    if "<OFX>" in head.upper() and custodian != "csv":
        return read_ofx(path)
    if custodian in ("ofx",):
        raise ImportRefusedError(f"{path.name}: there is no <OFX> in it")
    return read_delimited(path, custodian or _seen(path, head, own), own)


def _seen(path: Path, text: str, own: Path | None) -> str:
    """Return the custodian of whom a row of the file is a header, the most columns known."""
    rows = read_rows(text, path.name)
    best: tuple[int, int, str] | None = None
    for order, custodian in enumerate(BY_SHAPE):
        for shape in shapes_of(custodian, own):
            for row in rows:
                if not shape.missing(row.cells):
                    known = len(shape.found(row.cells)) - len(shape.unknown(row.cells))
                    if best is None or (known, -order) > best[:2]:
                        best = known, -order, custodian
    if best is None:
        shapes = [shape for custodian in BY_SHAPE for shape in shapes_of(custodian, own)]
        near = "".join(f"; {told}" for told in near_misses(rows, shapes))
        raise ImportRefusedError(f"{path.name}: no row is a header that is known{near}")
    return best[2]
