"""What is minimised and within what: the language, terms, rules, and the two compilers."""
