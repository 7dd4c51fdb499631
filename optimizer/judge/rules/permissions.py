"""What an account may trade: mode, menu, target, restrictions, faults, sheltered income."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.arrays import Bools
from models.household import Household
from models.ledger import BookedOrder
from models.ledger.exact import ZERO
from models.market import CASH, MONEY_MARKET, Market, Target
from models.plan import Breach
from models.tolerances import SHARES
from optimizer.judge.case import Case

WHOLE_HOUSEHOLD = -1
"""`restrictions.account` where the scope is the whole household."""


def mode(case: Case) -> Iterator[Breach]:
    """The policy's mode allows the side.

    `buy_only` and `sell_only` forbid the other side, `hold` forbids both. `harvest_only` sells
    nothing but loss lots in taxable accounts; buys stay free, since proceeds need a replacement.
    """
    name = case.policy.trades.mode
    for order in case.ledger.orders:
        barred = name == "hold" or (name == "sell_only" if order.is_buy else name == "buy_only")
        if name == "harvest_only" and not order.is_buy:
            barred = case.is_sheltered(order.account)
        if barred:
            yield _breach("mode", order)
    if name == "harvest_only":
        for sale in case.ledger.sales:
            if not sale.loss_lot:
                lot = case.household.lots.lot_id[sale.lot]
                yield Breach("mode", f"{sale.order_id}: lot {lot} has no loss", float(sale.gain))


def menu(case: Case) -> Iterator[Breach]:
    """Buys are on the account's menu."""
    for order in case.buys:
        if order.security not in _menu(case.household, order.account):
            yield _breach("menu", order)


def off_target(case: Case) -> Iterator[Breach]:
    """Buys serve the account's target, unless the policy opens the menu."""
    if case.policy.trades.buys != "target":
        return
    for order in case.buys:
        if not _serves(case.household, order.account, order.security):
            yield _breach("off_target", order)


def restriction(case: Case) -> Iterator[Breach]:
    """Active restrictions hold: no buy, no sale, or at least min(shares, current) of a security."""
    rows = case.household.restrictions
    for k, rule in enumerate(rows.rule.tolist()):
        account, security = int(rows.account[k]), int(rows.security[k])
        here = [
            order
            for order in case.ledger.orders
            if order.security == security and account in (WHOLE_HOUSEHOLD, order.account)
        ]
        if rule == "hold_at_least":
            if any(not order.is_buy for order in here):
                yield from _held(case, account, security, float(rows.shares[k]))
            continue
        for order in here:
            if rule == ("no_buy" if order.is_buy else "no_sell"):
                yield _breach("restriction", order)


def _held(case: Case, account: int, security: int, least: float) -> Iterator[Breach]:
    scope = slice(None) if account == WHOLE_HOUSEHOLD else slice(account, account + 1)
    column = case.held.column(security)
    reserved = sum(
        (
            shares
            for where, shares in case.reserved.shares.items()
            if where[1] == security and account in (WHOLE_HOUSEHOLD, where[0])
        ),
        ZERO,
    )
    before = float(case.held.before[scope, column].sum()) - float(reserved)
    after = float(case.held.after[scope, column].sum()) - float(reserved)
    missing = min(least, before) - after
    if missing > SHARES * max(1.0, before):
        name = "household" if account == WHOLE_HOUSEHOLD else case.account_name(account)
        yield Breach("restriction", f"{name}/{case.security_name(security)}", missing)


def unusable_security(case: Case) -> Iterator[Breach]:
    """No security with a fault in its row is bought."""
    for order in case.buys:
        if not case.household.market.securities.usable[order.security]:
            yield _breach("unusable_security", order)


def exempt_in_sheltered(case: Case) -> Iterator[Breach]:
    """Securities whose income is mostly exempt anyway are not bought in sheltered accounts."""
    if case.policy.trades.exempt_in_sheltered:
        return
    exempt = mostly_exempt(case.household)
    for order in case.buys:
        if case.is_sheltered(order.account) and exempt[order.security]:
            yield _breach("exempt_in_sheltered", order)


def mostly_exempt(household: Household) -> Bools:
    """Whether exempt_yield exceeds the other yields, by security."""
    securities = household.market.securities
    other = securities.qualified_yield + securities.ordinary_yield
    return np.asarray(securities.exempt_yield > other)


def buyable(case: Case, account: int) -> Bools:
    """Securities that menu, target, restrictions, faults, sheltered income let an account buy."""
    household, policy = case.household, case.policy
    allowed = household.market.securities.usable.copy()
    if household.accounts.menu_id[account] is not None:
        on_menu = np.zeros(len(allowed), bool)
        on_menu[household.market.menus[household.accounts.menu_id[account]]] = True
        allowed &= on_menu
    if policy.trades.buys == "target":
        for security in np.flatnonzero(allowed).tolist():
            allowed[security] = _serves(household, account, security)
    rows = household.restrictions
    scoped = (rows.account == WHOLE_HOUSEHOLD) | (rows.account == account)
    allowed[rows.security[scoped & (rows.rule == "no_buy")]] = False
    if case.is_sheltered(account) and not policy.trades.exempt_in_sheltered:
        allowed &= ~mostly_exempt(household)
    return allowed


def _menu(household: Household, account: int) -> range | set[int]:
    name = household.accounts.menu_id[account]
    if name is None:
        return range(len(household.market.securities.security_id))
    return set(household.market.menus[name].tolist())


def _serves(household: Household, account: int, security: int) -> bool:
    """Whether it is what the account's target asks for, or stands in for something that is."""
    market = household.market
    target = market.targets[household.accounts.target_id[account] or household.target_id]
    originals = [each for each, others in market.substitutes.items() if security in others]
    return any(_asked_for(market, target, each) for each in (security, *originals))


def _asked_for(market: Market, target: Target, security: int) -> bool:
    """Whether a target names it, or weights every class in which it holds anything long."""
    rows = zip(target.securities.tolist(), target.security_weights.tolist(), strict=True)
    if any(named == security and weight > 0.0 for named, weight in rows):
        return True
    weights = market.risk.class_weights
    held = range(weights.indptr[security], weights.indptr[security + 1])
    needed = {market.risk.classes[weights.indices[k]] for k in held if weights.data[k] > 0.0}
    if needed and market.securities.instrument[security] == MONEY_MARKET:
        needed.add(CASH)
    pairs = zip(target.classes, target.class_weights.tolist(), strict=True)
    return bool(needed) and needed <= {name for name, weight in pairs if weight > 0.0}


def _breach(rule: str, order: BookedOrder) -> Breach:
    return Breach(rule, order.order.order_id, float(order.amount))
