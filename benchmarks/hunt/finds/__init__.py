"""What a hunt met, told: a row a household, and a page of all of them."""
