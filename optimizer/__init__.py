"""The decision: from a household and a policy to verified, certified orders.

>>> from optimizer.rebalance import rebalance
>>> plan = rebalance(household, policy)  # doctest: +SKIP
"""
