"""US federal income tax of a rebalancing household, exact to the cent.

Out of scope, said plainly: the alternative minimum tax, the 25 and 28 percent kinds of gain,
credits, and the short-sale and option rules.
"""
