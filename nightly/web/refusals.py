"""Why a request is not answered: told by whoever reads it, answered by the application."""

from __future__ import annotations

from models.errors import HearthError


class RefusedError(HearthError):
    """A request that is not answered: the message says what would do."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code
