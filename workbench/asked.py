"""What was asked of a household, as data and on the page: the plan, and what asking changed.

Figures come with the answer; what is added here is only laid out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from models.answer import Answer
from models.household import Household
from models.plan import Plan
from models.policy import Policy
from optimizer.judge.verify import verify
from workbench.explain import Explanation, explain
from workbench.screen_tables import short_name
from workbench.unit_tax import unit_line
from workbench.wording import money, number, percent, plain

ORDERS_SHOWN: Final = 12
"""Orders that differ on the page; `--json` has them all."""


def explained(household: Household, policy: Policy, plan: Plan) -> Explanation:
    """Return a plan explained, with its tax lines where it has figures."""
    units = []
    if plan.figures is not None:
        verdict = verify(household, policy, plan.orders, plan.flows)
        units = [unit_line(household, u, judged) for u, judged in enumerate(verdict.units)]
    return explain(household, policy, plan, units)


def answer_document(answer: Answer) -> dict[str, Any]:
    """Return an answer as JSON-ready data: the plan explained, and what asking changed."""
    told = explained(answer.household, answer.policy, answer.plan).as_data()
    return {**told, "asked": answer.as_data()}


def answer_sections(answer: Answer) -> Iterable[tuple[str, RenderableType]]:
    """Yield titles and tables of what was asked and what it changed."""
    name = answer.household.household_id
    yield f"asked ({answer.request.sha256[:12]})", Text(_words(answer))
    if answer.plan.clashes:
        yield "cannot be kept together", _clashes(answer)
    if answer.remedies:
        yield "tried, and works", Text("\n".join(plain(f"· {e.words}") for e in answer.remedies))
    change = answer.difference
    if answer.plan.figures is not None and answer.standing.figures is not None:
        yield "beside the plan without it", _figures(change.figures)
        yield "objective beside it ($)", _pairs(change.terms_usd)
        if change.orders:
            yield "orders that differ (shares)", _orders(answer, name)
        for title, bound in (("began to bind", change.began), ("ceased to bind", change.ceased)):
            if bound:
                yield (
                    title,
                    Text("\n".join(plain(f"· {r} at {short_name(w, name)}") for r, w in bound)),
                )


def _words(answer: Answer) -> str:
    said = [f"{key} = {_as_written(value)}" for key, value in answer.request.as_data().items()]
    asked = answer.household.asked
    if asked is not None and asked.set_aside_usd:
        said.append(f"raised beside it for tax: ${asked.set_aside_usd:,.2f}")
    return "\n".join(plain(f"· {line}") for line in said)


def _as_written(value: Any) -> str:
    """Return a value as a file of a request has it: 50000, true, ["VTI"]."""
    return f"{value:.12g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _clashes(answer: Answer) -> Table:
    table = _table("rule", "whose", "would have to give ($)", "at least")
    for clash in answer.plan.clashes:
        figure = "" if clash.figure is None else f"{clash.figure:,.6g}"
        gives = "" if clash.gives_usd is None else money(clash.gives_usd)
        table.add_row(clash.rule, clash.whose, gives, figure)
    return table


def _figures(figures: Mapping[str, tuple[float | None, float | None]]) -> Table:
    table = _table("figure", "without", "asked")
    for name, pair in figures.items():
        if name.startswith("te_"):
            cells = ["" if each is None else number(percent(each), 3) + " %" for each in pair]
        elif name.endswith("_bps"):
            cells = ["" if each is None else number(each, 3) for each in pair]
        else:
            cells = ["" if each is None else number(each, 2) for each in pair]
        table.add_row(name, *cells)
    return table


def _pairs(terms: Mapping[str, tuple[float | None, float | None]]) -> Table:
    table = _table("term", "without", "asked")
    for name, (standing, asked) in terms.items():
        table.add_row(name.replace("_", " "), money(standing), money(asked))
    return table


def _parts(order_id: str, accounts: Iterable[str]) -> tuple[str, str, str]:
    """Return account, security and side of an order's id; the ids in it may have slashes."""
    place, _, side = order_id.partition("/")[2].rpartition("/")
    account = max((name for name in accounts if place.startswith(f"{name}/")), key=len)
    return account, place.removeprefix(f"{account}/"), side


def _orders(answer: Answer, household_id: str) -> Table:
    table = _table("order", "without", "asked")
    changes, accounts = answer.difference.orders, answer.household.accounts.account_id.tolist()
    for each in changes[:ORDERS_SHOWN]:
        account, security, side = _parts(each.order_id, accounts)
        words = f"{short_name(account, household_id)} {side} {security}"
        cells = (f"{shares.normalize():f}" for shares in (each.shares_standing, each.shares))
        table.add_row(words, *cells)
    if len(changes) > ORDERS_SHOWN:
        table.add_row(f"and {len(changes) - ORDERS_SHOWN} more", "", "")
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="left" if name == "whose" else "right")
    return table
