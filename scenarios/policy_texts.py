"""Policy files as text: one annotated example of every key, and a few that differ by purpose.

`standard` states every default, so it says the same as an empty file; the others state only what
they change. Refused: writing defaults into every policy, since then a reader cannot see what a
policy is for.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Section, key, default as TOML text (None: not given by default), unit, effect.
KEYS: tuple[tuple[str, str, str | None, str, str], ...] = (
    ("weights", "tracking_error", "1.0", "factor", "weight of the cost of deviating from target"),
    ("weights", "tax", "1.0", "factor", "weight of tax due now, and of withdrawal terms"),
    ("weights", "basis_change", "1.0", "factor", "weight of tax moved into the future by basis"),
    ("weights", "trading_cost", "1.0", "factor", "weight of spreads, commissions and tickets"),
    ("weights", "tax_drag", "1.0", "factor", "weight of yearly tax on income: asset location"),
    ("risk", "aversion", "10.0", "1/variance", "gamma: higher follows the target more closely"),
    ("risk", "horizon_years", "5.0", "years", "horizon over which deviation and drag are counted"),
    ("risk", "after_tax_weights", "false", "flag", "scale deferred holdings by (1 - rate)"),
    ("tax", "carryforward_value", None, "rate", "worth of a dollar of loss carried out;"
     " default: discounted future rate"),
    ("tax", "discount_rate", "0.05", "per year", "discounts tax paid at the horizon"),
    ("tax", "future_gain_rate", None, "rate", "rate of gains at the horizon; default: long rate"),
    ("tax", "short_rate", None, "rate", "all-in short-term rate; replaces the law's brackets"),
    ("tax", "long_rate", None, "rate", "all-in long-term rate; replaces the law's brackets"),
    ("tax", "deferred_rate", None, "rate", "rate that deferred accounts will pay;"
     " default: today's marginal ordinary rate"),
    ("tax", "roth_premium", "0.10", "fraction", "what a dollar in a Roth account is worth extra"),
    ("trades", "min_usd", "100.0", "dollars", "smallest order, full liquidations exempt"),
    ("trades", "min_weight", "0.0", "fraction", "smallest order as a share of the household"),
    ("trades", "commission_bps", "0.0", "bps", "commission on the amount, beside the half-spread"),
    ("trades", "ticket_usd", "0.0", "dollars", "fixed cost of an order"),
    ("trades", "max_turnover", None, "fraction", "limit on half the traded amount over value"),
    ("trades", "mode", '"full"', "name", "full, buy_only, sell_only, harvest_only or hold"),
    ("trades", "gain_harvest", "false", "flag", "may sell gain lots and buy them back at once"),
    ("limits", "tax_budget_usd", None, "dollars", "most tax a filing unit may owe on its year"),
    ("limits", "gain_budget_usd", None, "dollars", "most gain a filing unit may recognise in its"
     " year"),
    ("limits", "gain_share_of_unrealized", None, "fraction", "most of the unrealized gain to"
     " recognise in this run"),
    ("limits", "max_short_gain_usd", None, "dollars", "most short-term gain of this run"),
    ("limits", "long_term_guard_days", "0", "days", "keep gain lots that turn long-term so soon"),
    ("limits", "te_max", None, "per year", "hard limit on tracking error"),
    ("limits", "bands", '"trigger"', "name", "trigger: act only outside bands; hard: end inside"),
    ("wash_sale", "mode", '"avoid"', "name", "avoid: no wash sale; price: weigh the lost loss"),
    ("wash_sale", "closed_replacements", '"ignore"', "name", "replacements no longer held:"
     " ignore or count"),
    ("data", "max_price_age_days", "3", "days", "older prices make a household invalid"),
    ("solver", "name", '"piqp"', "name", "solver asked first"),
    ("solver", "backend", '"arrays"', "name", "arrays (fast) or cvxpy (readable)"),
)  # fmt: skip


def annotated_standard() -> str:
    """Return the text of ``standard.toml``: every key with its unit, default and effect."""
    lines = [
        "# The built-in policy, annotated: every key, its unit, its default and what it does.",
        "# A line that begins with '# key =' is not given by default; uncomment it to set it.",
    ]
    section = ""
    for name, key, default, unit, effect in KEYS:
        if name != section:
            lines += ["", f"[{name}]"]
            section = name
        lines.append(f"# [{unit}] {effect}")
        lines.append(f"# {key} =" if default is None else f"{key} = {default}")
    return "\n".join(lines) + "\n"


def policy_text(purpose: str, changes: Mapping[str, Mapping[str, object]]) -> str:
    """Return the TOML of a policy that differs from the standard by `changes`.

    Raises
    ------
    KeyError
        If a section and key are not keys of a policy.
    """
    known = {(section, key) for section, key, *_ in KEYS}
    lines = [f"# {purpose}"]
    for section, values in changes.items():
        lines += ["", f"[{section}]"]
        for key, value in values.items():
            if (section, key) not in known:
                raise KeyError(f"[{section}] {key} is not a key of a policy")
            lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


#: Follow the model: deviation costs three times the default, and the yearly tax on income weighs
#: a quarter, so that it moves assets between accounts rather than from bonds into cash.
CLOSE: Mapping[str, Mapping[str, object]] = {
    "weights": {"tax_drag": 0.25},
    "risk": {"aversion": 30.0},
}

#: Policies of the sample book beside `standard`: purpose and what changes.
SAMPLE_POLICIES: Mapping[str, tuple[str, Mapping[str, Mapping[str, object]]]] = {
    "stay-close": (
        "Follow the model closely, and let tax on income decide between accounts, not for cash.",
        CLOSE,
    ),
    "year-end-harvest": (
        "December's errand: realize losses, buy substitutes, touch nothing else.",
        {**CLOSE, "trades": {"mode": "harvest_only", "min_usd": 500.0}},
    ),
    "new-cash-only": (
        "Invest what arrived; sell nothing.",
        {"trades": {"mode": "buy_only"}},
    ),
    "patient-gains": (
        "Leave a concentrated holding over years: a tenth of the gain a run, none of it short.",
        {
            **CLOSE,
            "limits": {
                "gain_share_of_unrealized": 0.10,
                "max_short_gain_usd": 0.0,
                "long_term_guard_days": 45,
            },
        },
    ),
    "banded": (
        "Act only when a class leaves its band.",
        {**CLOSE, "trades": {"min_usd": 250.0}, "limits": {"bands": "trigger"}},
    ),
    "hard-bands": (
        "Every class ends inside its band.",
        {**CLOSE, "limits": {"bands": "hard"}},
    ),
    "dear-tickets": (
        "Trade where a ticket is still worth its price at an old-fashioned desk.",
        {**CLOSE, "trades": {"min_usd": 1000.0, "ticket_usd": 19.95}},
    ),
    "low-turnover": (
        "Move at most a twentieth of the household, and pay for each ticket.",
        {**CLOSE, "trades": {"min_usd": 1000.0, "ticket_usd": 4.95, "max_turnover": 0.05}},
    ),
    "wash-priced": (
        "Weigh a disallowed loss instead of forbidding it.",
        {**CLOSE, "wash_sale": {"mode": "price"}},
    ),
    "large-tickets": (
        "A large family office: no order under $25,000, a commission on every dollar.",
        {**CLOSE, "trades": {"min_usd": 25_000.0, "commission_bps": 0.2}},
    ),
    "small-account": (
        "A few hundred dollars: orders from $25.",
        {"trades": {"min_usd": 25.0}},
    ),
    "flat-rates": (
        "An adviser who gives rates instead of a return.",
        {**CLOSE, "tax": {"short_rate": 0.408, "long_rate": 0.238}},
    ),
    "close-tracking": (
        "Stay within one percent of tracking error, at moderate cost.",
        {**CLOSE, "limits": {"te_max": 0.01}},
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
        texts[policy_id] = policy_text(purpose, changes)
    return texts
