"""What a replay of nearly the same orders spares changes nothing that the judge finds."""

from __future__ import annotations

from pathlib import Path

from models.book import read_book
from optimizer.explain.worth import remaining
from optimizer.judge.verify import judged, verify
from optimizer.rebalance import rebalance
from scenarios.synthetic import ASOF, generate_book

WASHED = ("mixed-0000025", "mixed-0000032")
"""Households of the book whose plans sell what was bought lately."""


def test_orders_judged_like_others_are_judged_the_same(tmp_path: Path) -> None:
    """Each order of a plan left out, with half of its account's buys or none: as from nothing."""
    generate_book(tmp_path, 33, "mixed", 7)
    book = read_book(tmp_path, ASOF)
    spared = again = 0
    for household_id in WASHED:
        household = book.household(household_id)
        policy = book.policy(household.policy_id)
        plan = rebalance(household, policy)
        verdict = verify(household, policy, plan.orders, plan.flows)
        for place in range(len(plan.orders)):
            orders = remaining(plan.orders, place, 0.5 * (place % 2))
            anew = judged(verdict.bench, orders, plan.flows)
            alike = judged(verdict.bench, orders, plan.flows, like=verdict.ledger)
            assert alike.figures == anew.figures
            assert alike.breaches == anew.breaches
            assert alike.objective_usd == anew.objective_usd
            for part in ("orders", "washes", "units", "cash", "sold", "change", "lockouts"):
                assert getattr(alike.ledger, part) == getattr(anew.ledger, part), part
            for group, replayed in alike.ledger.washes.replays.items():
                same = replayed is verdict.ledger.washes.replays.get(group)
                spared, again = spared + same, again + (not same)
    assert spared > 100
    assert again > 0
