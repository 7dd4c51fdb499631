"""Documents of one household: a proposal for the client, a sheet for compliance; HTML and PDF.

They are made of the household's record like its page, and have no figure of their own either. A
document stands by itself: its style is inside, it fetches nothing, and no script is in it. The
client's is in plain English; what a rule is called stands on the sheet for compliance. It lists
every order, on as many pages as that takes: nobody signs for what they have not seen. There are
lines to sign only while a person has yet to approve, and the figures are those of today's book.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from models.errors import HearthError
from workbench.pages.rendering import STATIC, page, spoken
from workbench.wording import CENT

KINDS: Final = ("proposal", "compliance")
"""Documents that there are."""

COLOURS: Final = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7"),
    *("#56b4e9", "#d55e00", "#8a7f00", "#6b6b6b"),
)
"""Colours of accounts, told apart by most who do not see all colours."""

REASONS: Final = {
    "tracking": "to hold the mix that you agreed as nearly as pays",
    "location": "to hold investments in accounts where they are taxed less",
    "harvest": "to use a loss, or an allowed gain, against tax",
    "cash": "to raise the cash that is needed, or to invest cash",
}
"""Reason of an order → why such trades are there, in plain English."""

SHORT: Final = {
    "tracking": ("for the mix", "for the mix"),
    "location": ("taxed less elsewhere", "taxed less here"),
    "harvest": ("for the tax year", "for the tax year"),
    "cash": ("to raise cash", "to invest cash"),
}
"""The same in a cell, of a sale and of a buy."""


@dataclass(frozen=True, slots=True)
class Tense:
    """How a proposal speaks: of what is still open, of what was rejected, of what has left."""

    title: str
    did: str
    did_money: str
    open: bool = False
    gone: bool = False


OPEN: Final = Tense(
    "A proposal for your portfolio",
    "We propose",
    "We propose to move money, and no trades.",
    open=True,
)
REJECTED: Final = Tense(
    "A proposal that was rejected", "We proposed", "We proposed to move money, and no trades."
)
GONE: Final = Tense(
    "Your portfolio: what was sent",
    "We have sent",
    "We have asked for money to be moved, and for no trades.",
    gone=True,
)

TENSES: Final = {**dict.fromkeys(("", "proposed", "approved"), OPEN), "rejected": REJECTED}
"""State of a plan before it leaves → how its proposal speaks; every other state is one after."""


class DocumentError(HearthError):
    """A document that cannot be made: the message says what would do."""


def document(kind: str, record: dict[str, Any]) -> str:
    """Return a document as HTML that stands by itself."""
    if kind not in KINDS:
        raise DocumentError(f"--kind {kind!r}: choose one of {', '.join(KINDS)}")
    stored, told = record["stored"], record["explained"]
    place, orders = ("explained", told["orders"]) if told else ("stored", stored["orders"])
    largest = sorted(range(len(orders)), key=lambda n: (-orders[n]["amount"], n))
    counts = told is not None and not any(unit["disallowed"] for unit in told["units"])
    stale = record["changed"] or record["differences"]
    reasons = dict.fromkeys(order["reason"] for order in orders)
    return page(
        kind,
        record,
        style=(STATIC / "document.css").read_text("utf-8"),
        orders=[(f"{place}.orders.{n}", orders[n], _why(orders[n], counts)) for n in largest],
        reasons=[REASONS.get(each, spoken(each)) for each in reasons],
        states={each["order_id"]: each["state"] or "not sent" for each in stored["orders"]},
        stand={"Trades": _by_state(stored["orders"]), "Money": _by_state(stored["money"])},
        tense=TENSES.get(stored["state"], GONE),
        signed=stored["waiting"] and not stale,
        colours=COLOURS,
    )


def _why(order: Mapping[str, Any], counts: bool) -> str:
    """Say why an order is there; of a sale for another reason also that its loss counts."""
    reason, buys = order["reason"], order["side"] == "buy"
    said = SHORT[reason][buys] if reason in SHORT else spoken(reason)
    gain = (order.get("gain_st") or 0.0) + (order.get("gain_lt") or 0.0)
    apart = counts and reason != "harvest" and gain <= -CENT
    return f"{said}; its loss lowers tax" if apart else said


def _by_state(sent: Sequence[Mapping[str, Any]]) -> str:
    """Return ``7 filled, 4 sent``; nothing of nothing."""
    found = Counter(each["state"] or "not sent" for each in sent)
    return ", ".join(f"{count} {spoken(state)}" for state, count in sorted(found.items()))


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
