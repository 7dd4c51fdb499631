"""Every rule a plan must keep, one function each; `RULES` lists them in the order of reports."""

from typing import Final

from optimizer.judge.case import Rule
from optimizer.judge.rules.asked import (
    accounts_out,
    avoid_gains,
    cash_asked,
    cost_limit,
    exclude,
    keep,
    sold_out,
    take_gains,
)
from optimizer.judge.rules.bands import bands
from optimizer.judge.rules.budgets import (
    gain_budget,
    gain_share,
    long_term_guard,
    max_short_gain,
    tax_budget,
    te_max,
    turnover,
)
from optimizer.judge.rules.cash import cash_floor, household_flow, required_distribution
from optimizer.judge.rules.classes import class_limit
from optimizer.judge.rules.form import one_order, order_ids, price
from optimizer.judge.rules.permissions import (
    exempt_in_sheltered,
    menu,
    mode,
    off_target,
    restriction,
    unusable_security,
)
from optimizer.judge.rules.ranks import rank
from optimizer.judge.rules.sizes import minimum_trade, same_day, share_step
from optimizer.judge.rules.supply import lot_supply, open_order
from optimizer.judge.rules.volume import participation
from optimizer.judge.rules.wash import wash_sale

RULES: Final[tuple[Rule, ...]] = (
    price,
    order_ids,
    one_order,
    lot_supply,
    open_order,
    cash_floor,
    household_flow,
    required_distribution,
    cash_asked,
    accounts_out,
    keep,
    exclude,
    sold_out,
    avoid_gains,
    mode,
    menu,
    off_target,
    restriction,
    unusable_security,
    exempt_in_sheltered,
    rank,
    same_day,
    minimum_trade,
    share_step,
    wash_sale,
    tax_budget,
    gain_budget,
    gain_share,
    max_short_gain,
    take_gains,
    long_term_guard,
    turnover,
    cost_limit,
    participation,
    te_max,
    class_limit,
    bands,
)

KEPT_BY_NOTHING: Final[tuple[Rule, ...]] = (
    cash_floor,
    household_flow,
    required_distribution,
    cash_asked,
    sold_out,
    tax_budget,
    take_gains,
    te_max,
    class_limit,
    bands,
)
"""Rules that ordering nothing may break; the others speak of orders, or of what they add up to."""

KEPT_FOR_OTHERS: Final[tuple[Rule, ...]] = (
    restriction,
    tax_budget,
    gain_budget,
    gain_share,
    te_max,
    class_limit,
    bands,
    sold_out,
    take_gains,
)
"""Rules that measure what is held and taxed in the end: leaving an order out may break them."""

KEPT_BY_FEWER: Final[tuple[Rule, ...]] = (cash_floor, wash_sale, *KEPT_FOR_OTHERS)
"""Rules that orders may break by being fewer, or smaller, than legal ones. The others ask something
of each order, or set a limit to what all of them add up to; sizes and ranks are let pass: a buy
that what paid for it no longer pays for shrinks by parts of a share, and a replacement is bought,
though its identical group's better rank is no longer locked.
"""
