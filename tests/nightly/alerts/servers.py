"""Servers on this machine that answer as they are told, and keep what they got."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

HERE = "127.0.0.1"
HIDDEN = "not-to-be-told"


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """Let a server answer in a thread while the block lasts."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def web(*answers: int) -> Iterator[tuple[str, list[Any]]]:
    """Serve `answers` in turn, the last one for ever; keep what was posted."""
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = answers[min(len(got), len(answers) - 1)]
            got.append((self.path, dict(self.headers), body))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with serving(HTTPServer((HERE, 0), Handler)) as server:
        yield f"http://{HERE}:{server.server_port}/hook?key={HIDDEN}", got


@contextmanager
def post_office(refusing: str = "") -> Iterator[tuple[int, list[str]]]:
    """Serve enough of RFC 5321 for a mail; refuse one recipient."""
    mails: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word == "DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                    mails.append("".join(lines))
                unknown = word == "RCPT" and refusing and refusing in line
                said = {"QUIT": "221 bye"}.get(word, f"550 {HIDDEN}" if unknown else "250 fine")
                self.wfile.write(f"{said}\r\n".encode())
                if word == "QUIT":
                    return

    with serving(socketserver.TCPServer((HERE, 0), Handler)) as server:
        yield server.server_address[1], mails
