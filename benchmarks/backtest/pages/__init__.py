"""What is read of a run: its report, its tables and its plots."""
