"""What a command asks for, checked before anything is read or written.

A misspelt solver must end the command, not fail every household of a night.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from models.book.policies.rules import RULES, THROUGH_CVXPY
from models.errors import HearthError
from models.policy import BRANCHING, Capacity, Policy
from nightly.results.run_folder import FORMATS, Format

BACKENDS: Final = ("arrays", "cvxpy")
"""The two compilers of the program."""

SOLVERS: Final = ("piqp", "clarabel", "osqp", "ecos")
"""Solvers that a policy may name."""


class CommandError(HearthError):
    """The command asks for something that does not exist: mend the command."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a command changes for all policies; None leaves it to them.

    `mode` is how every household may trade, `max_households` and `max_usd` what the whole night
    answers, `earlier` whether runs of earlier dates beside this one are carried on, and `certify`
    whether solves are spent on a tighter bound.
    """

    backend: str | None = None
    solver: str | None = None
    mode: str | None = None
    max_households: int | None = None
    max_usd: float | None = None
    earlier: bool = True
    certify: bool = False

    def __post_init__(self) -> None:
        """Raise `CommandError` on an unknown backend, solver or mode, or a negative limit."""
        if self.mode is not None and not RULES["trades", "mode"].allows(self.mode):
            raise CommandError(f"--mode {self.mode!r}: choose {RULES['trades', 'mode'].words}")
        for name, limit in (("households", self.max_households), ("usd", self.max_usd)):
            if limit is not None and not limit >= 0:
                raise CommandError(f"--max-{name} {limit}: a limit is at least 0")
        if self.backend is not None and self.backend not in BACKENDS:
            raise CommandError(f"--backend {self.backend!r}: choose {' or '.join(BACKENDS)}")
        if self.solver in THROUGH_CVXPY and self.backend == "arrays":
            raise CommandError(f"--solver {self.solver} takes no arrays: --backend cvxpy")
        if self.solver is None or self.solver in SOLVERS:
            return
        if self.backend != "cvxpy":
            raise CommandError(
                f"--solver {self.solver!r}: choose {', '.join(SOLVERS)}; "
                "others that cvxpy knows need --backend cvxpy"
            )
        import cvxpy

        installed = [name.lower() for name in cvxpy.installed_solvers()]
        if self.solver not in installed:
            raise CommandError(f"--solver {self.solver!r}: cvxpy has {', '.join(installed)} here")

    def on(self, policy: Policy) -> Policy:
        """Return `policy` with this choice; a solver that takes no arrays goes through cvxpy."""
        name = self.solver or policy.solver.name
        backend = self.backend or policy.solver.backend
        solver = replace(
            policy.solver,
            name=name,
            backend="cvxpy" if name in THROUGH_CVXPY else backend,
            certify=max(policy.solver.certify, BRANCHING if self.certify else 0),
        )
        trades = replace(policy.trades, mode=self.mode or policy.trades.mode)
        return replace(policy, solver=solver, trades=trades)

    @property
    def capacity(self) -> Capacity:
        """What the whole night answers."""
        return Capacity(self.max_households, self.max_usd)


@dataclass(frozen=True, slots=True)
class Night:
    """Where a run goes, whom it answers (a file of ids), the format of its tables, and who works.

    `resume` names a run to go on with; `limit_seconds` bounds each household, 0 for no bound.
    """

    out: Path
    households: Path | None
    table_format: str
    resume: str | None = None
    workers: int = 1
    engine: str = "local"
    scheduler: str | None = None
    limit_seconds: float = 600.0


def household_list(path: Path) -> list[str]:
    """Return the ids in a file, one a line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--households {path}: cannot be read ({error})") from error
    ids = [line.strip() for line in lines if line.strip()]
    if not ids:
        raise CommandError(f"--households {path}: holds no id; write one a line")
    return ids


def table_format(name: str) -> Format:
    """Return a format of tables by its name."""
    if name not in FORMATS:
        raise CommandError(f"--format {name!r}: choose {' or '.join(FORMATS)}")
    return "csv" if name == "csv" else "parquet"
