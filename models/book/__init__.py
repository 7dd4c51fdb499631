"""The book: tables in a folder, read once, validated as a whole, handed out household by household.

book = read_book("scenarios/sample", date(2026, 11, 20))
household = book.household(book.household_ids[0])
"""

from models.book.book import Book, Dates
from models.book.faults import Fault, FaultyBookError, FaultyHouseholdError
from models.book.policies.files import parse_policy, read_policies, read_policy
from models.book.read import read_book
from models.book.tables.schema import SCHEMA
from models.book.tables.table import Source

__all__ = [
    "SCHEMA",
    "Book",
    "Dates",
    "Fault",
    "FaultyBookError",
    "FaultyHouseholdError",
    "Source",
    "parse_policy",
    "read_book",
    "read_policies",
    "read_policy",
]
