"""What `hearth run` does: find out who works, answer the book, say what it came to."""

from __future__ import annotations

from datetime import date

from models.book.read import note_of_orphans
from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.night_page import Troubles, print_found, print_notes, print_summary
from nightly.cli.progress import Progress
from nightly.run.choices import Choice, CommandError, Night
from nightly.run.fail_on import found_of, kinds_of
from nightly.run.memory import give_back
from nightly.run.night import resume_run, start_run
from nightly.run.request import located, request_for, resumed
from nightly.workers.engines import Engine, InProcess, Processes
from nightly.workers.messages import Imported, Tick


def run(
    book: str | None, asof: date | None, choice: Choice, night: Night, fail_on: str, as_json: bool
) -> int:
    """Answer a book's households into a new run folder, or go on with one (`hearth run`)."""
    kinds = kinds_of(fail_on)  # a kind that is misspelt is told before the night, not after
    give_back()
    engine = engine_of(night)
    rebalance = Imported("optimizer.rebalance", "rebalance", screened=True)
    troubles = Troubles()
    with Progress() as progress:

        def on_tick(tick: Tick) -> None:
            progress.tick(tick)
            troubles.add(tick)

        if night.resume is None:
            request = request_for(book, asof, choice, night)
            folder, summary = start_run(request, rebalance, engine, on_tick, progress.start)
        else:
            found = resumed(book, asof, choice, night)
            again = None if book is None else located(book)
            folder, summary = resume_run(found, rebalance, engine, on_tick, progress.start, again)
    facts = folder.manifest()
    orphan_rows = facts["inputs"]["orphan_rows"]
    seen = found_of(facts, summary.uncertain)
    notes = facts["inputs"].get("warnings", [])
    lost = {note_of_orphans(*each) for each in orphan_rows.items()}  # told among what was found
    against = {kind: what for kind, what in seen.items() if kind in kinds}
    if as_json:
        said = console.summary_facts(summary, folder.run_id, str(folder.path))
        told = {"orphan_rows": orphan_rows, "gone": facts.get("gone") or {}, "found": seen}
        console.say_json({**said, **told, "failed_on": sorted(against), "warnings": notes})
    else:
        page = console.page()
        print_notes(page, [note for note in notes if note not in lost])
        print_summary(page, summary, str(folder.path), troubles)
        print_found(page, seen, against)
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
