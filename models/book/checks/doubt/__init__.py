"""What may be as it is, and a person should look at: owners a slip away, figures beyond belief."""
