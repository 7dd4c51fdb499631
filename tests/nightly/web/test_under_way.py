from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nightly.results.run_folder import EVENTS, RunFolder
from nightly.results.under_way import followed
from tests.nightly.web.opened import SAMPLE, digest_of, opened, parsed
from tests.nightly.web.test_pages import wrong

RUN = "2026-11-20-0007"


def noted(runs: Path, *events: dict[str, Any]) -> RunFolder:
    """Return a run that is under way, with lines added to its log."""
    folder = RunFolder(runs / RUN)
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.note(events)
    return folder


def start(minute: int, households: int = 100) -> dict[str, Any]:
    """Return the first line of a log."""
    clock = f"2026-11-20T22:{minute:02d}:00+00:00"
    return {"event": "start", "clock": clock, "households": households}


def answered(minute: int, clock: bool = True) -> dict[str, Any]:
    """Return a household's line."""
    at = f"2026-11-20T22:{minute:02d}:00+00:00" if clock else None
    return {"event": "household", "clock": at, "chunk": 0, "household_id": "h"}


def test_rate_and_end_follow_from_the_log(tmp_path: Path) -> None:
    """Ten in two minutes leave ninety for eighteen; a second look reads on and counts no twice."""
    folder = noted(tmp_path, start(0), *[answered(1)] * 4, *[answered(2)] * 6)
    found = followed(folder)
    assert (found.households, found.done) == (100, 10)
    assert found.per_second == 10 / 120
    assert found.ends == "2026-11-20T22:20:00+00:00"
    noted(tmp_path, answered(3))
    again = followed(folder, found)
    assert again.done == 11 and again == followed(folder)


def test_what_an_earlier_attempt_answered_counts_as_done_and_not_into_the_rate(
    tmp_path: Path,
) -> None:
    """A half written line is no household yet; one without a clock is told by those before."""
    folder = noted(tmp_path, start(0), *[answered(1)] * 50)
    noted(tmp_path, {"event": "resume", "clock": "2026-11-20T22:30:00+00:00"})
    found = followed(folder)
    assert (found.done, found.per_second, found.ends) == (50, None, None)
    noted(tmp_path, answered(31), answered(31, clock=False))
    with (folder.path / EVENTS).open("a") as log:
        log.write('{"event": "household", "clo')
    found = followed(folder, found)
    assert found.done == 52 and found.began == "2026-11-20T22:30:00+00:00"


def test_a_page_says_how_far_a_run_is_and_comes_by_itself(tmp_path: Path) -> None:
    """Before the first line, on the way, and in the list of runs; nothing is written."""
    runs = tmp_path / "runs"
    folder = RunFolder(runs / RUN)
    folder.work.mkdir(parents=True)
    (folder.work / "request.json").write_text(json.dumps({}))
    with opened(SAMPLE, runs, tmp_path / "scratch") as client:
        assert "nobody is answered yet" in parsed(client.get(f"/runs/{RUN}").text).text
        noted(runs, start(0), *[answered(2)] * 25)
        before = digest_of(runs)
        text = client.get(f"/runs/{RUN}").text
        page = parsed(text)
        assert '<meta http-equiv="refresh"' in text
        assert "25 of 100 households are answered" in " ".join(page.text.split())
        assert wrong(page, followed(folder).as_data()) == []
        listed = parsed(client.get("/runs").text)
        assert RUN in listed.text and ("under_way.0.done", "25", "25") in listed.figures
        assert client.get("/runs/2026-11-20-0008").status_code == 404
        assert client.get(f"/runs/{RUN}/send").status_code == 404
        assert digest_of(runs) == before
