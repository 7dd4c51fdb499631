"""Piecewise-linear functions of one variable, and the convex functions just below and above them.

The law's tax is a sum of such functions. Where one is not convex, the program takes the convex
minorant (the bound stays a bound) and a budget takes a convex majorant (a kept budget is kept).
A general convex-hull library was refused: in one variable a hull is a running comparison of slopes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.arrays import Floats


@dataclass(frozen=True)
class Piecewise:
    """f(x) = level + Σ_i slopes_i · (length of [origin, x] within piece i).

    Attributes
    ----------
    knots
        Where the slope changes, ascending, shape `(m,)`.
    slopes
        Slope of each piece, shape `(m + 1,)`; the first and last pieces go on for ever.
    origin, level
        A point of the line and the value there.
    """

    knots: Floats
    slopes: Floats
    origin: float = 0.0
    level: float = 0.0

    def __call__(self, x: float | Floats) -> Floats:
        """Evaluate at `x`, any shape."""
        points, anchors = self._anchors
        piece = self.knots.searchsorted(x, side="right")
        return np.asarray(anchors.take(piece) + self.slopes.take(piece) * (x - points.take(piece)))

    @cached_property
    def _anchors(self) -> tuple[Floats, Floats]:
        """A point of each piece and the value there."""
        if not len(self.knots):
            return np.array([self.origin]), np.array([self.level])
        points = np.append(self.knots[0], self.knots)
        rises = np.append(0.0, np.cumsum(self.slopes[1:-1] * np.diff(self.knots)))
        values = np.append(rises[0], rises)
        piece = int(np.searchsorted(self.knots, self.origin, side="right"))
        at_origin = values[piece] + self.slopes[piece] * (self.origin - points[piece])
        return points, values - at_origin + self.level

    def __add__(self, other: Piecewise) -> Piecewise:
        """Return the sum of two functions."""
        knots = np.union1d(self.knots, other.knots)
        probes = _inside(knots)
        slopes = self.slope_at(probes) + other.slope_at(probes)
        return Piecewise(knots, slopes, self.origin, self.level + float(other(self.origin)))

    def __neg__(self) -> Piecewise:
        """Return −f."""
        return Piecewise(self.knots, -self.slopes, self.origin, -self.level)

    def __sub__(self, other: Piecewise) -> Piecewise:
        """Return the difference of two functions."""
        return self + -other

    def ahead(self, by: float) -> Piecewise:
        """Return x ↦ f(x + by)."""
        return Piecewise(self.knots - by, self.slopes, self.origin - by, self.level)

    def lesser(self, other: Piecewise) -> Piecewise:
        """Return the lesser of two functions at every point."""
        lead = self - other
        knots = np.union1d(lead.knots, lead.roots())
        probes = _inside(knots)
        slopes = np.where(lead(probes) <= 0.0, self.slope_at(probes), other.slope_at(probes))
        level = min(float(self(self.origin)), float(other(self.origin)))
        return Piecewise(knots, slopes, self.origin, level)

    def least_from(self) -> Piecewise:
        """Return x ↦ the least of f from x on; f is level at first and does not fall at last."""
        values = np.asarray(self(self.knots))
        ahead = np.minimum.accumulate(values[::-1])[::-1]
        rises = (values[:-1] < ahead[1:]) & (ahead[1:] < values[1:])
        at = self.knots[:-1] + (ahead[1:] - values[:-1]) / np.where(rises, self.slopes[1:-1], 1.0)
        points = np.concatenate([self.knots, at[rises]])
        order = np.argsort(points, kind="stable")
        lows = np.concatenate([ahead, ahead[1:][rises]])[order]
        slopes = np.diff(lows) / np.diff(points[order])
        ends = [self.slopes[:1], slopes, self.slopes[-1:]]
        return Piecewise(points[order], np.concatenate(ends), points[order][0], float(lows[0]))

    def roots(self) -> Floats:
        """Return where the function crosses zero inside a piece, ascending."""
        points, anchors = self._anchors
        rising = self.slopes != 0.0
        crossing = points[rising] - anchors[rising] / self.slopes[rising]
        piece = np.searchsorted(self.knots, crossing, side="right")
        return np.unique(crossing[piece == np.flatnonzero(rising)])

    def slope_at(self, x: Floats) -> Floats:
        """Slope to the right of `x`, any shape."""
        return self.slopes[np.searchsorted(self.knots, x, side="right")]

    def affine_pieces(self, low: float, high: float) -> tuple[Floats, Floats]:
        """Slopes and intercepts of a convex function's pieces that `[low, high]` touches.

        f(x) = max_i slope_i·x + intercept_i there. Two arrays of shape `(p,)`.
        """
        first = int(np.searchsorted(self.knots, low, side="right"))
        last = int(np.searchsorted(self.knots, high, side="left"))
        slopes = self.slopes[first : max(last, first) + 1]
        anchors = np.append(low, self.knots[first : max(last, first)])
        return slopes, self(anchors) - slopes * anchors

    def convex_parts(self, low: float, high: float) -> list[tuple[float, float]]:
        """Cut `[low, high]` where the slope falls: the function is convex on every part."""
        falls = self.slopes[1:] < self.slopes[:-1]
        cuts = self.knots[falls & (self.knots > low) & (self.knots < high)].tolist()
        return list(zip([low, *cuts], [*cuts, high], strict=True))

    def minorant(self, low: float, high: float) -> Piecewise:
        """Return the greatest convex function below this one on `[low, high]` (lower hull)."""
        points, values = self._points(low, high)
        keep: list[int] = []
        for i in range(len(points)):
            while len(keep) > 1 and _turns_down(points, values, keep[-2], keep[-1], i):
                keep.pop()
            keep.append(i)
        return _through(points[keep], values[keep], self.slopes[0])

    def majorant(self, low: float, high: float, touch: float) -> Piecewise:
        """Return a convex function above this one on `[low, high]` that equals it at `touch`.

        Right of `touch` slopes are replaced by their running maximum, left of it (going left) by
        their running minimum: each replacement can only raise the function.
        """
        touch = float(np.clip(touch, low, high))
        points, _ = self._points(low, high, touch)
        slopes = self.slope_at(_inside(points)[1:-1])
        right = points[:-1] >= touch
        slopes = slopes.copy()
        slopes[right] = np.maximum.accumulate(slopes[right])
        slopes[~right] = np.minimum.accumulate(slopes[~right][::-1])[::-1]
        if right.any() and (~right).any():
            slopes[right] = np.maximum(slopes[right], slopes[~right][-1])
        values = np.append(0.0, np.cumsum(slopes * np.diff(points)))
        values += float(self(touch)) - float(np.interp(touch, points, values))
        return _through(points, values, slopes[0] if len(slopes) else 0.0)

    def nearest_majorant(self, low: float, high: float) -> Piecewise:
        """Return the majorant that touches an end of `[low, high]` and over-states less at most."""
        points, values = self._points(low, high)
        tried = [self.majorant(low, high, touch) for touch in (low, high)]
        return min(tried, key=lambda above: float((above(points) - values).max()))

    def _points(self, low: float, high: float, *more: float) -> tuple[Floats, Floats]:
        inner = self.knots[(self.knots > low) & (self.knots < high)]
        points = np.unique(np.concatenate([[low], inner, [high], more]))
        return points, self(points)


def _through(points: Floats, values: Floats, slope: float) -> Piecewise:
    """Return the function through points; through a single one, with the slope given."""
    if len(points) == 1:
        return Piecewise(np.array([]), np.array([slope]), float(points[0]), float(values[0]))
    slopes = np.diff(values) / np.diff(points)
    return Piecewise(points[1:-1], slopes, float(points[0]), float(values[0]))


def _inside(knots: Floats) -> Floats:
    """One point inside each piece that the knots cut the line into, shape `(m + 1,)`."""
    if not len(knots):
        return np.zeros(1)
    return np.concatenate([[knots[0] - 1.0], (knots[:-1] + knots[1:]) / 2, [knots[-1] + 1.0]])


def _turns_down(points: Floats, values: Floats, a: int, b: int, c: int) -> bool:
    """Whether the slope from b to c is not above the slope from a to b: then b is off the hull."""
    first = (values[b] - values[a]) * (points[c] - points[b])
    return bool((values[c] - values[b]) * (points[b] - points[a]) <= first)
