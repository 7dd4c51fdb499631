"""What leaves a run: decisions on plans, and approved orders as tickets and blocks."""
