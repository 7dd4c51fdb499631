"""Named situations with the outcome a reader would expect: one file each, all run in the tests.

``python -m scenarios.cases`` prints every sentence and whether it holds. To add one: write a file
with a `CASE`, and list it here.
"""

from __future__ import annotations

from typing import Final

from scenarios.cases import (
    all_lots_at_a_gain,
    all_lots_at_a_loss,
    blackout,
    days_from_long_term,
    drifted_comes_inside,
    fund_closed_to_buys,
    harvest_and_nothing_else,
    inside_bands,
    leveraged_at_its_exposure,
    location_swap,
    losses_carried_in_pay,
    merger_with_boot,
    muni_never_in_ira,
    new_cash_first,
    orders_under_way,
    paycheck_blocks_harvest,
    pool_token,
    prices_halved_overnight,
    recent_loss_locks,
    regime_jump,
    required_distribution,
    share_class_twins,
    split_overnight,
    spouse_blocks_harvest,
    stock_halted,
    twins_invite_opposite_trades,
    two_wishes_cannot_both,
    withdrawal_spares_roth,
)
from scenarios.cases.telling import Case

CASES: Final[tuple[Case, ...]] = (
    # Stories of the sample book.
    drifted_comes_inside.CASE,
    location_swap.CASE,
    muni_never_in_ira.CASE,
    leveraged_at_its_exposure.CASE,
    new_cash_first.CASE,
    inside_bands.CASE,
    losses_carried_in_pay.CASE,
    days_from_long_term.CASE,
    harvest_and_nothing_else.CASE,
    spouse_blocks_harvest.CASE,
    paycheck_blocks_harvest.CASE,
    recent_loss_locks.CASE,
    share_class_twins.CASE,
    orders_under_way.CASE,
    blackout.CASE,
    withdrawal_spares_roth.CASE,
    required_distribution.CASE,
    two_wishes_cannot_both.CASE,
    # Stress.
    all_lots_at_a_gain.CASE,
    all_lots_at_a_loss.CASE,
    fund_closed_to_buys.CASE,
    merger_with_boot.CASE,
    pool_token.CASE,
    prices_halved_overnight.CASE,
    regime_jump.CASE,
    split_overnight.CASE,
    stock_halted.CASE,
    twins_invite_opposite_trades.CASE,
)
