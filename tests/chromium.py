"""Debian's chromium for browser tests: installed if it may be, driven by Playwright.

Playwright's own browser builds come from nowhere that is reached here, so it drives the system's.
Where there is none, tests are skipped with the reason; with CI=true nothing is skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.debian import NotInstalledError, install

ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
"""Root has no sandbox, and a container little shared memory."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a browser without a window and close it in the end.

    Raises
    ------
    NotInstalledError
        If there is none and none can be installed.
    """
    from playwright.sync_api import sync_playwright

    program = _program()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def _program() -> str:
    if shutil.which("chromium") is None:
        install("chromium")
    found = shutil.which("chromium")
    if found is None:
        raise NotInstalledError("chromium was installed and is not there")
    return found
