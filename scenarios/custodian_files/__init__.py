"""Invented accounts as custodians' sites would export them: for trying imports, and tests."""
