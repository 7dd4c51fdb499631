"""What `hearth import` and `hearth book new` do: call one thing, say it, return its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from models.book.tables.schema import HOUSEHOLD_FOLDER
from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED
from nightly.custodian.shapes import CUSTODIANS
from nightly.custodian.statement import ImportRefusedError
from nightly.intake.importing import Asked, Imported, import_files
from nightly.run.choices import CommandError


def custodian_and_files(said: Sequence[str]) -> tuple[str | None, list[Path]]:
    """Return the custodian, where the first word is one, and the files; a folder's are all of it.

    Raises
    ------
    CommandError
        No file is named, or one is not there.
    """
    named = said[0] if said and said[0] in CUSTODIANS and not Path(said[0]).exists() else None
    files: list[Path] = []
    for word in said[1:] if named else said:
        path = Path(word)
        if not path.exists():
            known = ", ".join(CUSTODIANS)
            raise CommandError(f"there is no file {word}, and it is no custodian ({known})")
        inside = sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else []
        files += inside or [path]
    if not files:
        raise CommandError("name the files that the custodian's site gave")
    return named, files


def totals_of(said: Sequence[str]) -> dict[str, Decimal]:
    """Return totals by account of `ACCOUNT=USD`.

    Raises
    ------
    CommandError
        One is not of that form.
    """
    totals = {}
    for each in said:
        account, equal, usd = each.rpartition("=")
        try:
            totals[account] = Decimal(usd.replace(",", "").removeprefix("$"))
        except InvalidOperation as error:
            raise CommandError(f"--total {each}: say ACCOUNT=USD, such as 1234=56789.01") from error
        if not equal or not account:
            raise CommandError(f"--total {each}: say ACCOUNT=USD, such as 1234=56789.01")
    return totals


def import_into(asked: Asked, as_json: bool) -> int:
    """Import files into a book (`hearth import`)."""
    done = import_files(asked)
    if as_json:
        console.say_json(_data(done))
        return ANSWERED
    for told in done.told:
        console.say(f"· {told}")
    for difference in done.differences:
        console.say(f"! {difference}")
    for line in done.accounts:
        more = f", {line.left_out:,.2f} left out" if line.left_out else ""
        console.say(
            f"{line.account_id}: {line.custodian}, {line.asof}: {line.positions} positions, "
            f"{line.lots} lots, cash {line.cash:,.2f}, value {line.value:,.2f}{more}"
        )
    total = sum((line.value for line in done.accounts), Decimal(0))
    state = "reconciled" if not done.differences else f"{len(done.differences)} differences"
    wrote = f"wrote {', '.join(done.changed)}" if done.changed else "nothing new"
    console.say(f"{done.household}: {total:,.2f}; {state}; {wrote}")
    console.say(f"try: hearth plan {asked.into} {done.household}")
    return ANSWERED


def _data(done: Imported) -> dict[str, Any]:
    return {
        "household": done.household,
        "accounts": [
            {
                "account_id": line.account_id,
                "custodian": line.custodian,
                "asof": line.asof.isoformat(),
                "positions": line.positions,
                "lots": line.lots,
                "cash": str(line.cash),
                "value": str(line.value),
                "left_out": str(line.left_out),
            }
            for line in done.accounts
        ],
        "told": list(done.told),
        "differences": [str(each) for each in done.differences],
        "changed": list(done.changed),
    }


QUESTIONS = (
    ("filing_status", "How does the household file (single, mfj, mfs, hoh)?", "mfj"),
    ("ordinary_income", "Ordinary income of a year, after deductions, dollars?", "150000"),
    ("state_rate", "State tax rate, as a fraction (0.05)?", "0.05"),
    ("target", "Target: a model's name?", "three-fund-60-40"),
)


def new_household(book: Path, name: str, answers: dict[str, str], owners: Sequence[str]) -> int:
    """Write a household file (`hearth book new`); what is there is never written over."""
    from nightly.intake.household_reader import read_household_file

    path = book / HOUSEHOLD_FOLDER / f"{name}.toml"
    if path.exists():
        raise CommandError(f"{path} is there already: change it as a text file")
    lines = []
    for key, _, usual in QUESTIONS:
        answer = answers.get(key, usual)
        quoted = key in ("filing_status", "target")
        lines.append(f'{key} = "{answer}"' if quoted else f"{key} = {answer}")
    for said in owners:
        owner, _, born = said.partition("=")
        lines.append(f"\n[owners.{owner}]" + (f"\nborn = {_day(born)}" if born else ""))
    lines.append(
        "\n# An account each: `hearth import` names those that it does not find.\n"
        '# [accounts.joint]\n# number = "1234"\n# type = "taxable"\n# owner = "both"'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    try:
        read_household_file(path)
    except ImportRefusedError:
        path.unlink()
        raise
    console.say(f"{path}; then: hearth import FILES --into {book} --household {name}")
    return ANSWERED


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no date such as 1968-03-04") from error
