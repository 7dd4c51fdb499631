"""Cash that a target asks for, and that a plan leaves out because the book says it earns less."""

from __future__ import annotations

from collections.abc import Iterator

from models.drag_reference import best_cash_yield
from models.market import CASH
from optimizer.judge.case import Case
from optimizer.settings import LESS_CASH


def short_of_cash(case: Case) -> Iterator[str]:
    """Yield of each target that weights cash, and has less of it, what its cash is taken to earn.

    Idle cash costs what the best cash earns beside it. Where a target asks for cash, a book that
    does not say what it earns makes all of it idle, and a plan buys bonds for it.
    """
    best, held = best_cash_yield(case.household), case.held
    funds = case.household.market.securities.money_market[held.securities]
    cash = held.cash_after + held.after[:, funds] @ held.price[funds]
    for group in case.groups:
        target = group.target
        if CASH not in target.classes or group.after_usd <= 0.0:
            continue
        wanted = float(target.class_weights[target.classes.index(CASH)])
        left = float(cash[group.accounts].sum()) / group.after_usd
        earned = float(case.household.accounts.cash_yield[group.accounts].max())
        if left < wanted - LESS_CASH and earned < best:
            yield (
                f"{target.target_id} asks for {wanted:.1%} of cash and {left:.1%} is left: the "
                f"book says that cash earns {earned:.2%} a year there, where {best:.2%} is to be "
                "had; if it earns more, say so in accounts.cash_yield"
            )
