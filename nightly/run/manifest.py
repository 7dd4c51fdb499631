"""The manifest of a run: what went in, under which rules and law, and what came of it.

With the tables it lets an auditor say, for any order, which inputs (by hash), which policy, which
year's law and which versions made it. Clock and machine stand here and in the log, never in tables.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from models.book.policies.files import PolicyFile
from models.law import law_for
from models.policy import Policy
from nightly.partition.partitions import Partitions
from nightly.run.request import Request
from nightly.run.tally import Summary
from nightly.workers.policy_digest import policy_digest

PACKAGES: Final = (
    *("hearth", "numpy", "scipy", "pandas", "pyarrow"),
    *("cvxpy", "piqp", "clarabel", "osqp", "ecos", "highspy"),
)
"""Packages whose version may change an answer or a file."""

LAW_TOPICS: Final = ("ordinary_brackets", "capital_gains", "niit", "loss_limit")
"""Topics of law that a plan's tax depends on."""


def manifest(
    partitions: Partitions,
    run_id: str,
    request: Request,
    summary: Summary,
    clocks: tuple[str, str],
) -> dict[str, Any]:
    """Return the manifest of a finished run; `clocks` are its last start and its end."""
    return {
        "run_id": run_id,
        "asof": request.asof.isoformat(),
        "complete": True,
        "households": summary.households,
        "counts": dict(summary.counts),
        "solvers": dict(summary.solvers),
        "solver_fallbacks": summary.fallbacks,
        "options": request.as_data(),
        "inputs": partitions.inputs,
        "policies": policy_facts(partitions.policies(), request.choice.on),
        "law": law_facts(request.asof.year),
        "versions": versions(),
        "machine": {"platform": platform.platform(), "python": platform.python_version()},
        "started": clocks[0],
        "ended": clocks[1],
        "seconds": round(summary.seconds, 6),
    }


def policy_facts(
    policies: Mapping[str, PolicyFile], on_policy: Callable[[Policy], Policy]
) -> dict[str, Any]:
    """Return every policy as it was in force, by id, each with its digest."""
    facts = {}
    for name, found in sorted(policies.items()):
        if found.policy is not None:
            policy = on_policy(found.policy)
            digest = policy_digest(policy)
            facts[name] = {**asdict(policy), "warnings": list(found.warnings), "sha256": digest}
    return facts


def law_facts(year: int) -> dict[str, Any]:
    """Return the year of the law and where each topic's figures are published."""
    law = law_for(year)
    return {"year": year, "topics": {topic: law.citation(topic) for topic in LAW_TOPICS}}


def versions() -> dict[str, str]:
    """Return the installed version of every package that may change an answer."""
    return {name: _installed(name) for name in PACKAGES}


@cache
def _installed(name: str) -> str:
    """Return a package's version; what is imported stays, so it is read once in a process."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
