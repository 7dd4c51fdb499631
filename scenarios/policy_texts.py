"""Policy files as text: one annotated example of every key, and a few that differ by purpose.

`standard` states every default, so it says the same as an empty file; the others state only what
they change. Refused: writing defaults into every policy, since then a reader cannot see what a
policy is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from models.book.policies.rules import RULES


def annotated_standard() -> str:
    """Return the text of ``standard.toml``: every key with its unit, default and effect."""
    return files("models").joinpath("standard.toml").read_text("utf-8")


def policy_text(purpose: str, changes: Mapping[str, Mapping[str, object]]) -> str:
    """Return the TOML of a policy that differs from the standard by `changes`.

    Raises
    ------
    KeyError
        If a section and key are not keys of a policy.
    """
    lines = [f"# {purpose}"]
    for section, values in changes.items():
        lines += ["", f"[{section}]"]
        for key, value in values.items():
            if (section, key) not in RULES:
                raise KeyError(f"[{section}] {key} is not a key of a policy")
            lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


#: What the sample book's policies say, so that a reader can follow an order to a broker at once.
PRE_APPROVED: Mapping[str, Mapping[str, object]] = {"approval": {"always": False}}

#: Policies of the sample book beside `standard`: purpose and what changes.
SAMPLE_POLICIES: Mapping[str, tuple[str, Mapping[str, Mapping[str, object]]]] = {
    "pre-approved": (
        "The standard, and its plans may leave without a person.",
        {},
    ),
    "year-end-harvest": (
        "December's errand: realize losses, buy substitutes, touch nothing else.",
        {"trades": {"mode": "harvest_only", "min_usd": 500.0}},
    ),
    "new-cash-only": (
        "Invest what arrived; sell nothing.",
        {"trades": {"mode": "buy_only"}},
    ),
    "patient-gains": (
        "Leave a concentrated holding over years: a tenth of the gain a run, none of it short.",
        {
            "limits": {
                "gain_share_of_unrealized": 0.10,
                "max_short_gain_usd": 0.0,
                "long_term_guard_days": 45,
            },
        },
    ),
    "banded": (
        "Act only when a class leaves its band.",
        {"trades": {"min_usd": 250.0}, "limits": {"bands": "trigger"}},
    ),
    "hard-bands": (
        "Every class ends inside its band.",
        {"limits": {"bands": "hard"}},
    ),
    "dear-tickets": (
        "Trade where a ticket is still worth its price at an old-fashioned desk.",
        {"trades": {"min_usd": 1000.0, "ticket_usd": 19.95}},
    ),
    "low-turnover": (
        "Move at most a twentieth of the household, and pay for each ticket.",
        {"trades": {"min_usd": 1000.0, "ticket_usd": 4.95, "max_turnover": 0.05}},
    ),
    "wash-priced": (
        "Weigh a disallowed loss instead of forbidding it.",
        {"wash_sale": {"mode": "price"}},
    ),
    "large-tickets": (
        "A large family office: no order under $25,000, a commission on every dollar.",
        {"trades": {"min_usd": 25_000.0, "commission_bps": 0.2}},
    ),
    "small-account": (
        "A few hundred dollars: orders from $25.",
        {"trades": {"min_usd": 25.0}},
    ),
    "flat-rates": (
        "An adviser who gives rates instead of a return.",
        {"tax": {"short_rate": 0.408, "long_rate": 0.238}},
    ),
    "close-tracking": (
        "Stay within one percent of tracking error, at moderate cost.",
        {"limits": {"te_max": 0.01}},
    ),
    "gain-harvest": (
        "Use the zero-percent bracket: sell gains and buy them back.",
        {"trades": {"gain_harvest": True}},
    ),
}


def sample_policies() -> dict[str, str]:
    """Return policy id to TOML text for every policy of the sample book."""
    texts = {"standard": annotated_standard()}
    for policy_id, (purpose, changes) in SAMPLE_POLICIES.items():
        texts[policy_id] = policy_text(purpose, {**changes, **PRE_APPROVED})
    return texts
