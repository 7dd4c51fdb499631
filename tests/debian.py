"""Debian's packages that tests need: installed where they are missing and we are root."""

from __future__ import annotations

import os
import shutil
import subprocess


class NotInstalledError(Exception):
    """A package of the system is missing and cannot be installed here: says why."""


def install(*packages: str) -> None:
    """Install packages by `apt-get`.

    Raises
    ------
    NotInstalledError
        If we are not root, there is no `apt-get`, or it fails.
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NotInstalledError(f"only root may install what is missing: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-q", *command], env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise NotInstalledError(f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}")
