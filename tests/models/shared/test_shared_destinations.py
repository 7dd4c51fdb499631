"""Destinations and the bands they stop at, against loops over lots and every active set.

Where a household stops inside its bands is the nearest point of a box on a plane: here every way of
putting each row at its lower edge, at its upper edge or in between is tried, and the nearest legal
one is taken. The program's objective and the judge's both start from `destinations`.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from models.household import Household
from models.policy import Aim, Bands, ClassBand, Policy
from models.triggers.aim import destinations
from models.triggers.bands import sides_of
from tests.households import CASH, account, household, lot, security, target

CLASSES = ("STOCK", "BOND", "GOLD")


def drawn(rng: np.random.Generator) -> Household:
    """Draw two targets (one of them names a fund, one cash) and what three accounts hold."""
    weights = [(0.1 + 0.6 * rng.dirichlet(np.ones(4))).round(3) for _ in range(2)]
    targets = {
        "T": target(dict(zip((*CLASSES, "F0"), _whole(weights[0]), strict=True))),
        "OWN": target(dict(zip((*CLASSES, CASH), _whole(weights[1]), strict=True)), {"BOND": 0.02}),
    }
    own = [None, None, "OWN" if rng.random() < 0.7 else None]
    return household(
        [account(f"A{n}", cash=float(rng.integers(0, 9000)), target_id=own[n]) for n in range(3)],
        [
            lot(
                f"L{n}",
                f"A{n % 3}",
                f"F{rng.integers(4)}",
                float(rng.integers(5, 400)),
                1.0,
                "2020-01-02",
            )
            for n in range(8)
        ],
        [security(f"F{n}", float(rng.integers(5, 90)), CLASSES[n % 3]) for n in range(4)],
        targets=targets,
        covariance={(name, name): 0.01 * (k + 1) ** 2 for k, name in enumerate(CLASSES)},
        exposures={"F3": {"STOCK": 0.5, "BOND": 0.5}},
    )


def _whole(weights: np.ndarray) -> list[float]:
    """Make weights add up to one, to the last digit that matters."""
    found: list[float] = (weights / weights.sum()).tolist()
    return found


def rows_of(of: Household, name: str) -> tuple[list[str], list[float], list[float], float]:
    """Return names, targets and weights of a target's rows, and the group's value, by loops."""
    market, wanted = of.market, of.market.targets[name]
    ids = market.securities.security_id
    names = [*wanted.classes, *(str(ids[i]) for i in wanted.securities)]
    goal = [*wanted.class_weights.tolist(), *wanted.security_weights.tolist()]
    through = market.risk.class_weights.toarray()
    dollars, value = dict.fromkeys(names, 0.0), 0.0
    for a, own in enumerate(of.accounts.target_id):
        if (own or of.target_id) != name:
            continue
        cash = float(of.accounts.cash[a] + of.accounts.net_flow[a])
        value += cash
        dollars[CASH] = dollars.get(CASH, 0.0) + cash
        for i, where in enumerate(of.lots.account):
            if where != a:
                continue
            security_row = int(of.lots.security[i])
            usd = float(of.lots.shares[i] * market.securities.price[security_row])
            value += usd
            fund = str(ids[security_row])
            if fund in dollars:
                dollars[fund] += usd
            for k, each in enumerate(market.risk.classes):
                if each in dollars and each != CASH:
                    dollars[each] += usd * through[security_row, k]
    return names, goal, [dollars[each] / value for each in names], value


def nearest(held: list[float], low: list[float], high: list[float], total: float) -> list[float]:
    """Return the nearest weights inside that add up, by trying every active set."""
    best, least = None, math.inf
    for state in itertools.product("lhf", repeat=len(held)):
        free = state.count("f")
        fixed = sum(
            low[k] if each == "l" else high[k] for k, each in enumerate(state) if each != "f"
        )
        if not math.isfinite(fixed) or (not free and abs(fixed - total) > 1e-9):
            continue
        inside = sum(held[k] for k, each in enumerate(state) if each == "f")
        shift = (total - fixed - inside) / free if free else 0.0
        point = [
            {"l": low[k], "h": high[k], "f": held[k] + shift}[each] for k, each in enumerate(state)
        ]
        if any(p < a - 1e-12 or p > b + 1e-12 for p, a, b in zip(point, low, high, strict=True)):
            continue
        far = sum((p - h) ** 2 for p, h in zip(point, held, strict=True))
        if far < least:
            best, least = point, far
    assert best is not None
    return best


def band_of(
    of: Household, policy: Policy, name: str, row: str, weight: float
) -> tuple[float, float]:
    """Return a row's band below and above by the order of the rules: own, class, policy."""
    wanted, ids = of.market.targets[name], of.market.securities.security_id.tolist()
    if row in wanted.classes:
        own, of_class = float(wanted.class_bands[wanted.classes.index(row)]), row
    else:
        place = wanted.securities.tolist().index(ids.index(row))
        own = float(wanted.security_bands[place])
        of_class = str(of.market.securities.asset_class[ids.index(row)])
    if not math.isnan(own):
        return (max(own, policy.bands.deadband),) * 2
    for given in policy.bands.classes:
        if given.asset_class == of_class:
            sides = [
                given.absolute if side is None else side for side in (given.below, given.above)
            ]
            return tuple(  # type: ignore[return-value]
                math.nan if side is None else max(side, policy.bands.deadband) for side in sides
            )
    absolute, relative = policy.bands.absolute, policy.bands.relative
    widths = [absolute] if absolute is not None else []
    widths += [relative * weight] if relative is not None else []
    if not widths:
        return math.nan, math.nan
    scale = scale_of(of, name, of_class) if policy.bands.risk_scaled else 1.0
    return (max(scale * min(widths), policy.bands.deadband),) * 2


def scale_of(of: Household, name: str, of_class: str) -> float:
    """Return mean volatility by target over the class's own, within ½ and 2; cash has none."""
    volatility = {each: 0.1 * (k + 1) for k, each in enumerate(CLASSES)}
    wanted, classes = of.market.targets[name], of.market.securities.asset_class
    rows = list(zip(wanted.classes, wanted.class_weights.tolist(), strict=True))
    for i, weight in zip(wanted.securities, wanted.security_weights.tolist(), strict=True):
        rows.append((str(classes[i]), weight))
    risky = [(weight, volatility[each]) for each, weight in rows if each in volatility]
    if of_class not in volatility:
        return 1.0
    mean = sum(weight * each for weight, each in risky) / sum(weight for weight, _ in risky)
    return min(2.0, max(0.5, mean / volatility[of_class]))


POLICIES = (
    Bands(),
    Bands(absolute=0.03),
    Bands(relative=0.2, deadband=0.015),
    Bands(absolute=0.03, risk_scaled=True),
    Bands(absolute=0.04, relative=0.25, classes=(ClassBand("GOLD", below=0.01, above=0.06),)),
    Bands(classes=(ClassBand("STOCK", absolute=0.02),)),
)


@pytest.mark.parametrize("bands", POLICIES, ids=range(len(POLICIES)))
@pytest.mark.parametrize("seed", range(5))
def test_bands_and_edges_are_those_of_every_active_set(seed: int, bands: Bands) -> None:
    """Band edge and half band, group by group; a target that nobody follows stays as it is."""
    of = drawn(np.random.default_rng(seed))
    followed = {str(own or of.target_id) for own in of.accounts.target_id}
    for how_far, share in (("band_edge", 1.0), ("half_band", 0.5)):
        policy = Policy(bands=bands, aim=Aim(how_far))
        found = destinations(of, policy)
        for name, wanted in of.market.targets.items():
            names, goal, held, _ = rows_of(of, name) if name in followed else ([], [], [], 0.0)
            widths = [band_of(of, policy, name, row, g) for row, g in zip(names, goal, strict=True)]
            sides = sides_of(wanted, policy, of.market)
            got = [*found[name].class_weights.tolist(), *found[name].security_weights.tolist()]
            if not names or all(math.isnan(side) for both in widths for side in both):
                assert found[name] is wanted
                continue
            assert sides.below.tolist() == pytest.approx([w[0] for w in widths], nan_ok=True)
            assert sides.above.tolist() == pytest.approx([w[1] for w in widths], nan_ok=True)
            below, above = (
                [math.inf if math.isnan(w[side]) else share * w[side] for w in widths]
                for side in range(2)
            )
            low = [max(g - b, 0.0) for g, b in zip(goal, below, strict=True)]
            high = [g + b for g, b in zip(goal, above, strict=True)]
            assert got == pytest.approx(nearest(held, low, high, sum(goal)), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_part_of_the_way_is_a_mixture_of_target_and_holdings(seed: int) -> None:
    """Row by row φ·t + (1 − φ)·w: classes of the target, cash, and every fund held or named."""
    of = drawn(np.random.default_rng(seed))
    found = destinations(of, Policy(aim=Aim("fraction", 0.3)))
    ids = of.market.securities.security_id.tolist()
    for name in {str(own or of.target_id) for own in of.accounts.target_id}:
        names, goal, _, value = rows_of(of, name)
        wanted = {row: 0.3 * g for row, g in zip(names, goal, strict=True)}
        for a, own in enumerate(of.accounts.target_id):
            if (own or of.target_id) != name:
                continue
            wanted[CASH] = wanted.get(CASH, 0.0) + 0.7 * float(of.accounts.cash[a]) / value
            for i in np.flatnonzero(of.lots.account == a).tolist():
                fund = ids[of.lots.security[i]]
                usd = float(of.lots.shares[i] * of.market.securities.price[of.lots.security[i]])
                wanted[fund] = wanted.get(fund, 0.0) + 0.7 * usd / value
        got = dict(zip(found[name].classes, found[name].class_weights.tolist(), strict=True))
        for i, weight in zip(found[name].securities, found[name].security_weights, strict=True):
            got[ids[i]] = float(weight)
        assert got == pytest.approx(wanted, abs=1e-12)
