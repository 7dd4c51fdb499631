"""What `hearth approve`, `reject` and `export` do, and how they say it."""

from __future__ import annotations

import csv
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from pathlib import Path

from nightly.cli import console
from nightly.export.files import export_files
from nightly.export.tickets import leaving
from nightly.results.decisions import decide
from nightly.results.run_folder import RunFolder
from nightly.run.choices import CommandError
from workbench.wording import counted

SHOWN = 10
"""Households left out that the page lists; `export.json` has them all."""


def decision(run: Path, household: str, made: str, by: str, why: str, as_json: bool) -> int:
    """Write a decision down and say so."""
    found = decide(RunFolder(run.resolve()), household, made, by, why)
    if as_json:
        console.say_json(asdict(found))
    else:
        print(f"{household} {made} by {found.by}, decision {found.number} of {run.resolve().name}")
    return 0


def export(run: Path, form: str, out: Path | None, fills: Path | None, as_json: bool) -> int:
    """Write the files of an export and say what is in them and what is not."""
    folder = RunFolder(run.resolve())
    found = leaving(folder)
    given = None if fills is None else read_fills(fills)
    place, facts = export_files(folder, found, form, out, given)
    if as_json:
        console.say_json({"folder": str(place), **facts})
        return 0
    for household, why in list(facts["left_out"].items())[:SHOWN]:
        print(f"left out: {household}: {why}")
    if len(facts["left_out"]) > SHOWN:
        print(f"and {len(facts['left_out']) - SHOWN} more: see export.json")
    if given is not None:
        filled = counted(len(given), "block")
        print(f"fills of {filled} allocated to {counted(facts['tickets'], 'ticket')}, in {place}")
        return 0
    for other, count in facts["exported_beside"].items():
        print(
            f"note: {other} of the same date was exported too, with orders of "
            f"{counted(count, 'household')} that are here again: send one run's only"
        )
    print(
        f"{counted(facts['tickets'], 'ticket')} of {counted(facts['households'], 'household')}, "
        f"in {counted(facts['blocks'], 'block')}, in {place}; send either tickets or blocks"
    )
    return 0


def read_fills(path: Path) -> dict[str, Decimal]:
    """Return filled shares by block from a CSV of block_id and shares; several fills add up.

    Raises
    ------
    CommandError
        If the file cannot be read as that.
    """
    fills: dict[str, Decimal] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                block, shares = row["block_id"], Decimal(row["shares"])
                if not shares.is_finite():
                    raise ValueError(f"{shares} shares of {block}")
                fills[block] = fills.get(block, Decimal(0)) + shares
    except (OSError, ValueError, KeyError, TypeError, InvalidOperation) as error:
        raise CommandError(
            f"--fills {path}: a CSV with the columns block_id and shares is needed ({error})"
        ) from error
    return fills
