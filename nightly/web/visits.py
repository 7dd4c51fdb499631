"""One request of one person: who it is, what they may do, and how a page is put together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from nightly.register.roles import Rights, RoleError, rights_of
from nightly.web.desk import Desk, RunDesk
from nightly.web.doors import Door
from nightly.web.newer import Newer
from workbench.pages.rendering import page

NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Visit:
    """A person at a desk; `run_id` is that of the run the request is about, if any."""

    desk: Desk
    door: Door
    rights: Rights
    run_id: str

    @property
    def person(self) -> str:
        """Who it is."""
        return self.rights.person

    @property
    def newer(self) -> Newer | None:
        """What is newer than the run that the request is about."""
        return self.desk.newer(self.run_id) if self.run_id else None

    @property
    def over(self) -> bool:
        """Whether nothing of that run leaves any more: newer nights answered all its households."""
        return self.newer is not None and self.newer.whole

    def run(self, request: Request) -> RunDesk:
        """Return the run that is asked for, `NoSuchRunError` where there is none."""
        return self.desk.run(request.path_params["run"])

    def page(self, name: str, record: Any, code: int = 200, /, **facts: Any) -> Response:
        """Return a page made of a record; every page says so of a run that is not the newest.

        So it does of a register that lost lines.
        """
        return HTMLResponse(
            page(
                name,
                record,
                **{
                    "person": self.person,
                    "role": self.rights.role,
                    "run_id": self.run_id,
                    "newer": self.newer,
                    "lost": self.desk.lost() if self.person else "",
                    "code": self.door.form_code(self.person) if self.person else "",
                    "here": "",
                    **facts,
                },
            ),
            status_code=code,
        )

    def told(
        self, title: str, lines: list[str], tone: str = "good", code: int = 200, **more: Any
    ) -> Response:
        """Return a page that says something: what was done, or why not and what would do."""
        facts: dict[str, Any] = {"listed": [], "links": [], "again_in": 0, **more}
        return self.page("told", {}, code, title=title, lines=lines, tone=tone, **facts)


def rights_at(person: str, roles: Path) -> Rights:
    """Return what a person may do; somebody without a role may look, on their own machine."""
    try:
        return rights_of(person, roles)
    except RoleError as error:
        return Rights(person, f"no role: {error}", NOTHING)
