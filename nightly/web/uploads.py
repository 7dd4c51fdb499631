"""A form with one file, read up to a size: what is larger is refused before it is all there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Final

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from nightly.fills.reports import AnswersFile
from nightly.web.refusals import RefusedError

FILE_BYTES: Final = 8 << 20
"""Bytes of a form with a file at most: answers to some 30,000 orders. A larger file is booked on
the command line, where nobody waits for it."""

FIELDS: Final = 8
"""Fields beside the file at most."""

FIELD_BYTES: Final = 1 << 10


async def with_file(request: Request) -> tuple[list[tuple[str, str]], AnswersFile | None]:
    """Return the fields of a form, and its file if it has one.

    Raises
    ------
    RefusedError
        If it is too large, or cannot be read.
    """
    parser = MultiPartParser(
        request.headers,
        _limited(request),
        max_files=1,
        max_fields=FIELDS,
        max_part_size=FIELD_BYTES,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError) as error:
        raise RefusedError(400, "the form cannot be read") from error
    told: list[tuple[str, str]] = []
    file = None
    try:
        for name, value in form.multi_items():
            if isinstance(value, str):
                told.append((name, value))
            else:
                file = AnswersFile(value.filename or "", await value.read())
    finally:
        await form.close()
    return told, file


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > FILE_BYTES:
            raise RefusedError(
                413,
                f"a file of {FILE_BYTES >> 20} MB at most is booked here: cut it in parts, or let "
                "hearth fills book it",
            )
        yield part
