"""What binds and what it costs, and what the household must know besides its orders."""

from __future__ import annotations

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.book.market.freshness import held_notes
from models.market import Securities
from models.plan import Binding
from optimizer.explain.shadow_prices import Held, believed
from optimizer.inputs.frame import BPS_PER_PERCENT
from optimizer.inputs.windows import loss_lots
from optimizer.program.language import Kind
from optimizer.rounding.candidate import Candidate
from optimizer.search.model import Model
from optimizer.settings import NEGLIGIBLE, TOUCH


def binding_rules(model: Model, candidate: Candidate) -> tuple[Binding, ...]:
    """Return the rules that bind at the solution, each place once, and what a dollar is worth."""
    held = [*_rows(model, candidate), *_bounds(model, candidate), *_washed(model, candidate)]
    dearest: dict[tuple[str, str], float] = {}
    for each, price in zip(held, believed(model, candidate, held), strict=True):
        key = (each.rule, each.where)
        dearest[key] = max(price, dearest.get(key, 0.0))
    told = [Binding(*key, price) for key, price in dearest.items() if price > NEGLIGIBLE]
    return tuple(sorted(told, key=lambda b: (-b.shadow_price, b.rule, b.where)))


def _rows(model: Model, candidate: Candidate) -> list[Held]:
    """Rules that rows state: what one dollar of each is worth, rows of one rule and place added."""
    arrays, usd = model.arrays, model.frame.percent_usd / BPS_PER_PERCENT
    multipliers = candidate.supported.solution.multipliers
    held = []
    for (rule, where), rows in arrays.rules.items():
        price = sum(abs(float(multipliers[row])) * usd / arrays.meaning[row].usd for row in rows)
        if price > NEGLIGIBLE:
            held.append(Held(rule, where, price, rows=tuple(rows)))
    return held


def _bounds(model: Model, candidate: Candidate) -> list[Held]:
    """Bounds that a named rule put on columns, the dearest column of each place."""
    arrays, solution = model.arrays, candidate.supported.solution
    reduced = model.arrays.reduced(solution.x, solution.multipliers)
    shut = _shut(model)
    dearest: dict[tuple[str, str], Held] = {}
    for part in model.program.parts:
        for bounds in part.bounds:
            if bounds.kind is not Kind.RULE:
                continue
            where = arrays.columns[bounds.block]
            slope, x = reduced[where], solution.x[where]
            held = np.zeros(len(slope), bool)
            if bounds.high is not None:
                held |= (x >= bounds.high - TOUCH) & (slope < 0.0)
            if bounds.low is not None and bounds.block in ("cash", "sale"):
                held |= (x <= bounds.low + TOUCH) & (slope > 0.0)
            for column in np.flatnonzero(held & (np.abs(slope) > NEGLIGIBLE * BPS_PER_PERCENT)):
                key = (bounds.rule, _name(model, bounds.block, int(column)))
                price = abs(float(slope[column])) / BPS_PER_PERCENT
                if key not in dearest or price > dearest[key].price:
                    nowhere = bounds.block == "sale" and bool(shut[column])
                    dearest[key] = Held(
                        *key, price, column=where.start + int(column), nowhere=nowhere
                    )
    return list(dearest.values())


def _shut(model: Model) -> Bools:
    """Taxed sales of filing units that may sell nothing taxed, by sale column."""
    frame, high = model.frame, model.arrays.high[model.arrays.columns["sale"]]
    account = frame.sales.account
    taxed, unit = frame.accounts.taxable[account], frame.accounts.unit[account]
    return np.asarray(taxed & ~np.isin(unit, unit[taxed & (high > TOUCH)]))


def _washed(model: Model, candidate: Candidate) -> list[Held]:
    """Losses that an identical group's recent purchases keep from being sold, or from counting."""
    frame, solution = model.frame, candidate.supported.solution
    met = {piece.identical_group for piece in frame.windows.replacements}
    slope = model.arrays.reduced(solution.x, solution.multipliers)[model.arrays.columns["sale"]]
    dearest: dict[str, float] = {}
    for disjunction, side in zip(
        candidate.supported.settled.disjunctions, candidate.supported.settled.sides, strict=True
    ):
        option = disjunction.options[side]
        shut = option.sales[(option.high <= 0.0) & (slope[option.sales] < 0.0)]
        price = float(-slope[shut].min(initial=0.0)) / BPS_PER_PERCENT
        if disjunction.identical_group in met and price > NEGLIGIBLE:
            dearest[disjunction.where] = max(price, dearest.get(disjunction.where, 0.0))
    return [Held("wash_sale", where, price) for where, price in dearest.items()]


def _name(model: Model, block: str, column: int) -> str:
    frame = model.frame
    securities = frame.household.market.securities.security_id
    if block == "sale":
        account, security = frame.sales.account[column], frame.sales.security[column]
    elif block == "buy":
        account, security = frame.buys.account[column], frame.buys.security[column]
    else:
        return str(frame.labels[column])
    return f"{frame.labels[account]}/{securities[security]}"


def notes_of(model: Model, candidate: Candidate) -> tuple[str, ...]:
    """Return instructions that keep the plan clean, and losses that had to be left."""
    frame = model.frame
    household, securities = frame.household, frame.household.market.securities
    lost = household.lots.security[loss_lots(household)]
    identicals = np.unique(securities.identical_group[lost])
    names = securities.identical_names
    notes = [
        f"losses of {_members(securities, identical, lost)} are left alone: {why}"
        for identical, why in sorted(frame.windows.no_harvest.items())
        if identical in identicals
    ]
    if any(identical in identicals for identical in frame.windows.no_harvest):
        notes += frame.windows.notes
    avoid = frame.policy.wash_sale.mode == "avoid"
    kept = {each.where for each in _washed(model, candidate) if avoid}
    notes += [
        f"losses of {_members(securities, identical, lost)} wait: shares bought within 30 days "
        "wash them while any of those stay"
        for identical in identicals[~np.isin(identicals, list(frame.windows.no_harvest))].tolist()
        if names[identical] in kept
    ]
    notes += _reinvestments(model, candidate, _harvested(model, candidate))
    notes += [
        f"no purchase of {_members(securities, identical)} anywhere in the household through "
        f"{until.isoformat()}: a loss sold earlier is still waiting"
        for identical, until in sorted(frame.windows.no_buy.items())
    ]
    return (*notes, *held_notes(household))


def _members(securities: Securities, identical: int, among: Ints | None = None) -> str:
    """Return the securities of an identical group by the names people know; `among` some only."""
    every = np.arange(len(securities.security_id)) if among is None else np.unique(among)
    mine = every[securities.identical_group[every] == identical]
    return ", ".join(sorted(str(name) for name in securities.security_id[mine]))


def _harvested(model: Model, candidate: Candidate) -> Floats:
    sales = model.frame.sales
    return np.unique(sales.identical_group[sales.loss & (candidate.supported.sale > TOUCH)]).astype(
        float
    )


def _reinvestments(model: Model, candidate: Candidate, harvested: Floats) -> list[str]:
    """Accounts that reinvest dividends of what is harvested: the reinvestment would wash it."""
    household = model.frame.household
    securities, lots = household.market.securities, household.lots
    last = max((lockout.until for lockout in candidate.verdict.lockouts), default=household.asof)
    notes = []
    for account in np.flatnonzero(household.accounts.reinvests):
        held = np.unique(lots.security[lots.account == account])
        for security in held[np.isin(securities.identical_group[held], harvested)]:
            notes.append(
                f"pause the reinvestment of {securities.security_id[security]} in "
                f"{household.accounts.account_id[account]} through {last.isoformat()}"
            )
    return notes
