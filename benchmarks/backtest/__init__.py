"""Lives of households, year by year, under any rebalancer: what each is worth after tax.

Rooms, lowest first: market/ · people/ · taxes/ · lives/ · methods/ · experiment/ · figures/ ·
pages/; each says in one sentence what it is.
"""
