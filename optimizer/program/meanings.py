"""What rows of dollars have in common: their unit, and the cent that a judge lets pass."""

from __future__ import annotations

from optimizer.inputs.frame import Frame
from optimizer.program.language import Kind, Meaning, Owner


def to_the_cent(
    frame: Frame,
    kind: Kind = Kind.RULE,
    *,
    overstepped: bool = False,
    by_tickets: bool = False,
    owner: Owner = Owner.POLICY,
) -> Meaning:
    """Meaning of rows in units whose figure a judge measures in dollars, to the cent."""
    return Meaning(
        kind,
        usd=frame.percent_usd,
        breach=1.0 / frame.percent_usd,
        lets_pass=frame.cent,
        overstepped=overstepped,
        by_tickets=by_tickets,
        owner=owner,
    )
