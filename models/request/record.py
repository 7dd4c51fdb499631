"""A request: what a person, a script or another program asks of one household tonight.

One frozen record that command line, Python, pages and programs all speak. It only ever adds to the
policy: a limit holds beside the policy's own, and the stricter counts. Refused: the keys of a
policy file (most of them are nobody's wish of one evening, and a request could then loosen what
compliance has set), and text that something would have to interpret.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final

PREFIX: Final = "request "
"""How the name of a request begins."""

NAMED: Final = 12
"""Hexadecimal digits of a digest in the name of a policy with a request: 48 bits tell requests of
one household apart."""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that may be asked; None, 0, False and () ask nothing.

    `tax_budget_usd` and `gain_budget_usd` are of each filing unit and year, like the policy's.
    `te_max` is annual, `max_turnover` one way, `max_cost_usd` and `max_cost_bps` what trading
    costs, tickets included. `raise_usd` is paid out; with `after_tax` so much is left in hand when
    the tax that the plan causes is set aside too. `keep` names securities that are not sold,
    `sell` those that are sold out, and not bought, `exclude` those that are not bought. With
    `avoid_gains` no lot is sold at a gain; `take_gains_usd` is the least that the run recognises.
    `weights` replaces weights of the objective. In `accounts_out` nothing is traded or moved; what
    they hold counts all the same.
    """

    tax_budget_usd: float | None = None
    gain_budget_usd: float | None = None
    te_max: float | None = None
    max_turnover: float | None = None
    max_cost_usd: float | None = None
    max_cost_bps: float | None = None
    raise_usd: float = 0.0
    invest_usd: float = 0.0
    after_tax: bool = False
    keep: tuple[str, ...] = ()
    keep_lots: tuple[str, ...] = ()
    sell: tuple[str, ...] = ()
    sell_lots: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    avoid_gains: bool = False
    take_gains_usd: float = 0.0
    weights: tuple[tuple[str, float], ...] = ()
    accounts_out: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return what is asked, and nothing else, as JSON-ready data in the order of the fields."""
        blank = Request()
        named = {
            name: value for name, value in asdict(self).items() if value != getattr(blank, name)
        }
        if self.weights:
            named["weights"] = dict(self.weights)
        return {name: list(v) if isinstance(v, tuple) else v for name, v in named.items()}

    @property
    def asks(self) -> bool:
        """Whether anything is asked."""
        return self != Request()

    @property
    def sha256(self) -> str:
        """Digest of what is asked; the same for requests that ask the same."""
        told = json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def name(self) -> str:
        """How a policy's name says that a request stands beside it."""
        return f"{PREFIX}{self.sha256[:NAMED]}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a household bears it: what the book lets flow by itself, and the tax set aside.

    `flow_before_usd` is the household's flow without the request. `set_aside_usd` is what is raised
    beyond `raise_usd` for the tax that the plan causes; it is found by planning.
    """

    request: Request
    flow_before_usd: float = 0.0
    set_aside_usd: float = 0.0
