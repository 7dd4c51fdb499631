"""Documents of one household: a proposal for the client, a sheet for compliance; HTML and PDF.

They are made of the household's record like its page, and have no figure of their own either. A
document stands by itself: its style is inside, it fetches nothing, and no script is in it. The
client's is in plain English; what a rule is called stands on the sheet for compliance.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from models.errors import HearthError
from workbench.pages.rendering import STATIC, page

KINDS: Final = ("proposal", "compliance")
"""Documents that there are."""

LARGEST: Final = 10
"""Orders that a proposal lists: what fits on its second page."""

COLOURS: Final = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7"),
    *("#56b4e9", "#d55e00", "#8a7f00", "#6b6b6b"),
)
"""Colours of accounts, told apart by most who do not see all colours."""

REASONS: Final = {
    "tracking": "to come back to the mix that you agreed",
    "location": "to hold investments in accounts where they are taxed less",
    "harvest": "to use a loss, or an allowed gain, against tax",
    "cash": "to raise the cash that is needed, or to invest cash",
}
"""Reason of an order → why such trades are there, in plain English."""

SHORT: Final = {
    "tracking": "back to the mix",
    "location": "taxed less there",
    "harvest": "for the tax year",
    "cash": "for cash",
}
"""The same in a cell."""


class DocumentError(HearthError):
    """A document that cannot be made: the message says what would do."""


def document(kind: str, record: dict[str, Any]) -> str:
    """Return a document as HTML that stands by itself."""
    if kind not in KINDS:
        raise DocumentError(f"--kind {kind!r}: choose one of {', '.join(KINDS)}")
    told = record["explained"]
    orders = (told or record["stored"])["orders"]
    place = "explained" if told else "stored"
    largest = sorted(range(len(orders)), key=lambda n: (-orders[n]["amount"], n))[:LARGEST]
    return page(
        kind,
        record,
        style=(STATIC / "document.css").read_text("utf-8"),
        orders=[(f"{place}.orders.{n}", orders[n]) for n in largest],
        reasons=Counter(order["reason"] for order in orders),
        words=REASONS,
        short_words=SHORT,
        colours=COLOURS,
    )


def notebook(explained: dict[str, Any]) -> str:
    """Return an explanation as a piece of HTML for a notebook; it brings no style but its own."""
    return page("notebook", {"explained": explained}, colours=COLOURS)


def as_pdf(html: str) -> bytes:
    """Return a document as PDF.

    Raises
    ------
    DocumentError
        If the package that makes PDFs is not installed.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise DocumentError(
            f"PDF needs WeasyPrint and Pango ({error}): pip install -e '.[pdf]', and the system's "
            "libpango-1.0-0 and libpangoft2-1.0-0; or take --format html"
        ) from error

    class Nothing(URLFetcher):  # type: ignore[misc]
        """Fetches nothing: a document is whole as it is."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError(f"a document fetches nothing, and not {url}")

    made: bytes = HTML(string=html, url_fetcher=Nothing()).write_pdf()
    return made
