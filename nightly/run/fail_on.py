"""Which findings of a night give its exit code 1, as kinds that a command may choose.

A scheduler looks at one figure. The default counts what nobody would call a night's work done:
households that failed or were refused, rows of the book that belong to nobody (a lot that is left
out makes a plan that looks like any other), tables that lost all their rows and households that
left the book since the last run, securities that no plan can buy (all turn to others), data that
may be as it is and that a person should look at, earlier runs that cannot be read, a register of
orders that lost lines or that its database does not follow, and a night whose answer to more than
half of the households is that their data is wrong (stale prices; the file of another day). A few
`invalid` or `infeasible` households are answers: some are in every large book, and a code that is 1
every night is read by nobody. Refused: a share of invalid households that each may set; `invalid`
says any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from models.plan import Status
from nightly.results.run_folder import LOST
from nightly.run.choices import CommandError
from workbench.wording import counted

ORPHANS: Final = "orphans"
UNCERTAIN: Final = "uncertain"
EMPTIED: Final = "emptied"
GONE: Final = "gone"
NOT_BOUGHT: Final = "not-bought"
UNREADABLE: Final = "unreadable-run"
CUT_BACK: Final = "cut-back-register"
NOT_COPIED: Final = "register-not-copied"
MOSTLY_INVALID: Final = "mostly-invalid"

MOSTLY: Final = 0.5
"""Share of invalid households past which they speak against the night's inputs, not against theirs.
Chosen, not measured: one wrong file reaches nearly all, one custodian's fault a minority."""

STATUSES: Final = (Status.FAILED, Status.REFUSED, Status.INVALID, Status.INFEASIBLE)
KINDS: Final = (
    *(status.value for status in STATUSES),
    MOSTLY_INVALID,
    ORPHANS,
    EMPTIED,
    GONE,
    NOT_BOUGHT,
    UNCERTAIN,
    UNREADABLE,
    CUT_BACK,
    NOT_COPIED,
)
NOTHING: Final = "none"

REMEDIES: Final[Mapping[str, str]] = {
    MOSTLY_INVALID: "hearth check says what they share; mend it and run the night again",
    ORPHANS: "hearth check names them",
    EMPTIED: "if that is not meant, put the rows back and run the night again",
    GONE: "who did not leave is planned again once the book has their rows",
    NOT_BOUGHT: "mend their rows of securities, or say tradable = false where it is meant",
    UNCERTAIN: "hearth alerts names them",
    UNREADABLE: "put it back from a copy and run the night again: what it left is not known",
    CUT_BACK: "it was put back from an older copy, or cut short, or is another's, and this night "
    "knew nothing of what is missing: fetch the newest copy, or go on without (hearth export RUN "
    "--book-again), and run the night again; until then nothing leaves and nobody decides",
    NOT_COPIED: "mend that, and the next command tries again; where the database has other lines, "
    "the register here was put back or changed: fetch the newest copy before anything leaves",
}
"""What would do, for what a night has that is no single household's answer."""

BARRED_SHOWN: Final = 5
"""Securities that the page names of those that no plan can buy."""

GONE_SHOWN: Final = 20
"""Households that the page names of those that a book no longer has."""

DEFAULT: Final = ",".join(
    (
        *(Status.FAILED.value, Status.REFUSED.value),
        *(MOSTLY_INVALID, ORPHANS, EMPTIED, GONE, NOT_BOUGHT, UNCERTAIN, UNREADABLE),
        *(CUT_BACK, NOT_COPIED),
    )
)


def kinds_of(said: str) -> frozenset[str]:
    """Return the kinds of a list with commas, `none` being no kind.

    Raises
    ------
    CommandError
        If a kind is not known, or `none` stands beside another.
    """
    kinds = frozenset(name.strip() for name in said.split(","))
    if kinds == {NOTHING}:
        return frozenset()
    unknown = sorted(kinds - set(KINDS))
    if unknown:
        raise CommandError(
            f"--fail-on {', '.join(map(repr, unknown))}: choose from {', '.join(KINDS)}, "
            f"or {NOTHING} alone"
        )
    return kinds


def found_of(facts: Mapping[str, Any], uncertain: int = 0) -> dict[str, str]:
    """Return what a night has of each kind, in words; kinds of which it has nothing are absent.

    `facts` is the manifest of the run, whose older ones lack some, and `uncertain` how many
    households are.
    """
    counts, inputs = facts.get("counts", {}), facts.get("inputs", {})
    found = {
        status.value: f"{counts[status]} {status.value}"
        for status in STATUSES
        if counts.get(status, 0)
    }
    invalid, households = counts.get(Status.INVALID, 0), facts.get("households", 0)
    if invalid > MOSTLY * households:
        found[MOSTLY_INVALID] = f"{invalid} of {households} households invalid"
    if uncertain:
        who = counted(uncertain, "household")
        found[UNCERTAIN] = f"{who} uncertain: data that a person should look at"
    if unreadable := facts.get("unreadable_runs"):
        found[UNREADABLE] = "; ".join(unreadable)
    if lost := facts.get(LOST):
        found[CUT_BACK] = lost
    if untold := facts.get("register_untold"):
        found[NOT_COPIED] = untold
    if emptied := facts.get("emptied"):
        each = ", ".join(f"{table} ({count} then)" for table, count in sorted(emptied.items()))
        found[EMPTIED] = f"no row where the last run's book had some: {each}"
    if gone := facts.get("gone"):
        found[GONE] = _gone_in_words(gone)
    if not_bought := facts.get("not_bought"):
        names = [f"{name} ({why})" for name, why in sorted(not_bought.items())]
        rest = f"; and {len(names) - BARRED_SHOWN} more" if len(names) > BARRED_SHOWN else ""
        shown = "; ".join(names[:BARRED_SHOWN])
        found[NOT_BOUGHT] = f"bought by no plan, for faulty data: {shown}{rest}"
    if lost := _orphans_in_words(inputs.get("orphan_rows", {})):
        found[ORPHANS] = lost
    return found


def of_the_night(found: Mapping[str, str]) -> dict[str, str]:
    """Return what was found that is no single household's answer, each with what would do."""
    return {kind: f"{found[kind]}; {remedy}" for kind, remedy in REMEDIES.items() if kind in found}


def _gone_in_words(gone: Mapping[str, Any]) -> str:
    """Return how many households a book no longer has, and the first of them by name."""
    shown = gone["named"][:GONE_SHOWN]
    rest = gone["households"] - len(shown)
    who = counted(gone["households"], "household")
    names = ", ".join(shown) + (f" and {rest} more" if rest else "")
    return f"{who} of {gone['run_id']} not in this book: {names}"


def _orphans_in_words(orphan_rows: Mapping[str, int]) -> str:
    """Return how many rows of each table belong to nobody, empty where every row has a household.

    `orphan_rows` is a count of rows by table.
    """
    lost = sorted((table, count) for table, count in orphan_rows.items() if count)
    each = ", ".join(f"{count} of {table}" for table, count in lost)
    return f"rows that belong to no household: {each}" if each else ""
