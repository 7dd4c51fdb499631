"""A book at hand: its households planned, swept, compared and looked ahead, each in one call.

Each call is one of the workbench's own; nothing is decided here, and nothing is kept between calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from models.book.book import Book
from models.book.read import read_book
from models.policy import Policy
from optimizer.rebalance import rebalance
from workbench.asked import explained
from workbench.explain import Explanation
from workbench.frontier import planned_frontier, relaxed_frontier, settings
from workbench.notebook.comparison import Comparison
from workbench.notebook.frontiers import Frontier
from workbench.notebook.shown import book_html, book_rows, frame_of
from workbench.notebook.with_term import WithTerm
from workbench.paths import Transition
from workbench.transition import transition


@dataclass(frozen=True, slots=True)
class OpenBook:
    """A book for an analyst; `book` is the book itself."""

    book: Book

    def frame(self) -> pd.DataFrame:
        """Return the households as a DataFrame."""
        return frame_of(book_rows(self.book))

    def policy(self, household_id: str) -> Policy:
        """Return a household's own policy: `dataclasses.replace` makes another one of it."""
        return self.book.policy(self.book.household(household_id).policy_id)

    def plan(self, household_id: str, policy: Policy | None = None) -> Explanation:
        """Plan a household, under its own policy or another, and explain the plan."""
        household = self.book.household(household_id)
        policy = policy or self.policy(household_id)
        return explained(household, policy, rebalance(household, policy))

    def compare(self, household_id: str, policies: Mapping[str, Policy]) -> Comparison:
        """Plan a household under several policies; the first is what the others are held against.

        Raises
        ------
        ValueError
            When there are none.
        """
        if not policies:
            raise ValueError("nothing to compare: name policies, as {'now': policy, ...}")
        plans = {name: self.plan(household_id, policy) for name, policy in policies.items()}
        return Comparison(household_id, plans, dict(policies))

    def plan_with(self, household_id: str, term: Callable[[Any], Any]) -> WithTerm:
        """Plan a household with a term of one's own in cvxpy, beside the plan without it.

        Raises
        ------
        OwnTermError
            When it cannot be planned with (see `optimizer.requests.own_term`).
        """
        from optimizer.requests.own_term import rebalance_with

        household, policy = self.book.household(household_id), self.policy(household_id)
        found = rebalance_with(household, policy, term)
        return WithTerm(
            explained(household, policy, found.plan),
            explained(household, policy, found.without),
            (found.weighed, found.weighed_without),
            found.bound_bps,
        )

    def frontier(
        self,
        household_id: str,
        term: str = "tracking_error",
        between: tuple[float, float] = (0.01, 10.0),
        points: int = 9,
        *,
        plans: bool = False,
    ) -> Frontier:
        """Trace one weight, relaxed or (`plans`) as whole plans."""
        household, policy = self.book.household(household_id), self.policy(household_id)
        weights = settings(policy, term, *between, points)
        traced = planned_frontier if plans else relaxed_frontier
        return Frontier(household_id, term, tuple(traced(household, policy, term, weights)))

    def transition(
        self, household_id: str, years: int = 5, budgets: Sequence[float] = ()
    ) -> Transition:
        """Plan a household year after year under yearly tax budgets."""
        household = self.book.household(household_id)
        return transition(household, self.policy(household_id), years, budgets)

    def _repr_html_(self) -> str:
        return book_html(self.book)


def opened(place: str | Path, asof: date) -> OpenBook:
    """Open the book in a folder as of a date."""
    return OpenBook(read_book(place, asof))
