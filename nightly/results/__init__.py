"""What a run leaves behind: its folder, its tables, decisions on plans, and how they are read."""
