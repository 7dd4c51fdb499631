"""What `hearth run` does: find out who works, answer the book, say what it came to."""

from __future__ import annotations

from datetime import date
from typing import Final

from models.plan import Status
from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.progress import Progress
from nightly.run.choices import Choice, CommandError, Night
from nightly.run.fail_on import found_of, kinds_of
from nightly.run.memory import give_back
from nightly.run.night import resume_run, start_run
from nightly.run.request import located, request_for, resumed
from nightly.workers.engines import Engine, InProcess, Processes
from nightly.workers.messages import Imported, Tick

NO_TROUBLE: Final = (Status.PLANNED, Status.NO_ACTION, Status.DEFERRED)
"""Answers that a run's summary counts and need not explain."""

TROUBLES_SHOWN: Final = 20
"""Households without a plan that a run's summary lists; the tables have them all."""


def run(
    book: str | None, asof: date | None, choice: Choice, night: Night, fail_on: str, as_json: bool
) -> int:
    """Answer a book's households into a new run folder, or go on with one (`hearth run`)."""
    kinds = kinds_of(fail_on)  # a kind that is misspelt is told before the night, not after
    give_back()
    engine = engine_of(night)
    rebalance = Imported("optimizer.rebalance", "rebalance", screened=True)
    troubles: list[Tick] = []
    with Progress() as progress:

        def on_tick(tick: Tick) -> None:
            progress.tick(tick)
            if tick.status not in NO_TROUBLE:
                troubles.extend([tick] if len(troubles) < TROUBLES_SHOWN else [])

        if night.resume is None:
            request = request_for(book, asof, choice, night)
            folder, summary = start_run(request, rebalance, engine, on_tick, progress.start)
        else:
            found = resumed(book, asof, choice, night)
            again = None if book is None else located(book)
            folder, summary = resume_run(found, rebalance, engine, on_tick, progress.start, again)
    facts = folder.manifest()
    orphan_rows, unreadable = facts["inputs"]["orphan_rows"], facts.get("unreadable_runs", ())
    seen = found_of(summary, orphan_rows, unreadable)
    against = {kind: what for kind, what in seen.items() if kind in kinds}
    if as_json:
        said = console.summary_facts(summary, folder.run_id, str(folder.path))
        told = {"orphan_rows": orphan_rows, "found": seen, "failed_on": sorted(against)}
        console.say_json({**said, **told})
    else:
        console.print_summary(console.page(), summary, str(folder.path), troubles)
        console.print_found(console.page(), seen, against)
    return TROUBLED if against else ANSWERED


def engine_of(night: Night) -> Engine:
    """Return the engine that a command asks for.

    Raises
    ------
    CommandError
        If there is no such engine.
    """
    limit = night.limit_seconds or None
    if night.engine == "local":
        if night.scheduler is not None:
            raise CommandError("--scheduler names a cluster: add --engine dask")
        return Processes(night.workers, limit) if night.workers else InProcess()
    if night.engine != "dask":
        raise CommandError(f"--engine {night.engine!r}: choose local or dask")
    if night.scheduler is None:
        raise CommandError("--engine dask: name the cluster with --scheduler tcp://host:port")
    try:
        from nightly.workers.cluster import Cluster
    except ImportError as error:
        raise CommandError(
            f"--engine dask needs more packages ({error}): pip install -e '.[cluster]'"
        ) from error
    return Cluster(night.scheduler, limit)
