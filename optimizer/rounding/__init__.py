"""From real amounts to orders: minimum trade, share steps, lots, flows to the cent."""
