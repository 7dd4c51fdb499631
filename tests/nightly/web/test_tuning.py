from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from models.book.policies.files import parse_policy
from models.book.policies.rules import RULES
from models.book.read import read_book
from nightly.main import main
from nightly.register.roles import NAME
from nightly.workers.policy_digest import policy_digest
from optimizer.rebalance import rebalance
from tests.nightly.web.opened import (
    ASOF,
    INLINE,
    SAMPLE,
    Page,
    behind_proxy,
    digest_of,
    own_copy,
    parsed,
)
from tests.nightly.web.test_pages import wrong
from workbench.pages.strips import strips

POLICY = "standard"
CHANGED = {"limits.te_max": "0.01", "risk.aversion": "3"}

ROLES = """
[roles.analyst]
people = ["Dee"]
may = ["tune"]

[roles.adviser]
people = ["Ann"]
may = ["approve"]
"""


def tuning(run_id: str, what: str = "tuning") -> str:
    """Return an address of the page."""
    return f"/runs/{run_id}/{what}"


def begun(client: TestClient, run_id: str, changed: dict[str, str], households: str = "2") -> str:
    """Fill in the page's own form and return where it leads."""
    form = parsed(client.get(tuning(run_id), params={"policy": POLICY}).text)
    told = {"form_code": form.code, "policy": POLICY, "households": households}
    answer = client.post(tuning(run_id, "tune"), data={**told, **changed})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.fixture(scope="module")
def trial(ann: TestClient, run_id: str) -> Iterator[tuple[str, Page, dict[str, Any]]]:
    """Return a finished trial: its address, its page and its record."""
    where = begun(ann, run_id, CHANGED)
    text = ann.get(where).text
    while 'http-equiv="refresh"' in text:
        time.sleep(0.2)
        text = ann.get(where).text
    assert not INLINE.search(text)
    yield where, parsed(text), ann.get(where.replace("/tuning?", "/tuning.json?")).json()


def test_a_policy_stands_beside_its_defaults(ann: TestClient, run_id: str) -> None:
    """Every key with a field and its words; looking plans nothing."""
    page = parsed(ann.get(tuning(run_id)).text)
    names = [told["name"] for _, told in page.tags if "." in told.get("name", "")]
    assert sorted(names) == sorted(f"{section}.{key}" for section, key in RULES)
    assert "γ, per unit of yearly variance, above 0: higher follows the target closer" in page.text
    record = ann.get(tuning(run_id, "tuning.json")).json()
    assert record["effect"] is None and record["progress"] is None and record["changed"] == []


def test_every_figure_of_a_trial_is_the_records(
    trial: tuple[str, Page, dict[str, Any]], capsys: pytest.CaptureFixture[str], sample_runs: Path
) -> None:
    """And the champion's figures are the night's own, as the command line says them."""
    _, page, record = trial
    assert wrong(page, record) == []
    assert record["failed"] == ""
    effect = record["effect"]
    assert effect["rows"] and len(page.figures) > 4 * 7
    for row in effect["rows"]:
        capsys.readouterr()
        run = next(path for path in sample_runs.iterdir() if path.is_dir())
        main(["show", str(run), row["household_id"], "--json"])
        plan = json.loads(capsys.readouterr().out)["plan"]
        champion = row["champion"]
        assert champion["tracking_error"] == pytest.approx(plan["te_after"], abs=1e-9)
        assert champion["tickets"] == plan["orders"]
        tax = plan["tax_usd"] + plan["distribution_tax_usd"]
        assert champion["tax_usd"] == pytest.approx(tax, abs=0.01)
    dots = [told["aria-label"] for tag, told in page.tags if tag == "a" and "aria-label" in told]
    assert len(dots) == 4 * 3 * len(effect["rows"])


def test_the_saved_file_is_the_policy_that_was_tried(
    ann: TestClient, trial: tuple[str, Page, dict[str, Any]]
) -> None:
    """Read as a policy file it plans as the challenger did; its digest is the record's."""
    where, _, record = trial
    text = ann.get(where.replace("/tuning?", "/policy.toml?")).text
    policy = parse_policy(POLICY, text, "saved").policy
    assert policy is not None
    assert policy_digest(policy) == record["sha256"]["challenger"]
    assert record["sha256"]["challenger"] in text.partition("\n")[0]
    book = read_book(SAMPLE, ASOF)
    row = record["effect"]["rows"][0]
    figures = rebalance(book.household(row["household_id"]), policy).figures
    assert figures is not None
    assert row["challenger"]["tracking_error"] == pytest.approx(figures.te_after, abs=1e-9)
    assert row["challenger"]["tickets"] == figures.orders
    assert row["more"]["tickets"] == row["challenger"]["tickets"] - row["champion"]["tickets"]


def test_the_same_question_has_its_answer_already(
    ann: TestClient, run_id: str, trial: tuple[str, Page, dict[str, Any]]
) -> None:
    """It leads to the same address, which shows it at once."""
    assert begun(ann, run_id, CHANGED) == trial[0]
    assert ann.get(trial[0].replace("/tuning?", "/tuning.json?")).json() == trial[2]


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("risk.aversion", "0", "a number above 0"),
        ("risk.aversion", "nan", "a number above 0"),
        ("risk.aversion", "3\nhorizon_years = 1", "a number above 0"),
        ("risk.aversion", "<script>alert(1)</script>", "a number above 0"),
        ("trades.mode", "sideways", "one of full"),
        ("limits.class_max", "{ equity = 2 }", "weight from 0 to 1"),
        ("limits.no_such_key", "1", "unknown key"),
        ("__class__.__init__", "1", "unknown section"),
        ("regime.least", "9", "is above most"),
    ],
)
def test_what_is_no_policy_is_told_and_not_tried(
    ann: TestClient, sample_runs: Path, run_id: str, key: str, text: str, said: str
) -> None:
    """In the words of a policy file's faults; what was typed stays in its field, as text."""
    before = digest_of(sample_runs)
    where = begun(ann, run_id, {key: text})
    answer = ann.get(where)
    assert "<script>alert" not in answer.text
    page = parsed(answer.text)
    assert "That is no policy yet" in page.text and said in page.text
    record = ann.get(where.replace("/tuning?", "/tuning.json?")).json()
    assert record["faults"] and record["effect"] is None and record["progress"] is None
    assert ann.get(where.replace("/tuning?", "/policy.toml?")).status_code == 400
    assert digest_of(sample_runs) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"policy": "../../etc/passwd"},
        {"policy": "no-such"},
        {"households": "0"},
        {"households": "41"},
        {"households": "٣"},
        {"risk.aversion": "1" * 301},
        {"risk.aversion": ["1", "2"]},
    ],
)
def test_what_cannot_be_asked_is_refused(
    ann: TestClient, run_id: str, fields: dict[str, Any]
) -> None:
    """Looked at or posted; nothing of it is repeated."""
    code = parsed(ann.get(tuning(run_id)).text).code
    for answer in (
        ann.get(tuning(run_id), params=fields),
        ann.post(tuning(run_id, "tune"), data={"form_code": code, **fields}),
    ):
        assert answer.status_code in (400, 404)
        assert "passwd" not in answer.text


def test_only_who_may_tune_begins_a_trial(sample_runs: Path, run_id: str, tmp_path: Path) -> None:
    """Others look; a form of another's session, or of none, begins nothing."""
    runs = own_copy(sample_runs, tmp_path / "runs")
    (runs / NAME).write_text(ROLES, "utf-8")
    with behind_proxy(SAMPLE, runs, tmp_path / "scratch") as person:
        ann, dee = person("Ann"), person("Dee")
        page = parsed(ann.get(tuning(run_id)).text)
        assert "ask somebody whose role may tune" in page.text
        code = page.code
        assert ann.post(tuning(run_id, "tune"), data={"form_code": code}).status_code == 403
        for forged in ({"policy": POLICY}, {"form_code": code}, {"form_code": "x"}):
            assert dee.post(tuning(run_id, "tune"), data=forged).status_code == 403
        assert dee.get(tuning(run_id, "tune")).status_code == 405
        record = dee.get(tuning(run_id, "tuning.json")).json()
        assert record["progress"] is None and record["effect"] is None
        own = {"form_code": parsed(dee.get(tuning(run_id)).text).code, "risk.aversion": "0"}
        assert dee.post(tuning(run_id, "tune"), data=own).status_code == 303


def test_figures_that_are_alike_are_stacked_and_each_keeps_its_link() -> None:
    """Nothing is drawn outside of the strip, however many there are."""
    named = [("a", [(f"h{n}", 1.0) for n in range(200)]), ("b", [("x", None), ("y", 2.0)])]
    drawn = strips("t", named, str)
    assert drawn is not None
    first, second = drawn.strips
    assert len({dot.household_id for dot in first.dots}) == 200
    assert [dot.household_id for dot in second.dots] == ["y"]
    assert all(28.0 < dot.y < first.y for dot in first.dots)
    assert strips("t", [("a", [("h", None)])], str) is None


def test_the_command_says_the_pages_record(
    ann: TestClient,
    trial: tuple[str, Page, dict[str, Any]],
    sample_runs: Path,
    run_id: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`hearth tuning` of the same question, and its file is the one that is saved on the page."""
    where, _, record = trial
    saved = tmp_path / "challenger.toml"
    sets = [part for key, text in CHANGED.items() for part in ("--set", f"{key}={text}")]
    sample = ["--policy", POLICY, "--households", "2", "--workers", "0"]
    capsys.readouterr()
    command = ["tuning", str(sample_runs / run_id), *sample, "--json"]
    main([*command, *sets, "--out", str(saved)])
    assert json.loads(capsys.readouterr().out) == record
    assert saved.read_text("utf-8") == ann.get(where.replace("/tuning?", "/policy.toml?")).text
    main([*command, "--challenger", str(saved), "--set", "risk.aversion=0"])
    told = json.loads(capsys.readouterr().out)
    assert told["effect"] is None and "a number above 0" in told["faults"][0]
    assert [each["key"] for each in told["changed"]] == [*reversed(CHANGED)]
    slip = "limits.class_max={ us_equty = 0.5, spice = 0.1 }"
    main([*command, "--set", slip])
    told = json.loads(capsys.readouterr().out)
    (fault,) = told["faults"]
    assert told["effect"] is None and "did you mean 'us_equity'?" in fault
    assert main([*command[:-1], "--set", slip.replace("equty", "equity")]) == 0
    assert "limits.class_max names 'spice', a class that nothing has" in capsys.readouterr().out
    assert main([*command[:-1], "--set", "trades.ticket_usd=4"]) == 0
    page = capsys.readouterr().out
    assert "trades.ticket_usd: 0.0 → 4" in page
    assert "get worse by the champion's own measure" in page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--policy", "no-such"], "choose one of"),
        (["--set", "aversion=3"], "section.key=value"),
        (["--set", "risk.aversion"], "section.key=value"),
        (["--challenger", "no-such.toml"], "No such file"),
        (["--households", "41"], "less than or equal to 40"),
    ],
)
def test_what_the_command_cannot_try_is_told(
    sample_runs: Path,
    run_id: str,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    said: str,
) -> None:
    """Exit code 2, and what would do."""
    assert main(["tuning", str(sample_runs / run_id), *options]) == 2
    assert said in capsys.readouterr().err
