"""Where events go: a file, a signed webhook, mail.

A sink's errors say its name and what kind of thing went wrong, never an address, a header or a
server's words: each may hold a secret. Plain connections are for this machine only; redirects are
not followed, since they would carry a signed body elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from models.errors import HearthError
from nightly.alerts.events import Event
from workbench.wording import plain, plain_json

TIMEOUT: Final = 10.0
"""Seconds that a server may keep a connection without a word."""

PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds before each further try of a webhook: a server that restarts is back by then."""

OK, REDIRECT, TOO_MANY, SERVER = 200, 300, 429, 500
"""Where kinds of HTTP answers begin; too many requests and server faults are tried again."""

HERE: Final = ("127.0.0.1", "localhost", "::1")
"""Hosts that may be spoken to in plain."""


class SinkError(HearthError):
    """A sink did not take an event: it is told again by the next `hearth alerts`."""


class Sink(Protocol):
    """Takes one event, or raises `SinkError`."""

    @property
    def name(self) -> str:
        """What the sink is called wherever it is spoken of."""

    def take(self, event: Event) -> None:
        """Return when the event is safe with the sink."""


@dataclass(frozen=True, slots=True)
class FileSink:
    """Appends events to a file, one JSON line each, on disk before it returns."""

    name: str
    path: Path

    def take(self, event: Event) -> None:
        """Append the event, unless a line of the file is it; a torn last line is ended first."""
        try:
            with self.path.open("a+b") as file:
                file.seek(0)
                content = file.read()
                told = json.dumps(event.facts(), ensure_ascii=False)
                line = plain_json(told).encode() + b"\n"
                if line not in content.splitlines(keepends=True):
                    torn = content and not content.endswith(b"\n")
                    file.write(b"\n" + line if torn else line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SinkError(f"{self.name}: cannot write ({error.strerror})") from None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts events, signed: HMAC-SHA256 over the timestamp, a full stop, and the body."""

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    pauses: tuple[float, ...] = PAUSES
    clock: Callable[[], float] = time.time

    def take(self, event: Event) -> None:
        """Post until the server says 2xx; faults of the way and the server are tried again."""
        for pause in (*self.pauses, None):
            told = self._post(event)
            if told == "":
                return
            if not told.startswith("again") or pause is None:
                break
            time.sleep(pause)
        raise SinkError(f"{self.name}: {told.removeprefix('again ')}")

    def _post(self, event: Event) -> str:
        """Return nothing when it was taken, or why not; "again" first where that may help."""
        parts = urlsplit(self.url)
        body = json.dumps(event.facts(), ensure_ascii=False).encode()
        stamp = str(int(self.clock()))
        signed = hmac.new(self.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": event.event_id,
            "X-Hearth-Timestamp": stamp,
            "X-Hearth-Signature": f"sha256={signed.hexdigest()}",
        }
        import http.client  # as mail below: commands that tell nobody start sooner

        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        line = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            line.request("POST", where, body, headers)
            status = line.getresponse().status
        except (OSError, ValueError, http.client.HTTPException) as error:
            return f"again no answer ({type(error).__name__})"
        finally:
            line.close()
        if OK <= status < REDIRECT:
            return ""
        again = "again " if status >= SERVER or status == TOO_MANY else ""
        return f"{again}answered {status}"


@dataclass(frozen=True, slots=True)
class Mail:
    """Sends each event as a mail; its Message-ID is the event's id."""

    name: str
    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def take(self, event: Event) -> None:
        """Hand the mail to the server; TLS first, but on this machine."""
        import smtplib
        import ssl

        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, ", ".join(self.to)
        mail["Subject"] = f"hearth {event.run_id}: {event.kind}"
        mail["Message-ID"] = f"<{event.event_id}@hearth>"
        mail.set_content(f"{plain(event.words)}\n")
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                if self.host not in HERE:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                refused = server.send_message(mail)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise SinkError(f"{self.name}: not sent ({type(error).__name__})") from None
        if refused:
            raise SinkError(f"{self.name}: refused for {len(refused)} of {len(self.to)} people")
