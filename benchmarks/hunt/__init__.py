"""A standing hunt for plans that are better than ours, and for bounds that are false.

Whoever proposes a plan must not be the one who says that it is good. So the hunt starts at the
optimizer's plan and knows nothing of how it came about: it changes orders, and asks the judge.
Whatever legal plan it meets is held against every bound that was given for the household.
"""
