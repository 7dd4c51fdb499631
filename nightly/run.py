"""A run of a book, from the request to a complete run folder, on one screen.

    request → partitions → chunks → engine → run folder

A run that ended at any moment goes on from what its folder holds: the partitions, if they were
whole, and the chunks that were. Its manifest is the last thing written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from models.errors import RunFolderError
from nightly.answer import Rebalance
from nightly.chunk import Imported, Job, Tick
from nightly.cut import Sizes, cut, look_at
from nightly.engines import Engine, InProcess
from nightly.manifest import manifest, versions
from nightly.moment import clock
from nightly.night import Summary, Tally, record, recount
from nightly.partitions import Partitions
from nightly.request import Request, request_of
from nightly.run_folder import RunFolder, new_run
from nightly.triage.prepare import prepare
from nightly.triage.tonight import tonight_of

BOOK: Final = "book"
"""Folder of the partitions among what the run needs until it is complete."""

Decision = Rebalance | Imported
OnTick = Callable[[Tick], None]
OnStart = Callable[[int, int], None]
"""Called once with the households of the run and those answered by an earlier attempt."""


def start_run(
    request: Request,
    rebalance: Decision,
    engine: Engine | None = None,
    on_tick: OnTick = lambda tick: None,
    on_start: OnStart = lambda households, done: None,
    sizes: Sizes | None = None,
) -> tuple[RunFolder, Summary]:
    """Answer the households of a book and leave a complete run folder.

    Raises
    ------
    UnusableBookError
        If the book cannot be used; nothing is written.
    UnknownHouseholdError
        If a household is asked for that the book does not have; nothing is written.
    RunFolderError
        If the folder cannot be written; what was written stays.
    """
    place = Path(request.book)
    uncut = look_at(request.book, place, request.asof, request.households, sizes)
    folder = new_run(request.out, request.asof)
    with folder.locked():
        with folder.begun_or_gone():
            folder.ask(request.as_data())
            cut(uncut, folder.work / BOOK)
        return _go_on(folder, request, rebalance, engine or InProcess(), on_tick, on_start)


def resume_run(
    folder: RunFolder,
    rebalance: Decision,
    engine: Engine | None = None,
    on_tick: OnTick = lambda tick: None,
    on_start: OnStart = lambda households, done: None,
) -> tuple[RunFolder, Summary]:
    """Go on with a run that did not finish; nothing that it wrote is written again.

    Raises
    ------
    RunFolderError
        If the run is complete, is held by another process, or never began.
    """
    with folder.locked():
        if folder.complete:
            folder.clear()
            raise RunFolderError(f"{folder.path} is complete: there is nothing to resume")
        request = request_of(folder.asked(), folder.path.parent)
        torn = folder.mend_log()
        if folder.begun:
            said = {"event": "resume", "clock": clock(), "run_id": folder.run_id}
            folder.note([{**said, "torn_bytes": torn, "versions": versions()}])
        if not (folder.work / BOOK).exists():
            place = Path(request.book)
            uncut = look_at(request.book, place, request.asof, request.households)
            cut(uncut, folder.work / BOOK)
        return _go_on(folder, request, rebalance, engine or InProcess(), on_tick, on_start)


def _go_on(
    folder: RunFolder,
    request: Request,
    rebalance: Decision,
    engine: Engine,
    on_tick: OnTick,
    on_start: OnStart,
) -> tuple[RunFolder, Summary]:
    """Answer every chunk that the folder does not have, and finish."""
    began, started = time.perf_counter(), clock()
    partitions = Partitions(folder.work / BOOK)
    choice = request.choice
    prepare(folder, partitions, request.asof, choice.capacity, look_back=choice.earlier)
    tally = Tally(partitions.own_solvers(request.choice.on))
    if not folder.begun:
        folder.note([_start(folder, request, partitions)])
    done = recount(folder, tally)
    chunks = list(partitions.chunks())
    on_start(sum(map(len, chunks)), tally.households)
    job = Job(partitions.root, rebalance, request.choice.on)
    waiting = (chunk for chunk in chunks if chunk.index not in done)
    for answered in engine.answers(job, waiting, on_tick):
        record(answered, folder, tally)
    summary = tally.summary(time.perf_counter() - began)
    ended = clock()
    facts = manifest(partitions, folder.run_id, request, summary, (started, ended))
    facts["previous"] = dict(tonight_of(folder.path).facts)
    folder.note([{"event": "end", "clock": ended, "counts": dict(summary.counts)}])
    folder.finish(facts, request.table_format)
    return folder, summary


def _start(folder: RunFolder, request: Request, partitions: Partitions) -> Mapping[str, Any]:
    """Return the first line of the log: what the run is made from."""
    return {
        "event": "start",
        "clock": clock(),
        "run_id": folder.run_id,
        "households": sum(map(len, partitions.chunks())),
        "options": request.as_data(),
        "inputs": partitions.inputs,
        "versions": versions(),
    }
