"""Building the market that all households of a book share, from its tables.

Securities are sorted by id, so that an index means the same whatever the order of rows. Figures of
a faulty security stay as found: it is not usable, and the households that reach it are invalid.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import numpy as np

from models.arrays import Bools, Floats, Ints, Texts, read_only
from models.book.rows.links import Links
from models.book.tables.table import Table
from models.market import Securities, Target


def build_securities(table: Table, links: Links, usable: Bools) -> Securities:
    """Return the securities sorted by id; `usable` is by code."""
    rows = links.securities.first_row
    identical, names = _identicals(table.texts("identical_group")[rows], links.securities.texts)
    return Securities(
        security_id=read_only(links.securities.texts),
        price=read_only(table.number("price")[rows]),
        price_date=read_only(table.date("price_date")[rows]),
        asset_class=read_only(table.texts("asset_class")[rows]),
        half_spread_bps=read_only(table.number("half_spread_bps")[rows]),
        share_step=read_only(table.number("share_step")[rows]),
        identical_group=read_only(identical),
        identical_names=read_only(names),
        qualified_yield=read_only(table.number("qualified_yield")[rows]),
        ordinary_yield=read_only(table.number("ordinary_yield")[rows]),
        exempt_yield=read_only(table.number("exempt_yield")[rows]),
        foreign_tax_yield=read_only(table.filled("foreign_tax_yield")[rows]),
        specific_vol=read_only(table.number("specific_vol")[rows]),
        rank=read_only(table.number("rank")[rows]),
        instrument=read_only(table.texts("instrument")[rows]),
        adv_shares=read_only(table.number("adv_shares")[rows]),
        usable=read_only(usable & table.flag("tradable", True)[rows]),
    )


def _identicals(stated: Texts, ids: Texts) -> tuple[Ints, Texts]:
    """Return each security's code of its identical group, and names of the groups, sorted.

    A null group is the security alone, even where another security names its group alike.
    """
    keys = [
        (identical, "") if identical is not None else (name, name)
        for identical, name in zip(stated, ids, strict=True)
    ]
    order = {key: code for code, key in enumerate(sorted(set(keys)))}
    names: Texts = np.empty(len(order), dtype=object)
    names[:] = [name for name, _ in order]
    return np.array([order[key] for key in keys], dtype=np.int64), names


def build_targets(table: Table, links: Links) -> Mapping[str, Target]:
    """Return every target by id, its rows sorted by class and by security."""
    target = links.targets.codes(table.text("target_id"))
    classes, weights, bands = (
        table.texts("asset_class"),
        table.number("weight"),
        table.number("band"),
    )
    security = links.security_of["targets"]
    by_class = np.array([name is not None for name in classes], dtype=bool)
    built: dict[str, Target] = {}
    for code, target_id in enumerate(links.targets.texts):
        rows = np.flatnonzero(target == code)
        class_rows = np.array(
            sorted(rows[by_class[rows]], key=lambda r: classes[r]), dtype=np.int64
        )
        own = rows[~by_class[rows] & (security[rows] >= 0)]
        own = own[np.argsort(security[own], kind="stable")]
        built[target_id] = Target(
            target_id,
            tuple(classes[class_rows]),
            read_only(weights[class_rows]),
            read_only(bands[class_rows]),
            read_only(security[own]),
            read_only(weights[own]),
            read_only(bands[own]),
        )
    return MappingProxyType(built)


def build_menus(table: Table, links: Links) -> Mapping[str, Ints]:
    """Return the securities of every menu, as sorted distinct indices."""
    menu = links.menus.codes(table.text("menu_id"))
    security = links.security_of["menus"]
    order = np.lexsort((security, menu))
    starts = np.searchsorted(menu[order], np.arange(len(links.menus) + 1))
    built = {}
    for code, menu_id in enumerate(links.menus.texts):
        members = np.unique(security[order[starts[code] : starts[code + 1]]])
        built[menu_id] = read_only(members[members >= 0])
    return MappingProxyType(built)


def build_substitutes(table: Table, links: Links) -> Mapping[int, Ints]:
    """Return, by security, what may stand in for it, sorted, without unknown securities."""
    security = links.security_of["substitutes"]
    other = links.securities.codes(table.text("substitute_id"))
    known = (security >= 0) & (other >= 0)
    return MappingProxyType(
        {
            int(code): read_only(np.unique(other[known & (security == code)]))
            for code in np.unique(security[known])
        }
    )


def build_returns(table: Table, asof: date) -> Mapping[str, Floats]:
    """Return the daily returns of each class up to a date, oldest first; unread ones left out."""
    day, value, names = table.date("date"), table.number("daily_return"), table.texts("asset_class")
    known = np.isfinite(value) & (day <= np.datetime64(asof, "D")) & (names != np.array(None))
    rows = np.flatnonzero(known)
    rows = rows[np.argsort(day[rows], kind="stable")]
    of_class = names[rows]
    return MappingProxyType(
        {name: read_only(value[rows[of_class == name]]) for name in sorted(set(of_class.tolist()))}
    )
