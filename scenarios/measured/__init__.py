"""Facts of a market measured from a folder of prices: covariance by class, yields, basis risk."""
