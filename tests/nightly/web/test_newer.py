"""What the top of a page says: that a run is not the newest, or that the law ends with its year."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from nightly.export.leaving import sorted_out
from nightly.register.deciding import Word, decide
from nightly.register.register import NAME, beside
from nightly.register.roles import Rights
from nightly.register.superseded import LEAVES_WITHIN
from nightly.results import moment
from nightly.results.run_folder import RunFolder
from nightly.web import ready
from nightly.web.doors import CSRF
from nightly.web.newer import Newer, NewerRuns
from tests.nightly.export.test_money import night, withdrawing
from tests.nightly.register import orders
from tests.nightly.web.opened import ASOF, digest_of, household_at, opened, own_copy, parsed

TOP = "This is not the newest run"


def another(run: Path, name: str, asof: str = "2026-11-20", **options: Any) -> str:
    """Lay a copy of a run beside it, of another day or otherwise asked; return its name."""
    shutil.copytree(run, run.parent / name)
    where = run.parent / name / "manifest.json"
    facts = json.loads(where.read_text("utf-8"))
    facts |= {"run_id": name, "asof": asof, "options": facts["options"] | options}
    where.write_text(json.dumps(facts), "utf-8")
    return name


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Return a book of two households that waits and sends, and two nights of it."""
    place = tmp_path_factory.mktemp("newer")
    book = withdrawing(place)
    return book, night(book), night(book)


def test_an_old_run_says_which_is_newest_and_sends_nothing(
    two: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """On each of its pages; a form that was made before is refused, and writes nothing."""
    book, old, new = two
    with opened(book, old.parent, tmp_path) as ann:

        def page(run: Path, place: str = "") -> Any:
            return parsed(ann.get(f"/runs/{run.name}{place}").text)

        assert TOP not in page(new).text and "Tonight" in page(new).text
        assert len(page(new, "/send").fields("seen")) == 1
        assert page(new).fields("plan") != []
        for place in ("", "/send", "/evidence", household_at("x", "h2").removeprefix("/runs/x")):
            text = page(old, place).text
            assert TOP in text and f"Go to {new.name}" in text
            assert "Tonight" not in text.partition("Keys")[0]
        send = page(old, "/send")
        assert (send.fields("seen"), "decide and send there" in send.text) == ([], True)
        assert page(old).fields("plan") == []
        assert page(old, household_at("x", "h2").removeprefix("/runs/x")).fields("why") == []
        form = {CSRF: page(old, "/tuning").code, "form": "csv", "seen": "whatever"}
        before = digest_of(old.parent)
        answer = ann.post(f"/runs/{old.name}/send", data=form)
        assert (answer.status_code, "a newer run has answered" in answer.text) == (409, True)
        assert digest_of(old.parent) == before


def test_what_takes_the_place_of_a_run(two: tuple[Path, Path, Path], tmp_path: Path) -> None:
    """A later night; not one asked for by name, of an earlier day, or of another book."""
    run = tmp_path / two[1].name
    shutil.copytree(two[1], run)
    there = [run.name]

    def newer() -> Newer | None:
        return NewerRuns(tmp_path).than(run.name, there)

    there.append(another(run, "2026-11-20-0002", asked={"household_id": "h1"}))
    there.append(another(run, "2026-11-19-0009", asof="2026-11-19"))
    there.append("2026-11-20-0004")
    assert newer() is None  # nor a folder that is no run
    there.append(another(run, "2026-11-20-0003"))
    assert newer() == Newer("2026-11-20-0003", "2026-11-20", 2, 2, np.ones(2, bool))


def test_of_some_households_only_these_have_a_newer_answer(
    two: tuple[Path, Path, Path], sample_runs: Path, run_id: str, tmp_path: Path
) -> None:
    """A night of other households says nothing of these; of h1 alone it is told, with why.

    It is the only one that is approved, so there is nothing to send.
    """
    runs = own_copy(two[2].parent, tmp_path / "runs")
    run = runs / two[2].name
    shutil.copytree(sample_runs / run_id, runs / "others")
    another(runs / "others", "2026-11-21-0001", asof="2026-11-21")
    shutil.rmtree(runs / "others")
    found = NewerRuns(runs)
    assert found.than(run.name, [run.name, "2026-11-21-0001"]) is None
    one = another(run, "2026-11-22-0001", asof="2026-11-22", households=["h1"])
    plans = runs / one / "plans.parquet"
    table = pq.read_table(plans)
    pq.write_table(table.filter(pc.equal(table["household_id"], "h1")), plans)
    assert found.than(run.name, [run.name, one]) == Newer(
        one, "2026-11-22", 1, 2, np.array([True, False])
    )
    with opened(two[0], runs, tmp_path / "scratch") as ann:
        page = parsed(ann.get(f"/runs/{run.name}/send").text)
    assert "1 household of 2 here has been answered since, last by 2026-11-22-0001" in page.text
    assert ("stays", "1", "1") in page.figures
    assert f"approved would stay behind. h1: {one} answered it since" in page.text
    assert page.fields("seen") == []


def test_the_button_counts_what_an_export_lets_leave(
    two: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both approved; the sale of one stands at a broker until cancelled; then prices are old."""
    book, runs = two[0], own_copy(two[2].parent, tmp_path / "runs")
    shutil.rmtree(runs / two[1].name)
    run, place = RunFolder(runs / two[2].name), f"/runs/{two[2].name}/send"
    decide(run, "h2", Word("approved", "so"), Rights("Ann"))
    with opened(book, runs, tmp_path / "scratch") as ann:
        page = parsed(ann.get(place).text)
        assert ("ready", "2", "2") in page.figures and "Send 2 plans" in page.text
        assert "stay behind" not in page.text
        at_work = orders.ticket("2026-11-13-0001", "h1", time_in_force="good_till_cancel")
        with beside(run.path).held() as held:
            orders.propose(held, "2026-11-13-0001", ["h1"])
            folder = RunFolder(runs / "2026-11-13-0001")
            folder.path.mkdir()
            orders.send(held, folder, [at_work])
        page = parsed(ann.get(place).text)
        assert ("ready", "1", "1") in page.figures and "Send 1 plan" in page.text
        assert f"would stay behind. h1: {at_work.ticket_id} is sent" in page.text
        left = sorted_out(run, beside(run.path).read(), Rights("Ann"), ["h1", "h2"])
        assert (set(left.approved), set(left.left_out)) == ({"h2"}, {"h1"})
        monkeypatch.setattr(ready, "MOST", 1)
        later = beside(run.path)
        with later.held() as held:
            held.add("decision", "Ann", "so", {"decisions": []})
        assert "Send up to 2 plans" in ann.get(place).text
        monkeypatch.setattr(moment, "today", lambda: ASOF + timedelta(days=LEAVES_WITHIN + 1))
        page = parsed(ann.get(place).text)
        assert "Nothing of this run leaves from here. the prices of" in page.text
        assert page.fields("seen") == []


@pytest.mark.parametrize(("asof", "told"), [("2026-11-30", False), ("2026-12-01", True)])
def test_a_december_night_says_that_the_next_year_has_no_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asof: str, told: bool
) -> None:
    """On its page in the terminal and in the workbench: five weeks before the nights stop."""
    book = withdrawing(tmp_path)
    prices = book / "securities.csv"
    prices.write_text(prices.read_text("utf-8").replace("2026-11-20", asof), "utf-8")
    run = night(book, asof)
    said = "published figures for 2027"
    assert (said in capsys.readouterr().out) == told
    with opened(book, run.parent, tmp_path / "scratch") as ann:
        assert (said in ann.get(f"/runs/{run.name}").text) == told


def test_a_tile_counts_no_plan_that_a_newer_one_replaced(
    two: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """Of two that wait and are approved, one is answered anew since: its tile, its form, its word.

    The next that waits is another; what the newest run shows has no such tile.
    """
    runs = own_copy(two[2].parent, tmp_path / "runs")
    shutil.rmtree(runs / two[1].name)
    run = runs / two[2].name

    def tiles(ann: Any) -> dict[str, int]:
        found = parsed(ann.get(f"/runs/{run.name}").text).figures
        return {
            at.removeprefix("stages."): int(n) for at, n, _ in found if at.startswith("stages.")
        }

    with opened(two[0], runs, tmp_path / "scratch") as ann:
        before = tiles(ann)
        assert (before["WAITING"], before["READY"], "ANSWERED" in before) == (1, 1, False)
        waits = parsed(ann.get(f"/runs/{run.name}?stage=WAITING").text).fields("plan")
        one = another(run, "2026-11-22-0001", asof="2026-11-22", households=["h2"])
        plans = runs / one / "plans.parquet"
        table = pq.read_table(plans)
        pq.write_table(table.filter(pc.equal(table["household_id"], "h2")), plans)
        after = tiles(ann)
        assert (after["WAITING"], after["READY"], after["ANSWERED"]) == (0, 1, 1)
        assert sum(after.values()) == sum(before.values())
        place = household_at(run.name, "h2")
        page = parsed(ann.get(place).text)
        assert page.fields("why") == [] and "has answered this household: decide" in page.text
        send = parsed(ann.get(f"/runs/{run.name}/send").text)
        assert "Nobody waits." in send.text and ("stages.ANSWERED", "1", "1") in send.figures
        assert ann.get(f"/runs/{run.name}/next").headers["location"].endswith("/send")
        form = {CSRF: page_code(ann, run), "plan": waits, "decision": "approved", "why": "so"}
        answer = ann.post(f"/runs/{run.name}/decide", data=form)
        assert (answer.status_code, f"{one} answered it since" in answer.text) == (409, True)


def page_code(ann: Any, run: Path) -> str:
    """Return the code of a run's forms."""
    return parsed(ann.get(f"/runs/{run.name}/tuning").text).code


def test_every_page_says_that_the_register_lost_lines(
    two: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    """At its top, with what would do; no form writes. Once the newest copy is back it is gone."""
    runs = own_copy(two[2].parent, tmp_path / "runs")
    run, register = RunFolder(runs / two[2].name), runs / NAME
    older = register.read_bytes()
    decide(run, "h2", Word("rejected", "so"), Rights("Ann"))
    newest, lost = register.read_bytes(), "The register of orders lost lines"
    places = ["/runs", *(f"/runs/{run.run_id}{at}" for at in ("", "/send", "/evidence"))]
    with opened(two[0], runs, tmp_path / "scratch") as ann:
        assert not any(lost in ann.get(place).text for place in places)
        register.write_bytes(older)
        for place in places:
            page = parsed(ann.get(place).text)
            assert lost in page.text and "orders.head knows of" in page.text
            assert "--book-again" in page.text
        form = {CSRF: page_code(ann, run.path), "plan": "0 h2", "decision": "approved", "why": "so"}
        answer = ann.post(f"/runs/{run.run_id}/decide", data=form)
        assert (answer.status_code, register.read_bytes() == older) == (409, True)
        cookies = dict(ann.cookies)
        ann.cookies.clear()
        assert lost not in ann.get("/runs").text, "who has not come in is told nothing"
        ann.cookies.update(cookies)
        assert lost in ann.get("/runs").text
        register.write_bytes(newest)
        assert not any(lost in ann.get(place).text for place in places)
