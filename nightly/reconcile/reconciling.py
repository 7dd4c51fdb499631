"""Two books compared: every difference by household, and who waits for a person because of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from models.book.policies.files import read_policies
from models.book.policies.overrides import with_overrides
from models.book.tables.schema import POLICY_FOLDER
from nightly.reconcile.comparing import comparisons
from nightly.reconcile.kinds import Difference
from nightly.reconcile.shown import Shown, newest, shown
from nightly.results.durable import whole_file

WAIT: Final = "wait"
"""What a policy's `data.differences` says of households that must not be planned."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """All differences, the households compared, and those that wait; `day` is the custodian's."""

    differences: tuple[Difference, ...]
    households: tuple[str, ...]
    waiting: tuple[str, ...]
    day: date | None = None

    @property
    def ready(self) -> tuple[str, ...]:
        """Households that may be planned."""
        return tuple(name for name in self.households if name not in set(self.waiting))

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        kinds = Counter(each.kind.value for each in self.differences)
        return {
            "households": len(self.households),
            "kinds": dict(sorted(kinds.items())),
            "waiting": list(self.waiting),
            "differences": [each.as_data() for each in self.differences],
        }


def reconcile(book: Path, custodian: Path) -> Reconciled:
    """Compare what is expected with what a custodian shows.

    Raises
    ------
    UnusableBookError
        If a book cannot be read.
    """
    ours, theirs = shown(book), shown(custodian)
    found = [
        (comparison.household_id, comparison.differences())
        for comparison in comparisons(ours, theirs)
    ]
    differ = {name for name, differences in found if differences}
    return Reconciled(
        tuple(each for _, differences in found for each in differences),
        tuple(name for name, _ in found),
        tuple(sorted(differ & _who_waits(book, ours))),
        newest(theirs.files.tables["securities"].date("price_date")),
    )


def write_ready(reconciled: Reconciled, out: Path, over: bool = False) -> None:
    """Write the ids of the households that may be planned, one a line, as a file."""
    with whole_file(out, over) as aside:
        aside.write_text("".join(f"{name}\n" for name in reconciled.ready), "utf-8")


def _who_waits(place: Path, book: Shown) -> set[str]:
    """Return the households whose policy lets differences wait; so does one that is faulty."""
    tables, policies = with_overrides(book.files.tables, read_policies(place / POLICY_FOLDER))
    rows = tables["households"]
    waits = set()
    for name, policy_id in zip(rows.texts("household_id"), rows.texts("policy_id"), strict=True):
        file = policies.get(policy_id)
        policy = None if file is None else file.policy
        if policy is None or policy.data.differences == WAIT:
            waits.add(name)
    return waits | ({account.household_id for account in book.accounts.values()} - _known(rows))


def _known(rows: Any) -> set[str]:
    return set(rows.texts("household_id").tolist())
