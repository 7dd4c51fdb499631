"""Templates filled in: everything escaped, nothing undefined, no template named by a user."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from workbench.pages.distributions import evidence_strips, trial_strips
from workbench.pages.drawing import frontier_curve, lockout_calendar, weight_bars
from workbench.pages.figures import figures_of, worded
from workbench.pages.over_years import transition_lines
from workbench.screen_tables import short_name
from workbench.wording import HELD, counted, money_waits

FOLDER: Final = Path(str(files("workbench.pages")))
STATIC: Final = FOLDER / "static"


@cache
def environment() -> Environment:
    """Return the templates: text is escaped in all of them, whatever their name."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["spoken"] = spoken
    made.filters["worded"] = worded
    made.filters["counted"] = counted
    made.filters["short"] = short_name
    made.tests["waiting"] = lambda weights: money_waits((w["held"], w["before"]) for w in weights)
    made.globals.update(
        HELD=HELD,
        frontier_curve=frontier_curve,
        address=address,
        weight_bars=weight_bars,
        transition_lines=transition_lines,
        trial_strips=trial_strips,
        evidence_strips=evidence_strips,
        lockout_calendar=lockout_calendar,
    )
    return made


def page(name: str, record: Any, /, **facts: Any) -> str:
    """Return a page: `record` holds every figure, `facts` what is no figure."""
    template = environment().get_template(f"{name}.html")
    return template.render(record=record, fig=figures_of(record), **facts)


def spoken(name: str) -> str:
    """Return a name of the code as words."""
    return name.replace("_", " ")


def address(run_id: str, place: str = "", **query: Any) -> str:
    """Return the address of a page about a run; whatever is in the names is quoted."""
    told = urlencode({key: value for key, value in query.items() if value not in (None, "")})
    where = f"/runs/{quote(run_id, safe='')}" + (f"/{place}" if place else "")
    return f"{where}?{told}" if told else where
