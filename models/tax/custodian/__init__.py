"""Law that a custodian applies around a rebalancing: lots relieved, dividends, distributions due.

No night calls this: cases, heuristics and lives of many years do.
"""
