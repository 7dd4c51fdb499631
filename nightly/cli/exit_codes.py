"""Exit codes of `hearth`, the same for every command.

`invalid` and `infeasible` are answers: what is wrong with a household's data or needs is told in
the tables, and the night did its work.
"""

from __future__ import annotations

from typing import Final

ANSWERED: Final = 0
"""Everything was answered, or agrees."""

TROUBLED: Final = 1
"""Some household failed or was refused, or a check found something."""

UNUSABLE: Final = 2
"""The book, the folder or the command cannot be used."""
