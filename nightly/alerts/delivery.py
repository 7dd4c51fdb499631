"""Each event to each sink once: what was taken is on disk before anything else is tried.

Beside the runs stands `alerts.delivered`, a line for each event that a sink took. A crash between
the taking and the line tells the event again: a file knows it by its own lines, a webhook by the
same idempotency key, a mail by the same Message-ID. Refused: the line first, which loses events.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from nightly.alerts.events import Event
from nightly.alerts.sinks import Sink, SinkError
from nightly.results.durable import force, refusing

STATE: Final = "alerts.delivered"
"""The file's name among the runs."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the events at one sink: how many it took, had before, and why it stopped."""

    sink: str
    taken: int
    before: int
    left: int
    fault: str = ""


def deliver(runs: Path, events: Sequence[Event], sinks: Iterable[Sink]) -> list[Delivered]:
    """Tell every sink what it has not had; one that fails stops no other and loses nothing."""
    state = runs / STATE
    with refusing(state), state.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        had = _read(file)
        force(runs)
        return [_told(file, sink, events, had) for sink in sinks]


def _told(
    file: IO[bytes], sink: Sink, events: Sequence[Event], had: set[tuple[str, str]]
) -> Delivered:
    new = [event for event in events if (sink.name, event.event_id) not in had]
    taken, fault = 0, ""
    for event in new:
        try:
            sink.take(event)
        except SinkError as error:
            fault = str(error)
            break
        line = json.dumps({"sink": sink.name, "event_id": event.event_id})
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        taken += 1
    return Delivered(sink.name, taken, len(events) - len(new), len(new) - taken, fault)


def _read(file: IO[bytes]) -> set[tuple[str, str]]:
    """Return what was taken; a last line that a crash tore is cut off."""
    file.seek(0)
    content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        file.truncate(len(whole))
    try:
        lines = [json.loads(line) for line in whole.splitlines()]
        return {(line["sink"], line["event_id"]) for line in lines}
    except (ValueError, KeyError, TypeError):
        raise SinkError(
            f"{STATE} is not as it was written; move it away, and every event is told again"
        ) from None
