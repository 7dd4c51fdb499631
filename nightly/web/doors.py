"""Who comes in: the host asked for, the person, and whether a form was made by our own page.

On one's own machine a token opens the door once and a cookie keeps it open; its person is whoever
started the server. Behind a proxy that knows people, the proxy shows the same token with every
request and names the person in a header; without the token the header is not believed. What a
person may do is asked of the file of roles each time. Every form carries a code that only a page
of this server knows, and comes from this server's own address.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from nightly.fills.reports import AnswersFile
from nightly.web.refusals import RefusedError
from nightly.web.uploads import with_file

TOKEN_HEADER: Final = "x-hearth-token"  # noqa: S105 the name of a header, no secret
CSRF: Final = "form_code"
"""Field of every form."""

FORM_BYTES: Final = 256 << 10
"""Bytes of a form at most: a page of checked households is a fiftieth of it."""

FORM_FIELDS: Final = 2_000
"""Fields of a form at most."""

PLAIN_FORM: Final = "application/x-www-form-urlencoded"
FILE_FORM: Final = "multipart/form-data"

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")

READS: Final = ("GET", "HEAD")

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer: no script but our own files, and nobody frames a page of ours."""

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Door:
    """How people come in; `identity_header` is empty on one's own machine."""

    token: str
    person: str
    port: int
    identity_header: str = ""
    hosts: tuple[str, ...] = ()
    salt: bytes = field(default=b"", repr=False)

    @property
    def cookie(self) -> str:
        """The cookie's name; one a port, since browsers do not tell ports apart."""
        return f"hearth-{self.port}"

    @property
    def session(self) -> str:
        """What the cookie says: it opens the door, and does not tell the token."""
        return self._signed("session")

    def form_code(self, person: str) -> str:
        """Return the code of a person's forms."""
        return self._signed(f"form {person}")

    def _signed(self, said: str) -> str:
        return hmac.new(self.token.encode() + self.salt, said.encode(), hashlib.sha256).hexdigest()

    def must_be_asked_for(self, headers: Headers) -> None:
        """Raise `RefusedError` unless the request names a host of ours (rebound names do not)."""
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower() not in (*LOOPBACK, *self.hosts):
            raise RefusedError(421, "this server is not asked for by that name")

    def who(self, request: Request) -> str:
        """Return the person of a request.

        Raises
        ------
        RefusedError
            If nobody is named, or the one who names is not believed.
        """
        if self.identity_header:
            if not _same(request.headers.get(TOKEN_HEADER, ""), self.token):
                raise RefusedError(401, "come in through the proxy that knows you")
            if len(request.headers.getlist(self.identity_header)) > 1:  # one of them is the asker's
                raise RefusedError(
                    401,
                    f"{self.identity_header} comes twice: the proxy must remove what it is sent",
                )
            person = request.headers.get(self.identity_header, "").strip()
            if not person:
                raise RefusedError(401, f"the proxy names nobody in {self.identity_header}")
            return person
        cookies: SimpleCookie = SimpleCookie(request.headers.get("cookie", ""))
        held = cookies.get(self.cookie)
        if held is None or not _same(held.value, self.session):
            raise RefusedError(401, "open the address that hearth serve printed")
        return self.person

    def enter(self, query: QueryParams) -> Response:
        """Open the door to whoever has the token, and take the token out of the address."""
        if self.identity_header or not _same(query.get("token", ""), self.token):
            raise RefusedError(401, "open the address that hearth serve printed")
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(self.cookie, self.session, httponly=True, samesite="strict", path="/")
        return answer

    async def form(self, request: Request, person: str, takes_file: bool = False) -> Form:
        """Return the form of a request that changes something; one that takes a file has no other.

        Raises
        ------
        RefusedError
            If it is none of our own pages', or too large.
        """
        self._must_be_ours(request, FILE_FORM if takes_file else PLAIN_FORM)
        form = Form(*await with_file(request)) if takes_file else Form(await _fields(request))
        if not _same(form.one(CSRF), self.form_code(person)):
            raise RefusedError(403, "the form is not of this session: load the page again")
        return form

    def _must_be_ours(self, request: Request, form: str) -> None:
        headers = request.headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != form:
            raise RefusedError(415, "forms only")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise RefusedError(403, "the form comes from another site")
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != headers.get("host", ""):
            raise RefusedError(403, "the form comes from another site")


class Form:
    """Fields of a form, each as often as it was given."""

    def __init__(self, told: list[tuple[str, str]], file: AnswersFile | None = None) -> None:
        self.told, self.file = told, file

    def one(self, name: str) -> str:
        """Return a field's only value, empty where there is none.

        Raises
        ------
        RefusedError
            If it was given twice: nobody guesses which is meant.
        """
        found = self.all(name)
        if len(found) > 1:
            raise RefusedError(400, f"{name} is given {len(found)} times")
        return found[0] if found else ""

    def all(self, name: str) -> list[str]:
        """Return every value of a field."""
        return [value for key, value in self.told if key == name]


async def _fields(request: Request) -> list[tuple[str, str]]:
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > FORM_BYTES:
            raise RefusedError(413, "the form is too large")
    try:
        return parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS)
    except ValueError as error:
        raise RefusedError(400, "the form cannot be read") from error


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def with_headers(app: Any) -> Any:
    """Return an application whose every answer carries `HEADERS`, and is not stored."""
    told = [(name.encode(), value.encode()) for name, value in HEADERS.items()]

    async def answered(scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                more = [] if b"cache-control" in own else [(b"cache-control", b"no-store")]
                message["headers"] = [*message["headers"], *told, *more]
            await send(message)

        await app(scope, receive, sending if scope["type"] == "http" else send)

    return answered
