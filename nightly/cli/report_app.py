"""The command that makes documents of a household: `hearth report`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nightly.cli import console
from nightly.cli.options import Decided, Json, Run
from nightly.results.durable import whole_file
from nightly.results.run_folder import RunFolder
from nightly.run.choices import CommandError

if TYPE_CHECKING:
    from nightly.register.fold import Registered

FORMATS = ("html", "pdf", "json")

app = typer.Typer()


@app.command()
def report(
    run_folder: Run,
    household: Decided,
    kind: Annotated[str, typer.Option(help="proposal (for the client) or compliance.")] = (
        "proposal"
    ),
    form: Annotated[str, typer.Option("--format", help="html, pdf or json (its record).")] = "html",
    out: Annotated[Path | None, typer.Option(help="New file [default: standard output].")] = None,
    book: Annotated[
        str | None, typer.Option(help="Where the run's book is now [default: where it was].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a document of HOUSEHOLD's plan in RUN: the client's proposal, or every rule.

    The plan is the stored one, judged again. Every figure is one of the record, which --format json
    writes.
    """
    if form not in FORMATS:
        raise CommandError(f"--format {form!r}: choose one of {', '.join(FORMATS)}")
    if form == "pdf" and out is None and sys.stdout.isatty():
        raise CommandError("a PDF is not for a terminal: add --out FILE")
    if as_json and out is None:
        raise CommandError(
            "--json says what was written: add --out FILE (the record: --format json)"
        )
    folder = RunFolder(run_folder.resolve())
    from nightly.cli.fill_commands import known
    from nightly.register.register import beside

    now, code = known(beside(folder.path))
    content = _made(folder, now, household, (kind, form), book)
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        if out.exists():
            raise CommandError(f"--out {out} is there already: name a new file")
        with whole_file(out) as aside:
            aside.write_bytes(content)
        _say(out, folder.run_id, household, (kind, form), as_json)
    raise typer.Exit(code)


def _say(out: Path, run_id: str, household: str, made: tuple[str, str], as_json: bool) -> None:
    kind, form = made
    if as_json:
        whose = {"run_id": run_id, "household_id": household}
        console.say_json({**whose, "kind": kind, "format": form, "out": str(out)})
    else:
        what = "record" if form == "json" else f"{kind} document"
        console.say(f"{what} of {household} in {run_id}: {out}")


def _made(
    folder: RunFolder, now: Registered, household: str, made: tuple[str, str], book: str | None
) -> bytes:
    from nightly.proof.bench import Bench
    from nightly.proof.household_record import compliance_record
    from nightly.run.stores import local_folder

    kind, form = made
    with tempfile.TemporaryDirectory(prefix="hearth-report-") as scratch:
        place = book or folder.manifest()["options"]["book"]
        bench = Bench(folder, local_folder(place), Path(scratch), [household])
        record = compliance_record(bench, household, now)
    if form == "json":
        return console.document(record).encode()
    try:
        from workbench.pages.documents import as_pdf, document
    except ImportError as error:
        raise CommandError(
            f"documents need packages that are not installed ({error.name}): "
            "pip install -e '.[pdf]'"
        ) from error
    html = document(kind, record)
    return as_pdf(html) if form == "pdf" else html.encode()
