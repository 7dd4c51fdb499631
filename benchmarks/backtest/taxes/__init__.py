"""What a year costs a household in tax, and what it is worth on a day."""
