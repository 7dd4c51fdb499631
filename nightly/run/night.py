"""A run of a book, from the request to a complete run folder, on one screen.

    request → partitions → chunks → engine → register of orders → run folder

A run that ended at any moment goes on from what its folder holds: the partitions, if they were
whole, and the chunks that were. Its manifest is the last thing written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from models.errors import HearthError
from nightly.partition.cut import Uncut, cut, look_at
from nightly.partition.partitions import Partitions
from nightly.partition.sizes import Sizes
from nightly.register.proposals import NIGHT, propose
from nightly.register.register import MACHINE, NAME, Register, beside
from nightly.results.moment import clock
from nightly.results.run_folder import LOST, RunFolder
from nightly.results.run_tables import run_batches
from nightly.results.tables import TABLES
from nightly.run.manifest import manifest, versions
from nightly.run.new_run import new_run
from nightly.run.request import Request, request_of
from nightly.run.stores import (
    Results,
    fetched,
    heed_database,
    is_database,
    register_copied,
    results_of,
    shown,
)
from nightly.run.tally import Summary, Tally, record, recount
from nightly.triage.prepare import prepare
from nightly.triage.standing import nos_left
from nightly.triage.tonight import tonight_of
from nightly.workers.answer import Rebalance
from nightly.workers.engines import Engine, InProcess, ready
from nightly.workers.messages import Imported, Job, Tick
from workbench.wording import counted

BOOK: Final = "book"
"""Folder of the partitions among what the run needs until it is complete."""

Decision = Rebalance | Imported
IDENTITY: Final = "identity"
"""What tells a run from another of the same id, in a database that knows both."""

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
    results = results_of(request.book)
    uncut = None  # a faulty folder is told before the run has one
    if not is_database(request.book):
        uncut = _look(request, Path(request.book), sizes)
    asked = {**request.as_data(), IDENTITY: uuid4().hex}
    registered = Register(request.out / NAME).read()

    def taken(run_id: str) -> bool:
        return run_id in registered.runs or results.knows(run_id)

    folder = new_run(request.out, request.asof, asked, taken)
    job = Job(folder.work / BOOK, rebalance, request.choice.on)
    with going_on(folder), folder.locked(), ready(engine or InProcess(), job) as workers:
        with folder.begun_or_gone():
            if uncut is None:
                uncut = _look(request, fetched(request.book, folder.work), sizes)
            cut(uncut, folder.work / BOOK)
        return _go_on(folder, request, job, workers, on_tick, on_start)


def resume_run(
    folder: RunFolder,
    rebalance: Decision,
    engine: Engine | None = None,
    on_tick: OnTick = lambda tick: None,
    on_start: OnStart = lambda households, done: None,
    book: str | None = None,
) -> tuple[RunFolder, Summary]:
    """Go on with a run that did not finish; nothing that it wrote is written again.

    A run may have ended after its last word: going on with a complete one changes nothing. `book`
    is its place once more, for a database whose password was not kept with the run.

    Raises
    ------
    RunFolderError
        If the run is held by another process, or the folder is none of a run.
    """
    with going_on(folder), folder.locked():
        if folder.complete:
            folder.clear()
            return folder, _already(folder)
        request = request_of(folder.asked(), folder.path.parent)
        request = request if book is None else replace(request, book=book)
        torn = folder.mend_log()
        if folder.begun:
            said = {"event": "resume", "clock": clock(), "run_id": folder.run_id}
            folder.note([{**said, "torn_bytes": torn, "versions": versions()}])
        job = Job(folder.work / BOOK, rebalance, request.choice.on)
        with ready(engine or InProcess(), job) as workers:
            if not (folder.work / BOOK).exists():
                cut(_look(request, fetched(request.book, folder.work), None), folder.work / BOOK)
            return _go_on(folder, request, job, workers, on_tick, on_start)


class InterruptedRunError(HearthError):
    """Somebody ended the night: what was done is kept, and the message says how to go on."""


@contextmanager
def going_on(folder: RunFolder) -> Iterator[None]:
    """Say, where somebody interrupts, what of the run is kept and what goes on with it."""
    try:
        yield
    except KeyboardInterrupt as error:
        if not folder.path.exists():
            raise
        whole = counted(len(folder.chunks()), "chunk")
        raise InterruptedRunError(
            f"interrupted: {folder.path} keeps its request and {whole} of households; nothing of "
            f"it was sent. Go on with: {folder.resume_command}"
        ) from error


def _go_on(
    folder: RunFolder,
    request: Request,
    job: Job,
    engine: Engine,
    on_tick: OnTick,
    on_start: OnStart,
) -> tuple[RunFolder, Summary]:
    """Answer every chunk that the folder does not have, and finish."""
    began, started = time.perf_counter(), clock()
    partitions = Partitions(job.partitions)
    choice = request.choice
    heed_database(beside(folder.path).path, request.book)
    known = prepare(
        folder,
        partitions,
        request.asof,
        choice.capacity,
        look_back=choice.earlier,
        asked=request.asked,
        on_policy=choice.on,
    )
    tally = Tally(partitions.own_solvers(request.choice.on))
    if not folder.begun:
        folder.note([_start(folder, request, partitions)])
    done = recount(folder, tally)
    results = results_of(request.book)
    results.begin(folder.run_id, folder.asked()[IDENTITY], request.asof)
    _catch_up(folder, results)
    chunks = list(partitions.chunks())
    on_start(sum(map(len, chunks)), tally.households)
    waiting = (chunk for chunk in chunks if chunk.index not in done)
    for answered in engine.answers(job, waiting, on_tick):
        record(answered, folder, tally)
        results.write(folder.run_id, answered.chunk.index, answered.tables)
    summary = tally.summary(time.perf_counter() - began)
    ended = clock()
    facts = manifest(partitions, folder.run_id, request, summary, (started, ended))
    facts["previous"] = dict(tonight_of(folder.path).facts)
    facts["register"] = dict(known.register)
    facts[LOST] = known.lost
    facts["unreadable_runs"] = list(known.unreadable)
    facts["emptied"] = dict(known.emptied)
    facts["gone"] = dict(known.gone)
    facts["not_bought"] = dict(known.not_bought)
    folder.note([{"event": "end", "clock": ended, "counts": dict(summary.counts)}])
    results.finish(folder.run_id, facts)
    results.close()
    who = (MACHINE, NIGHT) if request.asked is None else (request.asked.by, request.asked.why)
    propose(folder, request.asof, known.register, choice.earlier, who)
    untold = register_copied(beside(folder.path).path, request.book)
    facts["register_untold"] = untold
    if untold:
        folder.note([{"event": "register", "clock": clock(), "note": untold}])
    folder.finish(facts, request.table_format)
    return folder, summary


def _already(folder: RunFolder) -> Summary:
    """Count a complete run."""
    tally = Tally()
    for plans in run_batches(folder.path, "plans"):
        tally.add(plans, now=False)
    if any(folder.path.glob("seen.*")):
        for seen in run_batches(folder.path, "seen"):
            tally.see(seen)
    tally.stand(nos_left(folder.path))
    tally.fallbacks = folder.manifest()["solver_fallbacks"]
    return tally.summary(0.0)


def _look(request: Request, folder: Path, sizes: Sizes | None) -> Uncut:
    place = shown(request.book)
    return look_at(place, folder, request.asof, request.households, sizes)


def _catch_up(folder: RunFolder, results: Results) -> None:
    """Write the chunks that the folder has and the second place does not."""
    there = results.chunks(folder.run_id)
    for path in folder.chunks():
        if int(path.name) not in there:
            tables = {name: folder.chunk_table(path, name) for name in TABLES}
            results.write(folder.run_id, int(path.name), tables)


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
