"""Whose a row may be whose owner does not exist: the ids that a slip of the hand away do exist.

A lot of account `a1 ` is a lot of `A1` that a person retyped: left out, its household would be
planned without it, as if it were poorer. Case, blanks and dashes are looked through first; then one
slip: a letter too many, too few, another, or two exchanged. Numbered ids, which most books have,
are one letter from dozens of others: where more than `MOST_OWNERS` households fit, nobody can be
told, and the row is counted as nobody's. Refused: two slips (among numbered ids anybody fits).

Names of columns, tables and classes are a closed list of words, so `meant` goes further there: two
slips in longer ones, and a last part left out (`rmd_due` for `rmd_due_usd`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
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

ONE_SLIP: Final = 4
"""Letters of a word of a closed list that may have a slip: `agi` is another figure than `magi`."""

TWO_SLIPS: Final = 6
"""Letters of a word of a closed list that may have two."""

LETTERS: Final = ascii_lowercase + digits
"""Letters that a slip may have left out or mistaken."""


def bare(ids: Any) -> Any:
    """Return ids in lower case without what stands between their parts, null where null."""
    return pc.replace_substring_regex(pc.utf8_lower(ids), BETWEEN, "")


def slips(text: str) -> list[str]:
    """Return every bare id that is one slip from a bare id, sorted; none where it is too short."""
    return sorted(set(_slips(text)) - {text}) if len(text) >= LEAST_LETTERS else []


def meant(word: str, known: Iterable[str]) -> str | None:
    """Return which name of a closed list a word nearly is; None where it is like none of them."""
    near = [(apart, name) for name in known if (apart := _apart(word, name)) is not None]
    return min(near)[1] if near else None


def _apart(word: str, whole: str) -> int | None:
    """Slips between a word and a name; a last part left out counts as one. None beyond two."""
    said, name, short = (re.sub(BETWEEN, "", w.lower()) for w in (word, whole, _but_last(whole)))
    letters = min(len(said), len(name))
    if said == name:
        return 0
    if said == short:
        return 1
    if _letters_apart(said, name) > 2:
        return None
    if letters >= ONE_SLIP and name in slips(said):
        return 1
    # a word between them is one slip from both
    two = letters >= TWO_SLIPS and not set(slips(said)).isdisjoint(slips(name))
    return 2 if two else None


def _letters_apart(word: str, name: str) -> int:
    """Return the fewest slips that could lie between them: each takes and gives one letter."""
    said, whole = Counter(word), Counter(name)
    return max((said - whole).total(), (whole - said).total())


def _but_last(name: str) -> str:
    return name.rpartition("_")[0] or name


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
