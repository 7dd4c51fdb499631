"""Files that are whole, named once and on disk, and one clear error where a disk refuses."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import RunFolderError


def refuse_existing(target: Path | None, force: bool = False) -> None:
    """Raise `RunFolderError` where a file is there that nobody asked to write over."""
    if target is not None and target.exists() and not (force and target.is_file()):
        raise RunFolderError(f"{target} is there already: name another, or --force writes over it")


@contextmanager
def whole_file(target: Path, over: bool = False) -> Iterator[Path]:
    """Yield a path to write to; when the block ends, it becomes `target`, whole and on disk.

    A file that is there stays, unless it is to be written over.
    """
    aside = target.with_name(f".{target.name}.part")
    with refusing(target):
        refuse_existing(target, over)
        yield aside
        force(aside)
        aside.rename(target)
        force(target.parent)


@contextmanager
def refusing(where: Path) -> Iterator[None]:
    """Turn what the file system refuses into one clear error."""
    try:
        yield
    except OSError as error:
        told = error.strerror or error
        if isinstance(error, shutil.Error):  # a list of what failed, each with its own words
            told = f"{len(error.args[0])} files, the first: {error.args[0][0][-1]}"
        raise RunFolderError(
            f"cannot write {where}: {told}; what was written before is kept. "
            "Make room and rights there and try again (a run goes on with --resume), or name "
            "another folder with --out"
        ) from error


def force(path: Path) -> None:
    """Force a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
