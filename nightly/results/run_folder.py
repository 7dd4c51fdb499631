"""A run's folder: written in chunks, whole or absent, and never written over.

A night may end at any moment, so a chunk of households becomes visible with one rename: its
tables are written aside, forced to disk, and then named. Only when every chunk is there are the
tables put together under their public names, and the manifest, written last, says that the run is
complete. A reader never meets half a file. Refused: appending to Parquet (a crash leaves no
footer), a lock file (a crash leaves the lock; the kernel's lock on the folder goes with its
process), and clean-up on failure (what was done is kept).

    RUNS/2026-11-20-0001/
        work/request.json                what was asked, first of all
        work/book/                       the book in partitions, while the night lasts
        parts/000000/plans.parquet ...   while the night lasts
        plans.parquet ...                when it is over
        events.jsonl                     one line a household
        manifest.json                    last
"""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow.parquet as pq

from models.errors import HearthError, RunFolderError
from nightly.results.durable import force, refusing, whole_file
from nightly.results.joined import chunk_table, join_csv, join_parquet
from nightly.results.tables import TABLES

Format = Literal["parquet", "csv"]

FORMATS: Final = ("parquet", "csv")
"""Formats of a run's tables."""

PARTS = "parts"
WORK = "work"
REQUEST = "request.json"
EVENTS = "events.jsonl"
MANIFEST = "manifest.json"

LOST = "register_lost"
"""Key of a manifest: in words, what was lost of the register beside which the night was made."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run's folder; `run_id` is its name."""

    path: Path

    @property
    def run_id(self) -> str:
        """Name of the run, unique among its siblings and sorted by date and order of start."""
        return self.path.name

    @property
    def work(self) -> Path:
        """Folder of what the run needs until it is complete."""
        return self.path / WORK

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process from writing to this run while the block lasts.

        Raises
        ------
        RunFolderError
            If another process holds the run.
        """
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise RunFolderError(
                f"{self.path} is being written by another process; let it finish, or end it first"
            ) from error
        finally:
            os.close(handle)

    @contextmanager
    def begun_or_gone(self) -> Iterator[None]:
        """Remove the folder of a run that its book or command will not let begin.

        Where the file system refuses, or somebody interrupts, it stays: the run can go on.
        """
        try:
            yield
        except HearthError as error:
            if not isinstance(error, RunFolderError):
                shutil.rmtree(self.path, ignore_errors=True)
            raise

    def asked(self) -> dict[str, Any]:
        """Return what was asked of a run that is not complete."""
        try:
            found: dict[str, Any] = json.loads((self.work / REQUEST).read_text("utf-8"))
        except OSError as error:
            raise RunFolderError(
                f"{self.path} is no run that could go on: it has no {WORK}/{REQUEST}; start anew"
            ) from error
        return found

    @property
    def begun(self) -> bool:
        """Whether the log has its first line."""
        log = self.path / EVENTS
        return log.exists() and log.stat().st_size > 0

    def mend_log(self) -> int:
        """Cut a last line that a crash left half written off the log; return its bytes."""
        log = self.path / EVENTS
        if not log.exists():
            return 0
        with refusing(log), log.open("r+b") as file:
            whole = 0
            for line in file:
                whole += len(line) if line.endswith(b"\n") else 0
            torn = file.seek(0, os.SEEK_END) - whole
            if torn:
                file.truncate(whole)
                os.fsync(file.fileno())
        return torn

    def logged_chunks(self) -> frozenset[int]:
        """Return the chunks whose households stand in the log."""
        log = self.path / EVENTS
        if not log.exists():
            return frozenset()
        with log.open(encoding="utf-8") as file:
            events = (json.loads(line) for line in file)
            return frozenset(e["chunk"] for e in events if e["event"] == "household")

    def note(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Append `events` to the log, one JSON line each, and force them to disk."""
        with refusing(self.path / EVENTS), (self.path / EVENTS).open("a", encoding="utf-8") as log:
            log.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
            log.flush()
            os.fsync(log.fileno())

    def write_chunk(self, index: int, tables: Mapping[str, Any]) -> None:
        """Write the tables of one chunk of households; they appear together or not at all.

        A table without rows has no file: a night of many who are left alone writes one each.
        """
        final = self.path / PARTS / f"{index:06d}"
        aside = self.path / PARTS / f".{index:06d}"
        with refusing(final):
            if final.exists():
                raise RunFolderError(f"{final} is there already; a chunk is written once")
            if aside.exists():  # left by a run that ended while writing; nobody ever read it
                shutil.rmtree(aside)
            aside.mkdir(parents=True)
            for name in TABLES:
                if tables[name].num_rows:
                    target = aside / f"{name}.parquet"
                    pq.write_table(tables[name], target)
                    force(target)
            force(aside)
            aside.rename(final)
            force(final.parent)

    def chunks(self) -> list[Path]:
        """Return the folders of the chunks that are whole, in order."""
        parts = self.path / PARTS
        return sorted(p for p in parts.glob("[0-9]*") if p.is_dir()) if parts.exists() else []

    def chunk_table(self, chunk: Path, name: str) -> Any:
        """Return one table of a whole chunk."""
        return chunk_table(chunk, name)

    def finish(self, manifest: Mapping[str, Any], table_format: Format = "parquet") -> None:
        """Put the chunks together under the public names, then write the manifest.

        A public table that an earlier attempt left is whole and the same: it stays.
        """
        if (self.path / MANIFEST).exists():
            raise RunFolderError(f"{self.path} is complete already and is never written over")
        chunks = self.chunks()
        for name in TABLES:
            target = self.path / f"{name}.{table_format}"
            if target.exists():
                continue
            with whole_file(target) as aside:
                if table_format == "parquet":
                    join_parquet(name, chunks, aside)
                else:
                    join_csv(name, chunks, aside)
        with whole_file(self.path / MANIFEST) as aside:
            aside.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        self.clear()

    def clear(self) -> None:
        """Remove what a complete run no longer needs: every row stands in its public tables."""
        for name in (PARTS, WORK):
            shutil.rmtree(self.path / name, ignore_errors=True)

    @property
    def complete(self) -> bool:
        """Whether the run has its manifest, which is written last."""
        return (self.path / MANIFEST).exists()

    @property
    def resume_command(self) -> str:
        """What goes on with the run, as a shell takes it."""
        place = shlex.join(["--resume", self.run_id, "--out", str(self.path.parent)])
        return f"hearth run {place}"

    def _why_incomplete(self) -> str:
        if (self.work / REQUEST).exists():
            return f"is a run that did not finish; go on with it first: {self.resume_command}"
        return f"is no run: it has no {MANIFEST}; name a run's own folder (RUNS/<run_id>)"

    def manifest(self) -> dict[str, Any]:
        """Return the manifest of a complete run."""
        where = self.path / MANIFEST
        if not where.exists():
            raise RunFolderError(f"{self.path} {self._why_incomplete()}")
        try:
            facts: dict[str, Any] = json.loads(where.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{where} cannot be read: {error}") from error
        if facts.get("run_id") is None or not facts.get("complete"):
            raise RunFolderError(f"{where} is not the manifest of a complete run")
        if facts["run_id"] != self.run_id:
            raise RunFolderError(
                f"{where} is of run {facts['run_id']}: the folder was renamed, or the file is of "
                "another run; give the folder its name back"
            )
        return facts
