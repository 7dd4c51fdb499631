"""Whose a row may be whose owner does not exist: ids that differ in case, blanks or dashes alone.

A lot of account `a1 ` is a lot of `A1` that a person retyped: left out, its household would be
planned without it, as if it were poorer. Refused: ids one letter apart. Numbered ids, which most
books have, are nearly all one letter from dozens of others, and each would wait for a stranger's
mistake; such rows are counted, and a night's exit code tells them.
"""

from __future__ import annotations

from typing import Any, Final

import pyarrow.compute as pc

BETWEEN: Final = r"[\s\-_./]+"
"""What people put between the parts of an id, or forget."""


def bare(ids: Any) -> Any:
    """Return ids in lower case without what stands between their parts, null where null."""
    return pc.replace_substring_regex(pc.utf8_lower(ids), BETWEEN, "")
