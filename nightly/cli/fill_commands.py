"""What `hearth fills` does: book the market's answers, and tell row by row what does not fit."""

from __future__ import annotations

import getpass
from decimal import Decimal
from pathlib import Path

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.fills.booking import Booked, book, looked_at, write_allocations
from nightly.fills.money import book_money, money_looked_at, says_of_money
from nightly.fills.reports import AnswersFile, file_at
from nightly.register.fold import Registered
from nightly.register.register import NAME, Register
from nightly.register.roles import Rights
from nightly.register.whole import remedy
from nightly.results.durable import refuse_existing
from nightly.run.choices import CommandError
from nightly.run.stores import heed_database, register_copied
from workbench.wording import counted


def register_at(place: Path) -> Register:
    """Return the register that is meant: its file, or the one in a folder of runs.

    A folder without one is of runs of which nothing was decided yet.

    Raises
    ------
    CommandError
        If nothing is there.
    """
    where = place.resolve()
    if not where.exists():
        raise CommandError(f"--register {place}: there is no such file or folder")
    register = Register(where / NAME if where.is_dir() else where)
    heed_database(register.path)
    return register


def known(register: Register) -> tuple[Registered, int]:
    """Return what a register holds, and the exit code: 1 where it lost lines, which is said."""
    heed_database(register.path)
    now = register.read()
    found = register.lost(now)
    if found:
        console.warn(f"{found}. {remedy(register.path)}")
    return now, TROUBLED if found else ANSWERED


def fills(
    file: Path, place: Path, by: str, tolerance: float, to: tuple[Path | None, bool], as_json: bool
) -> int:
    """Book a file of answers; 1 if a row was refused.

    `to` is the file of allocations and whether one that is there is written over: refused before
    anything is booked.
    """
    out, force = to
    refuse_existing(out, force)
    rights = Rights(by.strip() or getpass.getuser())
    register = register_at(place)
    answers = file_at(file)
    if says_of_money(answers.content):
        return _money(register, file, answers, rights, as_json)
    booked = book(register, answers, rights, Decimal(repr(tolerance)), waiting)
    copied(register)
    if out is not None:
        write_allocations(booked, out, force)
    if as_json:
        console.say_json({"file": str(file), "register": str(register.path), **booked.as_data()})
    else:
        _say(booked)
    return TROUBLED if booked.fitted.refused else ANSWERED


def preview(file: Path, place: Path, tolerance: float, as_json: bool) -> int:
    """Say what booking a file of answers would come to, and book nothing; 1 if a row would not."""
    register, answers = register_at(place), file_at(file)
    now, code = known(register)
    if says_of_money(answers.content):
        told = money_looked_at(now, answers)
        booked, states = len(told["booked"]), told["money"]
    else:
        found = looked_at(now, answers, Decimal(repr(tolerance)))
        told, states = found.as_data(), found.standing
        booked = len(told["booked"])
    if as_json:
        console.say_json({"file": str(file), "register": str(register.path), **told})
    else:
        for row in told["refused"]:
            console.say(f"would be refused: {row['place']}: {row['order']}: {row['why']}")
        for row in told.get("moved", ()):
            console.say(
                f"{row['ticket_id']}: {row['state_before']} → {row['state']}, "
                f"{row['filled_before']} → {row['filled']} of {row['shares']} shares"
            )
        console.say(
            f"nothing is booked; {counted(booked, 'answer')} would be, "
            f"{counted(told['repeated'], 'row')} known before, {len(told['refused'])} refused; "
            f"then: {', '.join(f'{n} {state}' for state, n in states.items()) or 'none'}"
        )
    return TROUBLED if told["refused"] else code


def _money(
    register: Register, file: Path, answers: AnswersFile, rights: Rights, as_json: bool
) -> int:
    told = book_money(register, answers, rights, waiting)
    copied(register)
    if as_json:
        console.say_json({"file": str(file), "register": str(register.path), **told})
    else:
        for row in told["refused"]:
            console.say(f"refused: {row['place']}: {row['order']}: {row['why']}")
        states = ", ".join(f"{count} {state}" for state, count in told["money"].items())
        console.say(
            f"{counted(len(told['booked']), 'answer')} booked; "
            f"{counted(told['repeated'], 'row')} known before, {len(told['refused'])} refused; "
            f"movements of money now: {states or 'none'}"
        )
    return TROUBLED if told["refused"] else ANSWERED


def _say(booked: Booked) -> None:
    found = booked.fitted
    for misfit in found.refused:
        console.say(f"refused: {misfit.place}: {misfit.order}: {misfit.why}")
    shares = sum(1 for answer in found.answers if answer.fill is not None)
    states = ", ".join(f"{count} {state}" for state, count in booked.standing.items())
    if booked.corrected:
        console.say(f"{counted(len(booked.corrected), 'fill')} corrected in day or price")
    console.say(
        f"{counted(len(found.answers), 'answer')} booked, {shares} of them fills; "
        f"{counted(found.repeated, 'row')} known before, {len(found.refused)} refused; "
        f"tickets now: {states or 'none'}"
    )


def waiting() -> None:
    """Say that another process writes to the register."""
    console.warn("another process writes to the register; waiting for it")


def copied(register: Register) -> None:
    """Let the database follow that the runs come from, if they do, and say if it does not."""
    untold = register_copied(register.path)
    if untold:
        console.warn(f"{untold}; the next command tries again")
