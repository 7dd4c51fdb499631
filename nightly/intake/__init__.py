"""From custodians' files, a household's facts and the shipped market to a book's tables."""
