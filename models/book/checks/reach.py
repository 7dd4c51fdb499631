"""Which households a fault in a shared table touches.

A household reaches a security it holds, has in a target by security, in a menu of its accounts, in
its trades, open orders, scheduled buys or active restrictions. An account without a menu may buy
anything, which reaches nothing by itself: a faulty security is then simply not bought. A fault of a
corporate action touches whoever reaches its security. Worked out only when a shared table is
faulty.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

import numpy as np
from scipy import sparse

from models.arrays import Bools, Ints
from models.book.market.risk import Covariance, Exposures
from models.book.rows.columns import is_active, is_live
from models.book.rows.links import Links
from models.book.tables.table import Table

NOBODY: Ints = np.empty(0, dtype=np.int64)


class Reach:
    """Household codes reached, by what is shared; a class so that each map is made at most once."""

    def __init__(
        self,
        tables: Mapping[str, Table],
        links: Links,
        covariance: Covariance,
        exposures: Exposures,
        asof: date,
        followers: Bools | None = None,
    ) -> None:
        self._followers = followers
        self._tables, self._links, self._asof = tables, links, asof
        self._covariance, self._exposures = covariance, exposures
        self._pair_codes = covariance.rows

    def of_row(self, table: str, row: int) -> Ints:
        """Households touched by a fault in one row of a table."""
        links = self._links
        if table in links.household_of:
            return _one(links.household_of[table][row])
        if table in ("securities", "substitutes", "exposures"):
            return self.of_security(int(links.security_of[table][row]))
        if table == "corporate_actions":
            named = self._tables[table].text("security_id")
            return self.of_security(int(links.securities.codes(named)[row]))
        if table == "movements":
            account = int(links.accounts.codes(self._tables[table].text("account_id"))[row])
            if account < 0:
                return NOBODY
            return _one(int(links.household_of["accounts"][links.accounts.first_row[account]]))
        if table == "targets":
            return _members(self.by_target, int(self._target_rows[row]))
        if table == "menus":
            return _members(self.by_menu, int(self._menu_rows[row]))
        if table == "returns":
            return self._of_return(int(self._return_class[row]))
        if table == "factor_loadings":
            return np.union1d(
                self.of_security(int(self._loading_security[row])),
                self.of_class(int(self._loading_class[row])),
            )
        return self.of_pair(*self._pair_codes[table][row].tolist())

    def securities_spoilt(self, table: str, row: int) -> Ints:
        """Securities whose figures a fault in one row spoils."""
        links = self._links
        if table in ("securities", "exposures"):
            return _one(int(links.security_of[table][row]))
        if table == "factor_loadings":
            of_class = int(self._loading_class[row])
            users = self.securities_of_class(of_class) if of_class >= 0 else NOBODY
            return np.union1d(_one(int(self._loading_security[row])), users)
        return NOBODY

    def of_security(self, code: int) -> Ints:
        """Households that reach a security."""
        return _members(self.by_security, code)

    def of_class(self, code: int) -> Ints:
        """Households that reach an asset class, by a security measured by it or by a target."""
        if code < 0:
            return NOBODY
        users = self.securities_of_class(code)
        direct = np.unique(self.by_security[users].indices) if users.size else NOBODY
        rows = np.flatnonzero(self._target_class == code)
        targets = np.unique(self._target_rows[rows])
        named = self.by_target[targets[targets >= 0]].indices if targets.size else NOBODY
        return np.union1d(direct, named).astype(np.int64)

    def _of_return(self, code: int) -> Ints:
        """Households that use a class under a policy whose bands follow returns."""
        if self._followers is None or not self._followers.any():
            return NOBODY
        using = self.of_class(code)
        return using[self._followers[using]]

    def securities_of_class(self, code: int) -> Ints:
        """Return the securities whose exposure is measured by a class."""
        weights = self._exposures.security_weights[:, [code]].tocoo()
        rows: Ints = np.unique(weights.coords[0])
        return rows[self._exposures.looks_through[rows]]

    def of_pair(self, first: int, second: int) -> Ints:
        """Households that use both names of a covariance."""
        if first < 0 or second < 0:
            return NOBODY
        used: Ints = np.flatnonzero(self.names_used[:, first] & self.names_used[:, second])
        return used

    @cached_property
    def by_security(self) -> sparse.csr_array:
        """Pattern `(n_securities, n_households)` of who reaches what."""
        links, tables = self._links, self._tables
        pairs = [
            (links.household_of[name], links.security_of[name])
            for name in ("lots", "trades", "scheduled_buys")
        ]
        for name, kept in (
            ("open_orders", is_live(tables["open_orders"])),
            ("restrictions", is_active(tables["restrictions"], self._asof)),
        ):
            pairs.append((links.household_of[name][kept], links.security_of[name][kept]))
        shape = (len(links.securities), len(links.households))
        held = sum(
            (_pattern(security, household, shape) for household, security in pairs),
            start=sparse.csr_array(shape, dtype=np.int32),
        )
        for members, rows, name in (
            (self.by_target, self._target_rows, "targets"),
            (self.by_menu, self._menu_rows, "menus"),
        ):
            inside = _pattern(links.security_of[name], rows, (shape[0], members.shape[0]))
            held = held + inside @ members
        return sparse.csr_array(held)

    @cached_property
    def by_target(self) -> sparse.csr_array:
        """Pattern `(n_targets, n_households)`."""
        links = self._links
        shape = (len(links.targets), len(links.households))
        own = _pattern(links.household_target, links.household_of["households"], shape)
        return sparse.csr_array(
            own + _pattern(links.account_target, links.household_of["accounts"], shape)
        )

    @cached_property
    def by_menu(self) -> sparse.csr_array:
        """Pattern `(n_menus, n_households)`."""
        links = self._links
        shape = (len(links.menus), len(links.households))
        return _pattern(links.account_menu, links.household_of["accounts"], shape)

    @cached_property
    def names_used(self) -> Bools:
        """`(n_households, k)`: whether a household uses a name of Ω, by security or by target."""
        factors = abs(self._exposures.factors()).sign()
        by_security = self.by_security.T @ factors
        shape = (len(self._links.targets), len(self._exposures.classes))
        classes = _pattern(self._target_rows, self._target_class, shape)
        by_target = self.by_target.T @ (classes @ abs(self._exposures.class_loadings).sign())
        used: Bools = (by_security + by_target).toarray() > 0
        return used

    @cached_property
    def _target_rows(self) -> Ints:
        return self._links.targets.codes(self._tables["targets"].text("target_id"))

    @cached_property
    def _menu_rows(self) -> Ints:
        return self._links.menus.codes(self._tables["menus"].text("menu_id"))

    @cached_property
    def _target_class(self) -> Ints:
        return self._class_codes("targets", "asset_class")

    @cached_property
    def _loading_class(self) -> Ints:
        return self._class_codes("factor_loadings", "security_id")

    @cached_property
    def _loading_security(self) -> Ints:
        return self._links.securities.codes(self._tables["factor_loadings"].text("security_id"))

    @cached_property
    def _return_class(self) -> Ints:
        return self._class_codes("returns", "asset_class")

    def _class_codes(self, table: str, column: str) -> Ints:
        code = {name: position for position, name in enumerate(self._exposures.classes)}
        texts = self._tables[table].texts(column)
        return np.array([code.get(text, -1) for text in texts], dtype=np.int64)


def _one(code: int) -> Ints:
    return np.array([code], dtype=np.int64) if code >= 0 else NOBODY


def _members(pattern: sparse.csr_array, row: int) -> Ints:
    if row < 0:
        return NOBODY
    members = pattern.indices[pattern.indptr[row] : pattern.indptr[row + 1]]
    return np.unique(members).astype(np.int64)


def _pattern(rows: Ints, columns: Ints, shape: tuple[int, int]) -> sparse.csr_array:
    """Return a 0/1 pattern; codes of −1 are left out and repeats count once."""
    kept = (rows >= 0) & (columns >= 0)
    ones = np.ones(int(kept.sum()), dtype=np.int32)
    pattern = sparse.csr_array(sparse.coo_array((ones, (rows[kept], columns[kept])), shape=shape))
    pattern.data[:] = 1
    return pattern
