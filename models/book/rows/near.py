"""Whose a row may be whose owner does not exist: the ids that a slip of the hand away do exist.

A lot of account `a1 ` is a lot of `A1` that a person retyped: left out, its household would be
planned without it, as if it were poorer. Case, blanks and dashes are looked through first; then one
slip: a letter too many, too few, another, or two exchanged. Numbered ids, which most books have,
are one letter from dozens of others: where more than `MOST_OWNERS` households fit, nobody can be
told, and the row is counted as nobody's. Refused: two slips (among numbered ids anybody fits).
"""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase, digits
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

BETWEEN: Final = r"[\s\-_./]+"
"""What people put between the parts of an id, or forget."""

MOST_OWNERS: Final = 3
"""Households that one row may make wait. Chosen: a person can look at three; beyond, the mistake of
one would stop the night of strangers."""

MOST_IDS: Final = 1_000
"""Different unknown ids that are looked for: a file with more is the file of another book."""

LEAST_LETTERS: Final = 3
"""Letters of an id that may have a slip: shorter ones are all one letter from each other."""

LETTERS: Final = ascii_lowercase + digits
"""Letters that a slip may have left out or mistaken."""


def bare(ids: Any) -> Any:
    """Return ids in lower case without what stands between their parts, null where null."""
    return pc.replace_substring_regex(pc.utf8_lower(ids), BETWEEN, "")


def slips(text: str) -> list[str]:
    """Return every bare id that is one slip from a bare id, sorted; none where it is too short."""
    return sorted(set(_slips(text)) - {text}) if len(text) >= LEAST_LETTERS else []


def _slips(text: str) -> Iterator[str]:
    for place in range(len(text) + 1):
        head, tail = text[:place], text[place:]
        yield head + tail[1:]
        yield head + tail[1:2] + tail[:1] + tail[2:]
        for letter in LETTERS:
            yield head + letter + tail[1:]
            yield head + letter + tail


def as_texts(words: list[str]) -> Any:
    """Return words as an Arrow array of the kind that ids have."""
    return pa.array(words, pa.large_string())
