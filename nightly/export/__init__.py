"""What leaves a run: approved orders as tickets and blocks, and fills allocated back."""
