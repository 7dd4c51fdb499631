"""One tree of errors; a leaf differs from its sibling by what the caller should do next.

Every message says what is wrong, where, and what would do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MOST_FAULTS: Final = 20
"""Faults of a request that an error says: a list may name a thousand ids that are not there."""


class HearthError(Exception):
    """Anything this package raises on purpose."""


class UnusableBookError(HearthError):
    """The book cannot be read at all: mend the book; no household was looked at."""


class PolicyError(HearthError):
    """A policy says something that is not a policy: mend its file."""


class RequestError(HearthError):
    """A request asks for what nobody can ask, or of what is not there: mend the request."""

    @classmethod
    def of(cls, faults: Sequence[str]) -> RequestError:
        """Return the error that says the first faults of a request, and how many more there are."""
        rest = len(faults) - MOST_FAULTS
        more = [f"and {rest} more"] if rest > 0 else []
        return cls("; ".join([*faults[:MOST_FAULTS], *more]))


class UnknownHouseholdError(HearthError):
    """The household asked for is not in the book: check its id."""


class SolverError(HearthError):
    """No solver answered: this household failed, the others go on."""


class RunFolderError(HearthError):
    """A run folder cannot be written or read: nothing that was there has been touched."""


class OwnTermError(HearthError):
    """A term of an analyst's own that cannot be planned with: the message says what would do."""
