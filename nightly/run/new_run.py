"""Where a run's folder comes from: made whole with its request in it, or found by its name.

A run may be killed in its first moment. So its folder is prepared under a hidden name and takes
its own with one rename: whatever run can be seen can go on.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from models.errors import RunFolderError
from nightly.results.durable import force, refusing
from nightly.results.run_folder import REQUEST, WORK, RunFolder


def new_run(
    runs: Path,
    asof: date,
    asked: Mapping[str, Any],
    taken: Callable[[str], bool] = lambda run_id: False,
) -> RunFolder:
    """Make a new folder `<asof>-<counter>` under `runs`; the first free counter is taken.

    `asked` is written down in it; `taken` says which ids are in use elsewhere.

    Raises
    ------
    RunFolderError
        If the folder cannot be made.
    """
    with refusing(runs):
        runs.mkdir(parents=True, exist_ok=True)
        aside = runs / f".new-{uuid4().hex}"
        try:
            _write_request(aside, asked)
            found = _named(aside, runs, asof, taken)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        force(runs)
        return found


def find_run(runs: Path, named: str) -> RunFolder:
    """Return the run that is named by its folder, or by its id under `runs`.

    Raises
    ------
    RunFolderError
        If there is no such folder.
    """
    for path in (runs / named, Path(named)):
        if path.is_dir():
            return RunFolder(path.resolve())
    raise RunFolderError(f"no run {named!r}: it is neither a folder nor the id of one in {runs}")


def _write_request(folder: Path, asked: Mapping[str, Any]) -> None:
    (folder / WORK).mkdir(parents=True)
    (folder / WORK / REQUEST).write_text(json.dumps(asked, ensure_ascii=False) + "\n", "utf-8")
    for path in (folder / WORK / REQUEST, folder / WORK, folder):
        force(path)


def _named(aside: Path, runs: Path, asof: date, taken: Callable[[str], bool]) -> RunFolder:
    """Give the folder the first free name; one that is there with anything in it stays."""
    pattern = re.compile(rf"{asof.isoformat()}-(\d{{4,}})")
    found = (pattern.fullmatch(path.name) for path in runs.iterdir())
    counter = max((int(match[1]) for match in found if match), default=0)
    while True:
        counter += 1
        path = runs / f"{asof.isoformat()}-{counter:04d}"
        if path.exists() or taken(path.name):
            continue
        try:
            return RunFolder(aside.rename(path))
        except OSError:
            if not path.exists():
                raise
            # else another run took the name in the same moment
