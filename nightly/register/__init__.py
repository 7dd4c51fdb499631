"""The register of orders: what was proposed, decided, sent and answered; only ever added to."""
