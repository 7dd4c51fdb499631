"""Debian's chromium for browser tests: installed if it may be, driven by Playwright.

Playwright's own browser builds come from nowhere that is reached here, so it drives the system's.
Where there is none, tests are skipped with the reason; with CI=true nothing is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
"""Root has no sandbox, and a container little shared memory."""


class NoChromiumError(Exception):
    """There is no chromium to be had here: says why."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a browser without a window and close it in the end.

    Raises
    ------
    NoChromiumError
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
    found = shutil.which("chromium")
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            done = subprocess.run(
                ["apt-get", "-q", *command], env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise NoChromiumError(f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}")
        found = shutil.which("chromium")
    if found is None:
        raise NoChromiumError(
            "no chromium is installed, and only root may install it (apt-get install chromium)"
        )
    return found
