"""Lives of households, year by year, under any rebalancer: what each is worth after tax."""
