"""Why a household is left alone, or needs an answer, in one sentence with its figure."""

from __future__ import annotations

from models.triggers.bands import row_name
from models.triggers.screen import Screen, Trigger, policy_of


def left_alone(screened: Screen, household: int) -> str:
    """Say why a household that no trigger names is left alone."""
    triggers = policy_of(screened, household).triggers
    closest = _closest(screened, household)
    if not screened.drifted[household]:
        return f"inside its bands: {closest}" if closest else "inside its bands"
    tail = f": {closest}" if closest else ""
    if triggers.drift == "never":
        return f"drift does not trigger under its policy{tail}"
    return f"not a day of its {triggers.calendar} calendar{tail}"


def trigger_words(screened: Screen, household: int, trigger: Trigger) -> str:
    """Say what a trigger found in a household."""
    amount = float(screened.figure[trigger][household])
    policy = screened.columns.policy[household]
    if trigger is Trigger.DRIFT:
        closest = _closest(screened, household)
        return closest or "a target without bands is always looked at"
    if trigger is Trigger.CALENDAR:
        return f"{screened.due[policy]} is a day of its calendar"
    if trigger is Trigger.YEAR_END:
        return "the year is about to end"
    if trigger is Trigger.RESTRICTION:
        return f"a restriction ended on {screened.columns.ended[household]}"
    return {
        Trigger.CASH: f"${amount:,.2f} to raise, invest, distribute or hold back",
        Trigger.IDLE_CASH: f"${amount:,.2f} of cash above its floors",
        Trigger.HARVEST: f"${amount:,.2f} of losses can be taken",
        Trigger.LONG_TERM: f"a lot with ${amount:,.2f} of gain or loss turns long-term",
    }[trigger]


def _closest(screened: Screen, household: int) -> str:
    """Name the row with the least room, and how much is left of it or beyond it."""
    row = int(screened.closest[household])
    if row < 0:
        return ""
    rows, groups, columns = screened.rows, screened.groups, screened.columns
    target = int(groups.target[rows.group[row]])
    name = row_name(columns.targets[target], columns.market, int(rows.row[row]))
    room = float(screened.room[row])
    of = f"{name} of {columns.targets[target].target_id}"
    if room < 0.0:
        return f"{of} is {-100.0 * room:.2f} points outside its band"
    return f"the closest, {of}, has {100.0 * room:.2f} points left"
