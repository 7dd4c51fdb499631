"""The market's answers: read from files, fitted to what was sent, booked in the register."""
