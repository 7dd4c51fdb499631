"""Rules asked backwards: what touches an account, whom a change would break, what cites the law."""
