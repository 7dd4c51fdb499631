"""What `hearth alerts` says and returns: what needs a person, and which sinks were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from nightly.alerts.delivery import Delivered, deliver
from nightly.alerts.events import Event, events_of
from nightly.alerts.settings import settings_of
from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED, TROUBLED
from nightly.results.run_folder import RunFolder
from workbench.wording import counted


def alerts(run: Path, to: Sequence[str], as_json: bool) -> int:
    """List what of a run needs a person and tell every sink what it has not had."""
    folder = RunFolder(run.resolve())
    runs = folder.path.parent
    settings = settings_of(runs, to)
    counts = settings.deferred_nights, settings.standing_days
    events = events_of(folder, settings.kinds, *counts)
    told = deliver(runs, events, settings.sinks) if settings.sinks else []
    code = TROUBLED if any(each.fault for each in told) else ANSWERED
    if as_json:
        facts = [event.facts() for event in events]
        sinks = [asdict(each) for each in told]
        console.say_json({"run_id": folder.run_id, "events": facts, "sinks": sinks})
        return code
    for event in events:
        console.say("  ".join(filter(None, (event.kind, event.household_id, event.text))))
    console.say(f"{counted(len(events), 'event')} of {folder.run_id}")
    print_told(told)
    return code


def tell(runs: Path, events: Sequence[Event]) -> list[Delivered]:
    """Tell the sinks of `alerts.toml` beside the runs what they have not had of some events."""
    settings = settings_of(runs, [])
    wanted = [event for event in events if event.kind in settings.kinds]
    return deliver(runs, wanted, settings.sinks) if settings.sinks else []


def print_told(told: Sequence[Delivered]) -> None:
    """Print what became of events at each sink."""
    for each in told:
        left = f", {each.left} left for the next time: {each.fault}" if each.fault else ""
        console.say(f"{each.sink}: {each.taken} told, {each.before} before{left}")
