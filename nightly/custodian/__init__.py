"""What a custodian's file says, and whether it agrees with itself: no book is touched here."""
