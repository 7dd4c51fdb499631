"""What the records of lives come to: differences between methods, and how sure they are."""
