"""Where a benchmark ran: kind of machine and versions, without names or paths.

Figures of two machines cannot be compared, ratios of one run can; a table without this head says
nothing.
"""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "scipy", "piqp", "clarabel", "osqp", "ecos", "cvxpy", "pyscipopt")


def setting() -> tuple[str, ...]:
    """Lines that say what the figures were measured on."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"machine: {_processor()}, {os.cpu_count()} cores, {platform.system()}",
        f"Python {platform.python_version()}; {versions}",
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.is_file():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()
