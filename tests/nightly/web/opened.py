"""A workbench in the test's own process, and pages of it taken apart."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.testclient import TestClient

from nightly.web.app import workbench
from nightly.web.desk import Desk
from nightly.web.doors import TOKEN_HEADER, Door

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
ASOF = date(2026, 11, 20)

HOST = "http://127.0.0.1:8765"
TOKEN = "t" * 40
HEADER = "x-person"


@contextmanager
def opened(
    book: Path,
    runs: Path,
    scratch: Path,
    roles: str = "",
    compared: Path | None = None,
    custodian: Path | None = None,
) -> Iterator[TestClient]:
    """Yield a client who came in by the token; `roles` is put beside the runs."""
    if roles:
        (runs / "roles.toml").write_text(roles, "utf-8")
    desk = Desk(book, runs, scratch, compared, custodian)
    client = TestClient(workbench(desk, Door(TOKEN, "Ann", 8765)), HOST, follow_redirects=False)
    client.get("/enter", params={"token": TOKEN})
    try:
        yield client
    finally:
        desk.close()


@contextmanager
def behind_proxy(book: Path, runs: Path, scratch: Path) -> Iterator[Any]:
    """Yield what makes a client whom the proxy calls by a name."""
    desk = Desk(book, runs, scratch)
    app = workbench(desk, Door(TOKEN, "", 8765, HEADER, ("hearth.example",)))

    def person(name: str, token: str = TOKEN) -> TestClient:
        told = {TOKEN_HEADER: token, HEADER: name, "host": "hearth.example"}
        return TestClient(app, "http://hearth.example", headers=told, follow_redirects=False)

    try:
        yield person
    finally:
        desk.close()


def own_copy(runs: Path, to: Path) -> Path:
    """Return a copy of a folder of runs, for a test that decides."""
    shutil.copytree(runs, to)
    return to


@dataclass
class Page(HTMLParser):
    """A page taken apart: figures by place, elements, scripts, and all of its text."""

    figures: list[tuple[str, str, str]] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    _figure: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element and what it says."""
        told = {name: value or "" for name, value in attrs}
        self.tags.append((tag, told))
        if tag == "data" and "data-from" in told:
            self._figure = told["data-from"], told["value"]

    def handle_data(self, data: str) -> None:
        """Keep the text, and a figure's with its place."""
        self.text += data
        if self._figure is not None:
            self.figures.append((*self._figure, data))
            self._figure = None

    def fields(self, name: str) -> list[str]:
        """Return the values of every form field of a name."""
        return [t.get("value", "") for _, t in self.tags if t.get("name") == name]

    @property
    def code(self) -> str:
        """The code of the page's forms."""
        return self.fields("form_code")[0]


def parsed(text: str) -> Page:
    """Return a page taken apart."""
    page = Page()
    page.feed(text)
    return page


def household_at(run_id: str, name: str) -> str:
    """Return the address of a household's page."""
    return f"/runs/{quote(run_id, safe='')}/household?id={quote(name, safe='')}"


def digest_of(folder: Path) -> str:
    """Return a digest of every file of a folder and its name."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        found.update(str(path.relative_to(folder)).encode())
        if path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()


INLINE = re.compile(r"<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)
"""What the content policy forbids, and no page has."""
