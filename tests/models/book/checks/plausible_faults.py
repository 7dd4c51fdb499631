"""Books with figures that can hardly be meant."""

from __future__ import annotations

from tests.models.book.checks.fault_case import ALL, Case, cells, wrong

PLAUSIBLE = (
    wrong("amount_beyond_belief", "accounts.3.cash", -1.1e13, "H2"),
    wrong("unseen_character", "accounts.3.owner", "me\x1b[2K", "H2"),
    wrong("absurd_basis", "lots.5.basis", 21_000.0 * 100, "H2"),
    wrong("absurd_basis", "lots.7.basis", 0.1, "007"),
    wrong("per_share_basis", "lots.5.basis", 262.5, "H2"),
    Case(
        "no_lots",
        "lots",
        None,
        None,
        ALL,
        cells(*[("lots", row, "account_id", "of nobody") for row in range(8)]),
        follows=True,
    ),
)
"""Price and value jumps need a last night: they are in test_plausible."""
