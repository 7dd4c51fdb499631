"""What may be asked of one household beyond its policy: the record, and its strict reading."""
