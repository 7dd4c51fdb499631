"""What needs a person is told once to each sink, whatever fails, and no secret is told at all."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from models.law import known_years, year_to_come
from nightly.alerts.delivery import STATE, deliver
from nightly.alerts.events import KINDS, Event, events_of
from nightly.alerts.settings import SettingsError, settings_of
from nightly.alerts.sinks import FileSink, Mail, SinkError, Webhook
from nightly.main import main
from nightly.results.run_folder import RunFolder
from nightly.results.tables import TABLES, arrow_table
from nightly.run.fail_on import KINDS as FAIL_ON
from nightly.run.fail_on import REMEDIES, found_of
from tests.books import write
from tests.nightly.alerts.servers import HERE, HIDDEN, post_office, web
from tests.nightly.settle.small import TWO_LOTS, tables

EVENTS = [Event("r", "failed", name, "no plan") for name in ("a", "b", "c")]


def stored(runs: Path, day: str, **tables: list[dict[str, Any]]) -> RunFolder:
    """Write a complete run by hand: nothing is planned."""
    folder = runs / f"{day}-0001"
    folder.mkdir(parents=True)
    for name in TABLES:
        pq.write_table(arrow_table(name, tables.get(name, [])), folder / f"{name}.parquet")
    facts = {"run_id": folder.name, "asof": day, "complete": True}
    (folder / "manifest.json").write_text(json.dumps(facts))
    return RunFolder(folder)


def plan(name: str, status: str) -> dict[str, Any]:
    """Return a row of the plans table."""
    return {"household_id": name, "status": status, "approval": "", "reason": "why", "orders": 0}


def test_events_are_what_the_run_stored(tmp_path: Path) -> None:
    """Failures, refusals, breaches and used budgets are events; an answer that is fine is none."""
    used, day = {"usd": 85.0, "limit_usd": 100.0}, date(2026, 12, 1)
    run = stored(
        tmp_path,
        "2026-11-20",
        plans=[plan("f", "failed"), plan("r", "refused"), plan("n", "no_action")],
        breaches=[{"household_id": "r", "rule": "bands", "where": "US", "amount": 0.1}],
        binding=[
            {"household_id": "n", "rule": "tax_budget", "where": "unit", "shadow_price": 1.0},
            {"household_id": "n", "rule": "bands", "where": "US", "shadow_price": 1.0},
        ],
        seen=[{"household_id": "n"}, {"household_id": "u", "uncertain": "lots, row 3"}],
        notices=[
            {"household_id": "n", "kind": "nearly_used", "where": "tax_budget unit", **used},
            {"household_id": "n", "kind": "nearly_used", "where": "gain_budget unit", **used},
            {"household_id": "n", "kind": "turning", "where": "l1", "day": day, "usd": 2_000.0},
        ],
    )
    found = [(event.kind, event.household_id) for event in events_of(run)]
    pressing = [("breach", "r"), ("failed", "f"), ("refused", "r"), ("uncertain", "u")]
    assert found == [*pressing, ("budget", "n"), ("nearly_used", "n"), ("turning", "n")]
    said = {event.kind: event.text for event in events_of(run)}
    assert said["nearly_used"] == "gain_budget unit: $85 of $100 are used"
    assert said["turning"] == "lot l1 turns long-term on 2026-12-01, a gain of $2,000"


def test_who_gets_no_plan_is_told_once(tmp_path: Path) -> None:
    """An answer without a plan is an event; what is uncertain is not told as invalid once more."""
    answers = {"a": "invalid", "b": "invalid", "c": "infeasible", "d": "failed", "e": "planned"}
    run = stored(
        tmp_path,
        "2026-11-20",
        plans=[plan(name, status) for name, status in answers.items()],
        seen=[{"household_id": "a", "uncertain": "why"}, {"household_id": "b", "uncertain": "w"}],
    )
    told = [(event.kind, event.household_id, event.text) for event in events_of(run)]
    first = [("failed", "d", "why"), ("infeasible", "c", "why")]
    doubts = [("uncertain", "a", "why"), ("uncertain", "b", "w")]
    assert told == [*first, *doubts, ("invalid", "b", "why")]
    alone = [event.household_id for event in events_of(run, ("invalid",))]
    assert alone == ["a", "b"], "who does not want to hear of doubt hears that it is invalid"


def test_rows_that_belong_to_nobody_are_one_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no household's, and names the tables; a book without such rows has none."""
    run = stored(tmp_path, "2026-11-20")
    assert not events_of(run)
    facts = {**run.manifest(), "inputs": {"orphan_rows": {"lots": 2, "accounts": 0, "trades": 1}}}
    (run.path / "manifest.json").write_text(json.dumps(facts))
    (event,) = events_of(run)
    said = "rows that belong to no household: 2 of lots, 1 of trades; hearth check names them"
    assert (event.kind, event.household_id, event.words) == ("orphans", "", said)
    assert main(["alerts", str(run.path)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"orphans  {said}"


OF_THE_NIGHT = {
    "mostly-invalid": {"households": 3, "counts": {"invalid": 2, "planned": 1}},
    "emptied": {"emptied": {"restrictions": 2}},
    "gone": {"gone": {"run_id": "2026-11-19-0001", "households": 1, "named": ["h2"]}},
    "not-bought": {"not_bought": {"VTI": "securities, row 2: there twice"}},
    "unreadable-run": {"unreadable_runs": ["earlier run 2026-11-19-0001 cannot be read: torn"]},
    "cut-back-register": {"register_lost": "orders.head knows of 4 lines"},
    "register-not-copied": {"register_untold": "the register was not copied to the database"},
}


@pytest.mark.parametrize("kind", OF_THE_NIGHT)
def test_what_a_night_says_of_its_book_is_an_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    """In the words of the night's page, with what would do; each sink has it once."""
    run = stored(tmp_path, "2026-11-20")
    (run.path / "manifest.json").write_text(json.dumps({**run.manifest(), **OF_THE_NIGHT[kind]}))
    (event,) = events_of(RunFolder(run.path))
    found = found_of(OF_THE_NIGHT[kind])
    assert (event.kind, event.household_id) == (kind, "")
    assert event.text == f"{found[kind]}; {REMEDIES[kind]}"
    for told in ("1 told, 0 before", "0 told, 1 before"):
        assert main(["alerts", str(run.path), "--to", str(tmp_path / "told")]) == 0
        assert told in capsys.readouterr().out
    assert not events_of(RunFolder(run.path), ("waiting",))


def test_every_finding_that_fails_a_night_is_an_alert() -> None:
    """A kind of `--fail-on` that no alert tells would be known to a scheduler alone."""
    assert set(FAIL_ON) <= set(KINDS)


def test_a_year_without_law_is_told_once_however_many_nights_say_so(tmp_path: Path) -> None:
    """Two nights of the last December that has figures, one event; the page's words."""
    last = known_years()[-1]
    runs = [stored(tmp_path, f"{last}-12-0{day}") for day in (1, 2)]
    first, second = (events_of(run) for run in runs)
    assert [(event.kind, event.text) for event in first] == [
        ("law", year_to_come(date(last, 12, 1)))
    ]
    assert first == second
    assert not events_of(stored(tmp_path, f"{last}-11-30"))


def test_what_all_households_share_is_one_event(tmp_path: Path) -> None:
    """A stale price is told once, with whom it reaches; a household's own faults stay its own."""
    old, lot = "column price_date: 9 days old; give a fresh price", "lots, row 2: gone; give it"
    reasons = {
        "a": f"securities, row 2, {old}",
        "b": f"securities, rows 2, 4, {old} | {lot}",
        "c": f"{lot} | securities, row 7, column price: is nothing; give it",
        "d": f"securities, row 4, {old}",
        "e": f"securities, row 4, {old}",
    }
    plans = [{**plan(name, "invalid"), "reason": reason} for name, reason in reasons.items()]
    plans.append({**plan("f", "failed"), "reason": reasons["a"]})
    run = stored(tmp_path, "2026-11-20", plans=plans)
    assert [event.words for event in events_of(run)] == [
        f"f: {reasons['a']}",
        f"securities, {old}; 4 households: a, b, d and 1 more",
        f"b: {lot}",
        f"c: {reasons['c']}",
    ]


@pytest.mark.parametrize(("middle", "told"), [("deferred", ["d"]), ("no_action", [])])
def test_only_nights_in_a_row_make_a_deferral_an_event(
    tmp_path: Path, middle: str, told: list[str]
) -> None:
    """Three nights in a row are told; a night of another answer between them begins anew."""
    for day, status in (("2026-11-18", "deferred"), ("2026-11-19", middle)):
        stored(tmp_path, day, plans=[plan("d", status)])
    run = stored(tmp_path, "2026-11-20", plans=[plan("d", "deferred")])
    assert [event.household_id for event in events_of(run, ("deferred",))] == told


def test_a_sink_has_each_event_once_and_a_failing_one_loses_none(tmp_path: Path) -> None:
    """The webhook is down: the file has everything; when it is up again, it has what was left."""
    log = FileSink("log", tmp_path / "log")
    with web(200, 400, 200) as (url, got):
        sinks = (Webhook("desk", url, HIDDEN, pauses=()), log)
        first = deliver(tmp_path, EVENTS, sinks)
        second = deliver(tmp_path, EVENTS, sinks)
    assert [(each.taken, each.before, each.left) for each in first] == [(1, 0, 2), (3, 0, 0)]
    assert [(each.taken, each.before, each.left) for each in second] == [(2, 1, 0), (0, 3, 0)]
    assert len(got) == len(EVENTS) + 1
    assert len((tmp_path / "log").read_text().splitlines()) == len(EVENTS)


def test_a_crash_at_any_byte_doubles_nothing_in_a_file(tmp_path: Path) -> None:
    """State cut at every byte: the file still has each event once, and the state is whole again."""
    log = FileSink("log", tmp_path / "log")
    deliver(tmp_path, EVENTS, [log])
    state, lines = (tmp_path / STATE).read_bytes(), (tmp_path / "log").read_bytes()
    for size in range(0, len(state), 7):
        (tmp_path / STATE).write_bytes(state[:size])
        deliver(tmp_path, EVENTS, [log])
        assert (tmp_path / STATE).read_bytes() == state
        assert (tmp_path / "log").read_bytes() == lines


def test_a_torn_line_of_the_file_is_ended_and_the_event_told_whole(tmp_path: Path) -> None:
    """What stands in the file is never taken away."""
    (tmp_path / "log").write_bytes(b'{"event')
    FileSink("log", tmp_path / "log").take(EVENTS[0])
    assert (tmp_path / "log").read_text().splitlines()[1:] == [json.dumps(EVENTS[0].facts())]


def test_a_webhook_is_signed_and_tried_again_under_one_key() -> None:
    """Server faults are tried again; signature covers timestamp and body."""
    with web(503, 429, 204) as (url, got):
        Webhook("desk", url, HIDDEN, pauses=(0.0, 0.0)).take(EVENTS[0])
    assert len({headers["Idempotency-Key"] for _, headers, _ in got}) == 1
    for _, headers, body in got:
        signed = headers["X-Hearth-Timestamp"].encode() + b"." + body
        expected = hmac.new(HIDDEN.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["X-Hearth-Signature"] == f"sha256={expected}"
    assert [len(got), json.loads(got[0][2])["household_id"]] == [3, "a"]


@pytest.mark.parametrize(("answer", "tries"), [(404, 1), (302, 1), (500, 3)])
def test_a_webhook_that_says_no_is_an_error_without_a_secret(answer: int, tries: int) -> None:
    """Neither refusals nor redirects are tried again or followed; faults are, up to the end."""
    with web(answer) as (url, got):
        sink = Webhook("desk", url, HIDDEN, pauses=(0.0, 0.0))
        with pytest.raises(SinkError, match=f"desk: answered {answer}") as raised:
            sink.take(EVENTS[0])
    assert len(got) == tries
    assert HIDDEN not in f"{raised.value}{sink!r}"


def test_an_address_that_cannot_be_sent_is_not_shown() -> None:
    """What a library says of a path that is not ASCII holds the path."""
    sink = Webhook("desk", f"http://{HERE}:1/{HIDDEN}é", HIDDEN, pauses=())
    with pytest.raises(SinkError, match="desk: no answer") as raised:
        sink.take(EVENTS[0])
    assert HIDDEN not in str(raised.value)


def test_a_mail_names_the_household_and_is_known_by_its_id() -> None:
    """The Message-ID is the event's."""
    with post_office() as (port, mails):
        Mail("mail", HERE, port, "h@example.com", ("d@example.com",)).take(EVENTS[0])
    (mail,) = mails
    assert f"<{EVENTS[0].event_id}@hearth>" in mail
    assert "a: no plan" in mail


def test_a_name_that_a_terminal_obeys_is_told_plainly(tmp_path: Path) -> None:
    """In a mail, and in a file that somebody watches, whose JSON still says the very name."""
    name = "eel\u202e\x1b[2K\nall is well"
    event = Event("r", "invalid", name, "no price")
    with post_office() as (port, mails):
        Mail("mail", HERE, port, "h@example.com", ("d@example.com",)).take(event)
    assert r"eel\u202e\x1b[2K\nall is well: no price" in mails[0]
    for _ in range(2):
        FileSink("log", tmp_path / "log").take(event)
    (line,) = (tmp_path / "log").read_text("utf-8").splitlines()
    assert line.isprintable() and json.loads(line)["household_id"] == name


def test_a_mail_that_somebody_does_not_get_is_an_error_without_the_servers_words() -> None:
    """One of two recipients is refused: the sink did not take the event."""
    with post_office(refusing="gone@") as (port, _):
        sink = Mail("mail", HERE, port, "h@example.com", ("d@example.com", "gone@example.com"))
        with pytest.raises(SinkError, match="refused for 1 of 2") as raised:
            sink.take(EVENTS[0])
    assert HIDDEN not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        f"http://elsewhere.example/{HIDDEN}",
        f"https://ann:{HIDDEN}@elsewhere.example/",
        f"ftp://{HIDDEN}/",
        f"smtp://{HERE}/?from={HIDDEN}",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_unsaid(tmp_path: Path, address: str) -> None:
    """In plain beyond this machine, with a user, of another kind, or without recipients."""
    with pytest.raises(SettingsError) as raised:
        settings_of(tmp_path, [address])
    assert HIDDEN not in str(raised.value)


@pytest.mark.parametrize(
    "told",
    [
        "kinds = ['typo']",
        "deferred_nights = 0",
        "standing_days = 0",
        "[sinks.a]",
        "[sinks.a]\nurl = 'https://x.example/'\nsecret_env = 'HEARTH_NOT_SET'",
        "[sinks.a]\nurl = 'https://x.example/'\nsecret_env = 'PATH'\nsecret = 'here'",
        "sinks = 3",
        "kind = []",
    ],
)
def test_settings_that_say_something_else_are_refused(tmp_path: Path, told: str) -> None:
    """Unknown words, missing variables, and secrets written down."""
    (tmp_path / "alerts.toml").write_text(told)
    with pytest.raises(SettingsError):
        settings_of(tmp_path, [])


def test_the_settings_that_the_page_shows_are_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sinks of the page are understood."""
    for name in ("DESK_SECRET", "MAIL_USER", "MAIL_PASSWORD"):
        monkeypatch.setenv(name, HIDDEN)
    page = (Path(__file__).resolve().parents[3] / "docs" / "nights.md").read_text("utf-8")
    shown = [part.split("```")[0] for part in page.split("```ini\n")[1:]]
    (tmp_path / "alerts.toml").write_text(next(text for text in shown if "[sinks." in text))
    assert [sink.name for sink in settings_of(tmp_path, []).sinks] == ["desk", "mail"]


def test_the_command_tells_sinks_of_the_file_and_says_who_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 while a sink fails, 0 when all have everything; no secret on any page or disk."""
    run = stored(tmp_path, "2026-11-20", plans=[plan("f", "failed")]).path
    monkeypatch.setenv("DESK_SECRET", HIDDEN)
    with web(400, 200) as (url, _):
        monkeypatch.setenv("DESK_URL", url)
        (tmp_path / "alerts.toml").write_text(
            "[sinks.desk]\nurl_env = 'DESK_URL'\nsecret_env = 'DESK_SECRET'\n"
            "[sinks.log]\nfile = 'log'\n"
        )
        codes = [main(["alerts", str(run), "--json"]) for _ in range(3)]
    said = capsys.readouterr()
    assert codes == [1, 0, 0]
    assert len((tmp_path / "log").read_text().splitlines()) == 1
    told = said.out + said.err + "".join(p.read_text() for p in tmp_path.iterdir() if p.is_file())
    assert HIDDEN not in told


@pytest.mark.parametrize("field", ["from", "to"])
@pytest.mark.parametrize("address", ["a@b\nBcc: x@y", "nobody", ""])
def test_a_mail_address_is_one_line(tmp_path: Path, field: str, address: str) -> None:
    """A line break would be another header: it is refused before anything is sent."""
    told = {"from": "a@b", "to": "c@d", field: address}
    text = f'[sinks.m]\nsmtp = "127.0.0.1:1"\nfrom = {json.dumps(told["from"])}\n'
    (tmp_path / "alerts.toml").write_text(f"{text}to = [{json.dumps(told['to'])}]\n")
    with pytest.raises(SettingsError, match="from, and everybody in to, is an address"):
        settings_of(tmp_path, [])


def test_differences_with_a_custodian_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each once a day, to the sinks beside the runs: a fee of $12.34 in one account."""
    ours, theirs = tables(TWO_LOTS), tables(TWO_LOTS)
    theirs["accounts"][0]["cash"] -= 12.34
    one, other = write(ours, tmp_path / "ours"), write(theirs, tmp_path / "theirs")
    runs = tmp_path / "runs"
    runs.mkdir()
    (runs / "alerts.toml").write_text('[sinks.log]\nfile = "told.jsonl"\n')
    for told in ("log: 1 told, 0 before", "log: 0 told, 1 before"):
        assert main(["reconcile", str(one), str(other), "--alerts", str(runs)]) == 1
        assert told in capsys.readouterr().out
    (event,) = map(json.loads, (runs / "told.jsonl").read_text().splitlines())
    assert (event["kind"], event["run_id"]) == ("difference", "reconcile-2026-11-20")
    assert (event["household_id"], event["text"]) == ("h1", "h1-a: cash: -12.34 dollars")
