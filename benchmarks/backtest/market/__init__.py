"""What the markets did, and what was known of them on a day."""
