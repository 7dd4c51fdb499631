"""A book for an analyst: everything shows itself, gives a DataFrame, and plots in one call."""

from workbench.notebook.comparison import Comparison
from workbench.notebook.frontiers import Frontier
from workbench.notebook.open_book import OpenBook, opened
from workbench.notebook.shown import frame_of, load_ipython_extension
from workbench.notebook.with_term import WithTerm

__all__ = [
    "Comparison",
    "Frontier",
    "OpenBook",
    "WithTerm",
    "frame_of",
    "load_ipython_extension",
    "opened",
]
