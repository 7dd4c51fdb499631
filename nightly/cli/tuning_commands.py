"""What `hearth tuning` does: tries a policy on a sample of a run, and says what it would change."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from models.book.policies.files import PolicyFile
from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.tuning_app import Challenger
from nightly.proof.bench import Bench
from nightly.proof.household_record import plain
from nightly.results.durable import refuse_existing, whole_file
from nightly.results.run_folder import RunFolder
from nightly.run.choices import CommandError
from nightly.run.stores import local_folder
from nightly.tuning.edited import edited, fields_of
from nightly.tuning.effect import NAMES, asked_record, effect
from nightly.tuning.sample import sample_of
from nightly.tuning.trial import LIMIT_SECONDS, tried
from nightly.workers.engines import InProcess, Processes
from workbench.wording import counted, number, percent

SHOWN: Final = 20
"""Households of a page, whoever gets worse first; --json has them all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenger, on how many households of which run, by how many workers.

    `book` is where the run's book is now, None being where it was.
    """

    run_folder: Path
    challenger: Challenger
    households: int
    book: str | None
    workers: int


def tuning(asked: Asked, out: tuple[Path | None, bool], as_json: bool) -> int:
    """Try it, write the challenger to the path of `out`, its flag being to write over a file."""
    path, force = out
    refuse_existing(path, force)
    folder = RunFolder(asked.run_folder.resolve())
    with tempfile.TemporaryDirectory(prefix="hearth-tuning-") as scratch:
        place = local_folder(asked.book or folder.manifest()["options"]["book"])
        record, saved = _tried(Bench(folder, place, Path(scratch)), asked)
    if path is not None and saved:
        with whole_file(path, force) as aside:
            aside.write_text(saved, "utf-8")
    if as_json:
        console.say_json(record)
    else:
        _print(record)
    troubled = record["faults"] or (record["effect"] or {}).get("unanswered")
    return TROUBLED if troubled else ANSWERED


def _tried(bench: Bench, asking: Asked) -> tuple[dict[str, Any], str]:
    """Return the record of the page for the same question, and the challenger as a file."""
    if bench.changed:
        raise CommandError("the book has changed since this run: plan again, or name it by --book")
    challenger = asking.challenger
    was = bench.policies.get(challenger.policy)
    if was is None or was.policy is None:
        known = ", ".join(sorted(n for n, file in bench.policies.items() if file.policy))
        raise CommandError(f"--policy {challenger.policy}: choose one of {known}")
    told = _fields(challenger, was)
    asked = edited(was, told, bench.classes)
    sample = sample_of(bench, challenger.policy, asking.households)
    record = asked_record(bench, asked, sample, told, asking.households)
    if asked.file.policy is None:
        return plain(record), ""
    if told:
        if not sample.household_ids:
            raise CommandError(f"no household of the run has policy {challenger.policy}")
        engine = Processes(asking.workers, LIMIT_SECONDS) if asking.workers else InProcess()
        found = tried(bench, bench.book, sample, (was, asked.file), engine=engine)
        record["effect"] = effect(asked, sample, found)
    return plain(record), asked.saved()


def _fields(challenger: Challenger, was: PolicyFile) -> dict[str, str]:
    """Return what differs as the fields of the page have it: `section.key` to text.

    Raises
    ------
    CommandError
        If an option is none, or the file cannot be read.
    """
    fields: dict[str, str] = {}
    if challenger.challenger is not None:
        try:
            fields = fields_of(was, challenger.challenger.read_text("utf-8"))
        except (OSError, UnicodeError) as error:
            raise CommandError(f"--challenger {challenger.challenger}: {error}") from error
    for told in challenger.given or ():
        name, given, value = told.partition("=")
        if not given or "." not in name:
            raise CommandError(f"--set {told}: write it as section.key=value")
        fields[name.strip()] = value.strip()
    return fields


def _print(record: Mapping[str, Any]) -> None:
    page = console.page()
    for line in (*record["faults"], *record["warnings"]):
        page.print(line, soft_wrap=True)
    if record["faults"]:
        return
    for each in record["changed"]:
        now, before = each["now"] or "not given", each["was"] or "not given"
        page.print(f"{each['key']}: {before} → {now}", soft_wrap=True)
    found = record["effect"]
    if found is None:
        keys = _table("key", "default", "here", "what it does")
        for key in record["keys"]:
            name = f"{key['section']}.{key['key']}"
            words = (name, key["default"], key["now"], f"{key['says']} ({key['may_be']})")
            keys.add_row(*words)
        page.print(keys)
        return
    page.print(
        f"{counted(found['households'], 'household')} of {found['of']} with {found['policy_id']}: "
        f"{found['worse']} get worse by the champion's own measure, {found['better']} better",
    )
    measures = _table("median of", "before", *NAMES, "difference", "more", "less", "same")
    for name, row in found["measures"].items():
        cells = [_figure(name, row[each]) for each in ("before", *NAMES, "more")]
        counts = [str(row[each]) for each in ("up", "down", "same")]
        measures.add_row(name.replace("_", " "), *cells, *counts)
    page.print(measures)
    _print_households(page, found)
    if found["binding"]:
        binds = _table("what binds", *(f"{n}: {what}" for n in NAMES for what in ("how many", "$")))
        for row in found["binding"]:
            binds.add_row(row["rule"].replace("_", " "), *_binds(row))
        page.print(binds)


def _print_households(page: Any, found: Mapping[str, Any]) -> None:
    rows = _table("household", "worse (bps)", "by its own", "tracking error", "tickets")
    for row in found["rows"][:SHOWN]:
        pair = [row[name] for name in NAMES]
        rows.add_row(
            row["household_id"],
            number(row["worse_bps"], 2),
            number(row["worse_by_challenger_bps"], 2),
            " → ".join(_figure("tracking_error", each["tracking_error"]) for each in pair),
            " → ".join(str(each["tickets"]) for each in pair),
        )
    page.print(rows)
    for each in found["unanswered"]:
        page.print(f"· {each['household_id']}: {each['why']}", soft_wrap=True)


def _binds(row: Mapping[str, Any]) -> list[str]:
    cells = []
    for name in NAMES:
        price = row[name]["median_price"]
        cells += [str(row[name]["households"]), "" if price is None else number(price, 4)]
    return cells


def _figure(name: str, value: float | None) -> str:
    """Return a figure as the page words it."""
    if value is None:
        return ""
    if name in ("tracking_error", "cash_weight"):
        return f"{number(percent(value), 2)} %"
    return number(value, 2) if name == "tax_bps" else f"{value:,.6g}"


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column(first)
    for name in others:
        words = name in ("default", "here", "what it does")
        table.add_column(name, justify="left" if words else "right")
    return table
