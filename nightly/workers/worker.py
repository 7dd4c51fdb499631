"""A worker process: reads tasks from a pipe, answers them, until the pipe closes.

    python -m nightly.workers.worker FD

It writes nothing to disk and owns nothing: when it dies, whoever drives it knows by the last
message which household it was at. When its driver dies, the pipe closes and the worker leaves at
once, in the middle of a household if need be. Refused: forking (solver libraries hold threads) and
a pool that loses the worker's death in a broken future.
"""

from __future__ import annotations

import gc
import os
import queue
import sys
import threading
from multiprocessing.connection import Connection
from typing import Final

from nightly.workers.chunk_answers import ChunkAnswers
from nightly.workers.messages import Broken, Job, Task

IDLE_SECONDS: Final = 600.0
"""Without a task for so long a worker leaves: nobody misses it, and a driver can start another."""


def serve(pipe: Connection) -> None:
    """Answer the tasks of one pipe: first a job comes, then tasks."""
    tasks: queue.SimpleQueue[Job | Task] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, tasks), daemon=True).start()
    job = tasks.get()
    if not isinstance(job, Job):
        raise TypeError(f"a worker is told its job first, not {job!r}")
    answers = ChunkAnswers(job)
    gc.freeze()  # what was imported stays: walking it again and again costs a twentieth of a night
    while True:
        try:
            task = tasks.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            os._exit(0)
        if not isinstance(task, Task):
            raise TypeError(f"a worker has one job; {task!r} is no task")
        try:
            pipe.send(answers.of(task, pipe.send))
        except BrokenPipeError:
            os._exit(0)
        except Exception as error:  # a household's errors are answers; this is the partition's
            pipe.send(Broken(error))


def _listen(pipe: Connection, tasks: queue.SimpleQueue[Job | Task]) -> None:
    while True:
        try:
            tasks.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(0)


if __name__ == "__main__":
    # libraries that print must not print into a document on standard output
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Connection(int(sys.argv[1])))
