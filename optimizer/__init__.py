"""The decision: from a household and a policy to verified, certified orders.

>>> from optimizer import rebalance
>>> plan = rebalance(household, policy)  # doctest: +SKIP
"""

from optimizer.rebalance import rebalance
from optimizer.verify import verify

__all__ = ["rebalance", "verify"]
