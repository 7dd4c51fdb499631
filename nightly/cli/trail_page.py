"""The page of `hearth trace`: an order's trail as a person reads it, from order to inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.text import Text

from nightly.cli import console

SHOWN_OF_A_HASH: Final = 12
"""Characters of a digest that a page shows: --json has them all."""

HASH: Final = 64
"""Characters of a SHA-256."""

NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})


def say_trail(trail: Mapping[str, Any]) -> None:
    """Print a trail: a heading for each part, a line for each thing that is known of it."""
    page, order = console.page(), trail["order"]
    page.print(
        f"{order['order_id']}: {order['side']} {order['shares']:g} {order['security_id']} at "
        f"{order['price']:,.2f}, ${order['amount']:,.2f}, in {order['account_id']}",
        soft_wrap=True,
    )
    for part, said in trail.items():
        if part == "order" or said in NOTHING:
            continue
        lines = list(_lines(said))
        page.print(Text.assemble("\n", (part, "bold")), end="\n" if len(lines) > 1 else "  ")
        for line in lines:
            indent = "  " if len(lines) > 1 else ""
            page.print(indent + line, soft_wrap=True)


def _lines(said: Any, name: str = "") -> Iterator[str]:
    """Yield nested data as lines; what is empty is left out."""
    if isinstance(said, Mapping):
        for inner, each in said.items():
            yield from _lines(each, f"{name} {inner}".strip()) if each not in NOTHING else ()
    elif isinstance(said, list):
        for each in said:
            yield f"{name}: {_flat(each)}" if name else _flat(each)
    else:
        yield f"{name}: {_flat(said)}" if name else _flat(said)


def _flat(said: Any) -> str:
    if isinstance(said, Mapping):
        known = {name: each for name, each in said.items() if each is not None}
        return " · ".join(f"{name} {_flat(each)}" for name, each in known.items())
    if isinstance(said, str) and len(said) == HASH and said.isalnum():
        return said[:SHOWN_OF_A_HASH]
    return f"{said:,.6g}" if isinstance(said, float) else str(said)
