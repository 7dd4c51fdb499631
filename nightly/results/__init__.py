"""What a run leaves behind: its folder, its tables, and how they are read back."""
