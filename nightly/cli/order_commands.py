"""What the commands about orders do: decide, let leave once, ask back; and how that is told."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.cli.fill_commands import copied, waiting
from nightly.cli.options import AskedBack, Chosen
from nightly.export.cancelling import cancel as ask_back
from nightly.export.sending import Sent, Wish, reconciled, send
from nightly.proof.audit import Difference
from nightly.proof.before_leaving import judged_again
from nightly.register.deciding import (
    Word,
    decide,
    decide_all,
    figures_of,
    plan_rows,
)
from nightly.register.fold import Registered
from nightly.register.looking import waits
from nightly.register.register import beside
from nightly.register.roles import Rights, rights_of, roles_beside
from nightly.register.states import State
from nightly.register.superseded import answered_since
from nightly.results.run_folder import RunFolder
from nightly.run.choices import CommandError, household_list
from nightly.run.request import located
from nightly.run.stores import heed_database
from workbench.wording import counted

LEFT_OUT_SHOWN: Final = 10
"""Households left out that the page lists; `export.json` has them all."""


def decision(
    run: Path,
    named: Sequence[str],
    chosen: Chosen,
    word: Word,
    by: str,
    roles: Path | None,
    as_json: bool,
) -> int:
    """Write decisions down and say so (`hearth approve`, `hearth reject`)."""
    folder = RunFolder(run.resolve())
    rights = _rights(folder, by, roles)
    if len(named) == 1 and chosen == Chosen():
        found = decide(folder, named[0], word, rights)
        copied(beside(folder.path))
        if as_json:
            console.say_json(asdict(found))
        else:
            wait = _still_needed(beside(folder.path).read(), folder.run_id, named[0])
            console.say(
                f"{named[0]} {word.decision} by {found.by}, line {found.number} of the register"
                f"{wait}"
            )
        return ANSWERED
    decided = decide_all(folder, _chosen(folder, named, chosen), word, rights)
    copied(beside(folder.path))
    if as_json:
        console.say_json(
            {"made": [asdict(made) for made in decided.made], "refused": dict(decided.refused)}
        )
    else:
        for name, why in decided.refused.items():
            console.say(f"not {word.decision}: {name}: {why}")
        console.say(f"{counted(len(decided.made), 'plan')} {word.decision} by {rights.person}")
    return TROUBLED if decided.refused else ANSWERED


def export(
    run: Path,
    wanted: tuple[str, Path | None, str, bool, date | None],
    book: str | None,
    roles: Path | None,
    as_json: bool,
    book_again: bool = False,
) -> int:
    """Let the approved orders of a run leave, and say what left and what did not."""
    from optimizer.judge.verify import verify

    form, out, by, again, prices_of = wanted
    folder = RunFolder(run.resolve())
    place = None if book is None else located(book)

    def judged(households: Sequence[str]) -> list[Difference]:
        return judged_again(folder, households, place, verify)

    rights = _rights(folder, by or getpass.getuser(), roles)
    wish = Wish(form, out, rights, "exported", again, prices_of)
    sent = reconciled(folder, wish) if book_again else send(folder, wish, judged, waiting)
    copied(beside(folder.path))
    if as_json:
        found = None if sent.place is None else str(sent.place)
        mended = [{"folder": where, "what": what} for where, what in sent.finished]
        console.say_json({"folder": found, **sent.facts, "finished": mended})
        return ANSWERED
    for line in _booked_again_lines(sent) if book_again else _export_lines(sent):
        console.say(line)
    return ANSWERED


def cancel(
    run: Path, households: Sequence[str], asked: AskedBack, roles: Path | None, as_json: bool
) -> int:
    """Ask orders back, and say where the requests are."""
    folder = RunFolder(run.resolve())
    rights = _rights(folder, asked.by, roles)
    wish = Wish(asked.table_format, asked.out, rights, asked.why, asked.again, sent_as=asked.sent)
    place, facts = ask_back(folder, set(households), set(asked.ticket or ()), wish)
    copied(beside(folder.path))
    if as_json:
        console.say_json({"folder": str(place), **facts})
        return ANSWERED
    money = facts["movements"]
    also = f" and {counted(len(money), 'movement')} of money" if money else ""
    console.say(
        f"cancel requests for {counted(len(facts['cancels']), 'ticket')} "
        f"({counted(len(facts['blocks']), 'whole block')}){also}, in {place}; they are cancelled "
        "when the market or the custodian says so: hearth fills"
    )
    if facts["either"]:
        console.say(
            f"whether tickets or blocks were sent is not known of "
            f"{counted(len(facts['either']), 'block')}: send cancels where tickets were, "
            "block_cancels where blocks were, never both"
        )
    return ANSWERED


def _booked_again_lines(sent: Sent) -> Iterator[str]:
    yield from (f"{what}: {where}" for where, what in sent.finished)
    yield from sent.notes
    yield f"{counted(len(sent.finished), 'export')} booked again"


def _export_lines(sent: Sent) -> Iterator[str]:
    facts = sent.facts
    yield from (f"note: {note}" for note in sent.notes)
    for where, what in sent.finished:
        yield f"note: {where} of an export that was cut short: {what}"
    for household, rules in facts["overridden"].items():
        yield f"overridden on purpose: {household}: {', '.join(rules)}"
    for household, why in list(facts["left_out"].items())[:LEFT_OUT_SHOWN]:
        yield f"left out: {household}: {why}"
    if len(facts["left_out"]) > LEFT_OUT_SHOWN:
        yield f"and {len(facts['left_out']) - LEFT_OUT_SHOWN} more: see export.json, or --json"
    if sent.place is None:
        before = counted(facts["sent_before"], "ticket")
        more = "; --again writes what is under way once more" if facts["sent_before"] else ""
        yield f"nothing new: {before} of {facts['run_id']} left before{more}"
        return
    said = " once more, as possible duplicates" if facts["possible_duplicates"] else ""
    yield (
        f"{counted(facts['tickets'], 'ticket')} of {counted(facts['households'], 'household')}, "
        f"in {counted(facts['blocks'], 'block')}, in {sent.place}{said}; "
        "send either tickets or blocks"
    )
    if facts.get("prices_days", 0) > 0:
        yield f"prices are of {facts['prices_of']}, {counted(facts['prices_days'], 'day')} ago"
    if facts["movements"]:
        usd = Decimal(facts["moved_usd"])
        yield (
            f"{counted(facts['movements'], 'movement')} of money, ${usd:,.2f} in all: money.csv; "
            "once it has moved, book that with hearth fills"
        )


def _chosen(folder: RunFolder, named: Sequence[str], chosen: Chosen) -> list[str]:
    """Return the households that a command names, in a file, by what they come to, or as waiting.

    Raises
    ------
    CommandError
        If nobody is chosen.
    """
    listed = None if chosen.households is None else household_list(chosen.households)
    names = list(dict.fromkeys([*named, *(listed or ())]))
    filtered = chosen.waiting or chosen.policy is not None or bool(chosen.limits)
    if not filtered:
        if not names:
            raise CommandError("name households, a file with --households, or --waiting")
        return names
    registered = beside(folder.path).read()
    rows = plan_rows(folder, names or None)
    since = answered_since(folder, registered)
    found = [
        name
        for name, row in sorted(rows.items())
        if waits(registered, folder.run_id, name)
        and name not in since
        and chosen.policy in (None, row["policy_id"])
        and all(figures_of(row)[limit] <= most for limit, most in chosen.limits.items())
    ]
    if not found:
        raise CommandError("no plan that waits for a person is like that")
    return found


def _still_needed(now: Registered, run_id: str, name: str) -> str:
    plan = now.plans[run_id, name]
    if plan.state is not State.PROPOSED or not plan.decisions:
        return ""
    rest = plan.decisions[-1].needed - len(plan.approvers)
    return f"; {counted(rest, 'more person')} must approve it"


def _rights(folder: RunFolder, person: str, roles: Path | None) -> Rights:
    if roles is not None and not roles.exists():
        raise CommandError(f"--roles {roles}: there is no such file")
    heed_database(beside(folder.path).path)
    return rights_of(person, roles_beside(folder.path.parent, roles))
