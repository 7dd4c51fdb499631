"""After the trade: fills and corporate actions booked into the next night's book."""
