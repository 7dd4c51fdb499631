"""Who comes first, and who waits when a night cannot answer everybody.

Order: cash needs before all, then those deferred on the night before, the longest waiting first,
then households that hold something in taxable accounts, then the largest drift beyond its band;
equals by id. A limit cuts
the order where it is reached: nobody behind overtakes, so that a large household is not passed over
night after night. At least one household of a limited policy is answered each night.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.arrays import Bools, Floats, Ints
from models.policy import Capacity
from models.triggers import Screen, Trigger


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides a household's place; shape `(n,)`, and small: a book's whole order fits.

    `needed` says who needs an answer, `waited` how many nights it has been deferred, and
    `moved_usd` what answering would trade at most, one way.
    """

    needed: Bools
    cash: Bools
    waited: Ints
    taxable: Bools
    beyond: Floats
    moved_usd: Floats
    policy: Ints


def standing(screened: Screen, waited: Ints, doubtful: Bools) -> Standing:
    """Return what decides the place of every household screened; doubtful ones have none."""
    return Standing(
        needed=screened.needed & ~doubtful,
        cash=screened.fired[Trigger.CASH],
        waited=waited,
        taxable=screened.taxable,
        beyond=screened.beyond,
        moved_usd=screened.moved_usd,
        policy=screened.columns.policy,
    )


def in_order(who: Standing) -> Ints:
    """Return the places of those who need an answer, the first first; equals stay as they stand."""
    places = np.flatnonzero(who.needed)
    keys = (-who.beyond, ~who.taxable, -who.waited, ~who.cash)
    order: Ints = places[np.lexsort(tuple(key[places] for key in keys))]
    return order


def beyond_capacity(order: Ints, moved_usd: Floats, capacity: Capacity) -> Bools:
    """Which of `order` a limit leaves for another night, shape `(len(order),)`."""
    late: Bools = np.zeros(len(order), bool)
    if capacity.max_households is not None:
        late |= np.arange(len(order)) >= capacity.max_households
    if capacity.max_usd is not None:
        late |= np.cumsum(moved_usd[order]) > capacity.max_usd
        late[:1] &= capacity.max_households == 0
    return late


def deferred(
    who: Standing, policies: tuple[Capacity, ...], night: Capacity
) -> tuple[Ints, Ints, Bools]:
    """Return the order, who of it waits (by place in the order), and for whose limit.

    The last array is true where a policy's own limit made a household wait, false where the
    night's did.
    """
    order = in_order(who)
    late: Bools = np.zeros(len(order), bool)
    for code, capacity in enumerate(policies):
        if capacity != Capacity():
            mine = np.flatnonzero(who.policy[order] == code)
            late[mine] = beyond_capacity(order[mine], who.moved_usd, capacity)
    rest = np.flatnonzero(~late)
    whole = late.copy()
    whole[rest] = beyond_capacity(order[rest], who.moved_usd, night)
    waiting = np.flatnonzero(whole)
    return order, waiting, late[waiting]
