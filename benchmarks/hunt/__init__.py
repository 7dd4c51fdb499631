"""A standing hunt for plans that are better than ours, and for bounds that are false.

Whoever proposes a plan must not be the one who says that it is good. So the hunt starts at the
optimizer's plan and knows nothing of how it came about: it changes orders, and asks the judge.
Whatever legal plan it meets is held against every bound that was given for the household.

Rooms, lowest first: plans/ (a plan as the hunt changes it, and the judge asked about it), books/
(what is hunted in), starts/ (where a hunt begins), local_search/ (how it goes on), finds/ (what it
met, told). `hunted` is one household, `keep` writes a find as a book, `exact_bound` doubts the
arithmetic of a bound.
"""
