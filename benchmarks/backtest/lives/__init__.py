"""One life under one method: looks, the days between them, and a record of every year."""
