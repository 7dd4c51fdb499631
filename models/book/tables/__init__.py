"""What a file of the book says: the columns it must have, its formats, its cells, row by row."""
