"""What all households of a book share: securities, targets and risk, built from their tables."""
