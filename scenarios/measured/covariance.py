"""Covariance of asset classes from monthly returns, shrunk, with short histories filled in.

Classes that have a price in every month of the window are estimated together and shrunk toward
constant correlation (Ledoit and Wolf, 2004, *Honey, I shrunk the sample covariance matrix*), with
the intensity that the sample itself asks for. A class that is younger is explained by a few older
ones over the months it has, and keeps what they leave unexplained as its own variance (Stambaugh,
1997, *Analyzing investments whose histories differ in length*). Either step keeps the matrix
positive semidefinite. Refused: pairwise histories, whose matrix need not be one of any returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arrays import Floats
from models.errors import HearthError

MONTHS_A_YEAR: Final = 12

LEAST_MONTHS: Final = 36
"""Months. Fewer say nothing about a variance: its standard error alone is a quarter of it."""

DIGITS: Final = 6
"""Digits written. The sampling error of a variance from 200 months is 10%: more say nothing."""


class MeasureError(HearthError):
    """The prices do not suffice for what was asked: give a longer history or fewer classes."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A yearly covariance, `(k, k)`, and the part of it that is the constant-correlation one."""

    matrix: Floats
    intensity: float


def shrunk_covariance(returns: Floats) -> Shrunk:
    """Return (1 − δ)·S + δ·F, yearly, of monthly returns `(n_months, k)`.

    S is the sample covariance with divisor n, F has its variances and the mean correlation
    everywhere, δ = max(0, min(1, (π − ρ)/(γ·n))) as in the paper's appendix: π sums the asymptotic
    variances of S, ρ their covariances with F, γ = ‖F − S‖².
    """
    n, k = returns.shape
    centred = returns - returns.mean(axis=0)
    sample = centred.T @ centred / n
    deviation = np.sqrt(np.diag(sample))
    correlation = sample / np.outer(deviation, deviation)
    mean = (correlation.sum() - k) / (k * (k - 1)) if k > 1 else 0.0
    target = mean * np.outer(deviation, deviation)
    np.fill_diagonal(target, np.diag(sample))
    squares = centred**2
    pi = squares.T @ squares / n - sample**2
    # θ_ii,ij: how the variance of i and the covariance of i and j err together
    theta = (centred**3).T @ centred / n - np.diag(sample)[:, None] * sample
    ratio = deviation[None, :] / deviation[:, None]
    off = ratio * theta + (ratio * theta).T
    np.fill_diagonal(off, 0.0)
    rho = np.trace(pi) + mean / 2.0 * off.sum()
    gamma = float(((target - sample) ** 2).sum())
    wanted = (pi.sum() - rho) / (gamma * n) if gamma > 0.0 else 0.0
    delta = float(np.clip(wanted, 0.0, 1.0))
    return Shrunk(MONTHS_A_YEAR * ((1.0 - delta) * sample + delta * target), delta)


def covariance_of(
    returns: Mapping[str, Floats], explained_by: Mapping[str, Sequence[str]]
) -> tuple[tuple[str, ...], Shrunk]:
    """Return the class names in order and their covariance.

    Parameters
    ----------
    returns
        Monthly returns by class, all of one length, NaN before the class has a price.
    explained_by
        Of each class that may be younger than the window: the older ones that explain it.

    Raises
    ------
    MeasureError
        A class has too few months, or is young and nothing explains it.
    """
    whole = [name for name, values in returns.items() if not np.isnan(values).any()]
    if not whole:
        raise MeasureError("no class has prices in every month; begin later with --since")
    shrunk = shrunk_covariance(np.column_stack([returns[name] for name in whole]))
    names, matrix = list(whole), shrunk.matrix
    for name in (name for name in returns if name not in whole):
        factors = [factor for factor in explained_by.get(name, ()) if factor in whole]
        seen = ~np.isnan(returns[name])
        if int(seen.sum()) < LEAST_MONTHS:
            raise MeasureError(f"{name}: {int(seen.sum())} months of prices, {LEAST_MONTHS} needed")
        if not factors:
            raise MeasureError(f"{name} begins inside the window and no older class explains it")
        places = [names.index(factor) for factor in factors]
        slope, own = _explained(returns[name][seen], [returns[f][seen] for f in factors])
        across = slope @ matrix[places]
        variance = float(slope @ matrix[np.ix_(places, places)] @ slope) + own
        matrix = np.block([[matrix, across[:, None]], [across[None, :], np.array([[variance]])]])
        names.append(name)
    return tuple(names), Shrunk(matrix, shrunk.intensity)


def _explained(values: Floats, factors: Sequence[Floats]) -> tuple[Floats, float]:
    """Return the slopes of a least-squares fit with intercept and the yearly variance it leaves."""
    design = np.column_stack([np.ones(len(values)), *factors])
    fit: Floats = np.linalg.lstsq(design, values, rcond=None)[0].astype(np.float64)
    left = values - design @ fit
    free = len(values) - design.shape[1]
    return fit[1:], MONTHS_A_YEAR * float(left @ left) / free


def rows_of(names: Sequence[str], matrix: Floats) -> list[tuple[str, str, float]]:
    """Return one triangle as rows of the table `covariance`, to a few digits."""
    return [
        (first, second, float(f"{matrix[i, j]:.{DIGITS}g}"))
        for i, first in enumerate(names)
        for j, second in enumerate(names[: i + 1])
    ]
