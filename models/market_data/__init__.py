"""The market that is shipped: what funds are, what they pay, how classes move together. No prices.

Every figure has its source and date in SOURCES.md or in its own row. A user's table wins row by
row over what stands here; a price is never shipped, because it is wrong a day later and is
somebody's property.
"""
