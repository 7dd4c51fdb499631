"""A fund that moves twice: 18% of money is 36% of shares.

He thinks of himself as 56% in shares; counted at its exposure he is at 73%.
"""

from __future__ import annotations

from collections.abc import Iterator

from scenarios.cases.telling import Case, Expectation, of_sample


def expected() -> Iterator[Expectation]:
    """Say what a good plan does."""
    night = of_sample("leveraged-fund")
    before = night.weights(after=False)
    shares = sum(before[name] for name in ("us_equity", "developed", "emerging"))
    yield Expectation("shares are counted at their exposure", 0.70 < shares < 0.76)
    yield Expectation("the fund goes where selling is free", night.sold("SSO", "ira") > 20_000)
    yield Expectation("it is not bought", night.bought("SSO") == 0.0)
    yield Expectation(
        "US shares end within four points of target, old gains left alone",
        abs(night.weights()["us_equity"] - 0.36) < 0.04,
    )


CASE = Case("leveraged-at-its-exposure", __doc__, expected)
