"""A run's folder: written in chunks, whole or absent, and never written over.

A night may end at any moment, so a chunk of households becomes visible with one rename: its
tables are written aside, forced to disk, and then named. Only when every chunk is there are the
tables put together under their public names, and the manifest, written last, says that the run is
complete. A reader never meets half a file. Refused: appending to Parquet (a crash leaves no
footer), a lock file (a crash leaves the lock), and clean-up on failure (what was done is kept).

    RUNS/2026-11-20-0001/
        parts/000000/plans.parquet ...   while the night lasts
        plans.parquet ...                when it is over
        events.jsonl                     one line a household
        manifest.json                    last
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow.parquet as pq

from models.errors import RunFolderError
from nightly.tables import TABLES, Rows, arrow_table

Format = Literal["parquet", "csv"]

FORMATS: Final = ("parquet", "csv")
"""Formats of a run's tables."""

PARTS = "parts"
EVENTS = "events.jsonl"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run's folder; `run_id` is its name."""

    path: Path

    @property
    def run_id(self) -> str:
        """Name of the run, unique among its siblings and sorted by date and order of start."""
        return self.path.name

    def note(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Append `events` to the log, one JSON line each, and force them to disk."""
        with _refusing(self.path / EVENTS), (self.path / EVENTS).open("a", encoding="utf-8") as log:
            log.writelines(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
            log.flush()
            os.fsync(log.fileno())

    def write_chunk(self, index: int, rows: Rows) -> None:
        """Write the tables of one chunk of households; they appear together or not at all."""
        final = self.path / PARTS / f"{index:06d}"
        aside = self.path / PARTS / f".{index:06d}"
        with _refusing(final):
            if final.exists():
                raise RunFolderError(f"{final} is there already; a chunk is written once")
            if aside.exists():  # left by a run that ended while writing; nobody ever read it
                shutil.rmtree(aside)
            aside.mkdir(parents=True)
            for name in TABLES:
                target = aside / f"{name}.parquet"
                pq.write_table(arrow_table(name, rows[name]), target)
                _force(target)
            _force(aside)
            aside.rename(final)
            _force(final.parent)

    def chunks(self) -> list[Path]:
        """Return the folders of the chunks that are whole, in order."""
        parts = self.path / PARTS
        return sorted(p for p in parts.glob("[0-9]*") if p.is_dir()) if parts.exists() else []

    def finish(self, manifest: Mapping[str, Any], table_format: Format = "parquet") -> None:
        """Put the chunks together under the public names, then write the manifest."""
        chunks = self.chunks()
        for name in TABLES:
            sources = [chunk / f"{name}.parquet" for chunk in chunks]
            target = self.path / f"{name}.{table_format}"
            with _whole_file(target) as aside:
                if table_format == "parquet":
                    _join_parquet(name, sources, aside)
                else:
                    _join_csv(name, sources, aside)
        with _whole_file(self.path / MANIFEST) as aside:
            aside.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        # every row now stands in the public tables, which are on disk
        shutil.rmtree(self.path / PARTS, ignore_errors=True)

    def manifest(self) -> dict[str, Any]:
        """Return the manifest of a complete run."""
        where = self.path / MANIFEST
        if not where.exists():
            raise RunFolderError(
                f"{self.path} has no {MANIFEST}: it is not a run, or the run did not finish; "
                "name a run's own folder (RUNS/<run_id>)"
            )
        try:
            facts: dict[str, Any] = json.loads(where.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{where} cannot be read: {error}") from error
        if facts.get("run_id") is None or not facts.get("complete"):
            raise RunFolderError(f"{where} is not the manifest of a complete run")
        return facts


def new_run(runs: Path, asof: date) -> RunFolder:
    """Make a new folder `<asof>-<counter>` under `runs`; the first free counter is taken.

    Raises
    ------
    RunFolderError
        If the folder cannot be made.
    """
    with _refusing(runs):
        runs.mkdir(parents=True, exist_ok=True)
        named = re.compile(rf"{asof.isoformat()}-(\d{{4,}})")
        found = (named.fullmatch(path.name) for path in runs.iterdir())
        counter = max((int(match[1]) for match in found if match), default=0) + 1
        while True:
            path = runs / f"{asof.isoformat()}-{counter:04d}"
            try:
                path.mkdir()
            except FileExistsError:  # another run started in the same moment
                counter += 1
                continue
            _force(runs)
            return RunFolder(path)


@contextmanager
def _whole_file(target: Path) -> Iterator[Path]:
    """Yield a path to write to; when the block ends, it becomes `target`, whole and on disk."""
    aside = target.with_name(f".{target.name}.part")
    with _refusing(target):
        if target.exists():
            raise RunFolderError(f"{target} is there already and is never written over")
        yield aside
        _force(aside)
        aside.rename(target)
        _force(target.parent)


@contextmanager
def _refusing(where: Path) -> Iterator[None]:
    """Turn what the file system refuses into one clear error."""
    try:
        yield
    except OSError as error:
        raise RunFolderError(
            f"cannot write {where}: {error.strerror or error}; what was written before is kept. "
            "Name another folder with --out, or make room and rights there"
        ) from error


def _force(path: Path) -> None:
    """Force a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _join_parquet(name: str, sources: list[Path], target: Path) -> None:
    with pq.ParquetWriter(target, TABLES[name]) as writer:
        for source in sources:
            writer.write_table(pq.read_table(source, schema=TABLES[name]))


def _join_csv(name: str, sources: list[Path], target: Path) -> None:
    columns = TABLES[name].names
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for source in sources:
            for row in pq.read_table(source, schema=TABLES[name]).to_pylist():
                writer.writerow([row[column] for column in columns])
