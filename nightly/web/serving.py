"""The server: where it listens, for whom, and the one line that says how to come in."""

from __future__ import annotations

import secrets
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.errors import HearthError
from nightly.web.app import workbench
from nightly.web.desk import Desk
from nightly.web.doors import LOOPBACK, Door

TOKEN_BYTES: Final = 32
"""Bytes of chance in a token."""

LEAST_TOKEN: Final = 32
"""Characters of a proxy's token at least: a short one can be guessed."""


class ServingError(HearthError):
    """The server cannot be started like this: the message says what would do."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens, and how people come in.

    `identity_header` is set where a proxy names people, and `token_file` then holds what the proxy
    shows; `hosts` are names that it is asked for by, beside this machine's own; `compared` is a
    comparison's table, shown as evidence; `custodian` is what a custodian shows, as a book.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    person: str = ""
    identity_header: str = ""
    token_file: Path | None = None
    hosts: tuple[str, ...] = ()
    roles: Path | None = None
    compared: Path | None = None
    custodian: Path | None = None


def door_of(asked: Listening) -> Door:
    """Return how people come in.

    Raises
    ------
    ServingError
        If the server would be open to others than it should.
    """
    if asked.roles is not None and not asked.roles.exists():
        raise ServingError(f"--roles {asked.roles}: there is no such file")
    if asked.compared is not None and not asked.compared.is_file():
        raise ServingError(f"--compared {asked.compared}: there is no such file")
    if asked.custodian is not None and not asked.custodian.is_dir():
        raise ServingError(f"--custodian {asked.custodian}: there is no such folder")
    local = asked.host in LOOPBACK or asked.host == "::1"
    if not asked.identity_header:
        if not local:
            raise ServingError(
                f"--host {asked.host} is reached from other machines: put a proxy that knows "
                "people in front, and give --identity-header and --token-file"
            )
        return Door(secrets.token_urlsafe(TOKEN_BYTES), asked.person, asked.port)
    if asked.token_file is None:
        raise ServingError("--identity-header is believed only with a token: give --token-file")
    try:
        token = asked.token_file.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise ServingError(f"--token-file {asked.token_file} cannot be read: {error}") from error
    if len(token) < LEAST_TOKEN:
        raise ServingError(f"--token-file: a token of {LEAST_TOKEN} characters at least is needed")
    salt = secrets.token_bytes(TOKEN_BYTES)
    hosts = tuple(name.lower() for name in asked.hosts)
    return Door(token, "", asked.port, asked.identity_header.lower(), hosts, salt)


def serve(book: Path, runs: Path, asked: Listening, say: Callable[[str], None]) -> None:
    """Serve the workbench until somebody interrupts.

    Raises
    ------
    ServingError
        If the server would be open to others than it should, or a folder is not there.
    """
    import uvicorn

    for what, place in (("BOOK", book), ("--runs", runs)):
        if not place.is_dir():
            raise ServingError(f"{what} {place}: there is no such folder")
    door = door_of(asked)
    with (
        _bound(asked) as held,
        _ended_like_an_interrupt(),
        tempfile.TemporaryDirectory(prefix="hearth-workbench-") as scratch,
    ):
        desk = Desk(book.resolve(), runs.resolve(), Path(scratch), asked.compared, asked.custodian)
        settings = uvicorn.Config(
            workbench(desk, door, asked.roles),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        if door.identity_header:
            say(f"workbench behind a proxy, on {asked.host} port {asked.port}")
        else:
            say(f"open http://{asked.host}:{asked.port}/enter?token={door.token}")
        try:
            uvicorn.Server(settings).run(sockets=[held])
        finally:
            desk.close()


@contextmanager
def _ended_like_an_interrupt() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does: what was laid out on disk goes with it."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _bound(asked: Listening) -> socket.socket:
    """Return a socket that listens already: the address that is printed can be opened.

    Raises
    ------
    ServingError
        If the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in asked.host else socket.AF_INET
    try:
        return socket.create_server((asked.host.strip("[]"), asked.port), family=family)
    except OSError as error:
        raise ServingError(
            f"cannot listen on {asked.host} port {asked.port}: {error.strerror}; choose another "
            "with --port"
        ) from error
