"""Commands about orders tell people and machines the same: what waits, what left, where it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nightly.main import main

ROOT = Path(__file__).resolve().parents[3]
ASOF = "2026-11-20"
IDS = ("single-account", "year-end-harvest", "inside-bands", "faulty-data", "rmd-due")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run five households, one of whose plans waits for a person."""
    place = tmp_path_factory.mktemp("pages")
    book = place / "book"
    shutil.copytree(ROOT / "scenarios" / "sample", book)
    table = pd.read_csv(book / "households.csv")
    table.loc[table["household_id"] == "single-account", "policy_id"] = "asks"
    table.to_csv(book / "households.csv", index=False)
    (book / "policies" / "asks.toml").write_text("[approval]\nmax_orders = 0\n", "utf-8")
    (place / "ids").write_text("\n".join(IDS))
    command = ["run", str(book), "--asof", ASOF, "--out", str(place / "runs"), "--workers", "0"]
    assert main([*command, "--households", str(place / "ids")]) == 0
    return place / "runs" / f"{ASOF}-0001"


@pytest.fixture
def run(night: Path, tmp_path: Path) -> Path:
    """Return a copy of the run with its register."""
    return Path(shutil.copytree(night.parent, tmp_path / "runs")) / night.name


def data(capsys: pytest.CaptureFixture[str], *command: str) -> dict[str, Any]:
    """Return the one document that a command says."""
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def page(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Return the page that a command says."""
    capsys.readouterr()
    assert main(list(command)) == 0
    return capsys.readouterr().out


def test_tax_on_a_distribution_is_told_with_the_rest(
    night: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """$23,600 have to leave the IRA: most of the plan's tax is on that."""
    plan = data(capsys, "show", str(night), "rmd-due")["plan"]
    both = plan["tax_usd"] + plan["distribution_tax_usd"]
    (row,) = (
        line for line in page(capsys, "show", str(night)).splitlines() if line.startswith("rmd-due")
    )
    assert f" {both:,.0f} " in row
    assert f"  {plan['distribution_tax_usd']:,.0f}" in page(capsys, "show", str(night), "rmd-due")


def test_a_run_ends_with_how_many_wait(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last line names the command that lists them; the document has the number."""
    facts = json.loads((night / "manifest.json").read_text())["inputs"]
    listed = ["--households", str(night.parent.parent / "ids"), "--workers", "0"]
    command = ["run", facts["path"], "--asof", ASOF, *listed]
    said = page(capsys, *command, "--out", str(tmp_path / "a")).strip().splitlines()
    assert said[-1].startswith("1 plan waits for a person: hearth pending")
    assert data(capsys, *command, "--out", str(tmp_path / "b"))["waiting"] == 1


def test_a_report_says_what_it_wrote(
    night: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For whom, of which run, and where; on standard output is nothing but the document."""
    out = tmp_path / "record.json"
    told = page(capsys, "report", str(night), "inside-bands", "--format", "json", "--out", str(out))
    assert told == f"record of inside-bands in {night.name}: {out}\n"
    record = page(capsys, "report", str(night), "inside-bands", "--format", "json")
    assert record == out.read_text("utf-8")


def test_who_waits_is_listed_until_somebody_decides(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With figures and the reason; a decision takes the plan off the list."""
    found = data(capsys, "pending", str(run))
    (plan,) = found["plans"]
    assert found["waiting"] == 1
    assert plan["household_id"] == "single-account"
    assert plan["traded_usd"] > 0 and "pre-approved 0" in plan["reason"]
    assert "1 plan of" in page(capsys, "pending", str(run))
    made = data(capsys, "approve", str(run), "single-account", "--by", "Ann", "--why", "ok")
    assert (made["decision"], made["by"], made["needed"]) == ("approved", "Ann", 1)
    assert data(capsys, "pending", str(run))["plans"] == []
    many = data(capsys, "reject", str(run), *IDS[:2], "--by", "Bob", "--why", "no")
    assert [each["household_id"] for each in many["made"]] == list(IDS[:2])
    assert many["refused"] == {}


def test_plans_are_shown_as_stored(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All of a run, or one with orders, lots, states and decisions; nothing is planned again."""
    counts = data(capsys, "show", str(run))["counts"]
    assert counts == {"proposed": 3, "no_action": 1, "invalid": 1}
    assert (
        main(["reject", str(run), "single-account", "--by", "Ann", "--why", "client called"]) == 0
    )
    data(capsys, "export", str(run))
    one = data(capsys, "show", str(run), "year-end-harvest")
    stored = pd.read_parquet(run / "orders.parquet").set_index("order_id")
    assert {order["order_id"]: order["shares"] for order in one["orders"]} == dict(
        stored.loc[stored["household_id"] == "year-end-harvest", "shares"]
    )
    assert {order["state"] for order in one["orders"]} == {"sent"}
    assert all(order["steps"][0]["state"] == "proposed" for order in one["orders"])
    said = page(capsys, "show", str(run), "single-account")
    assert "rejected by Ann" in said and "client called" in said
    assert "single-account.brokerage" in said
    assert main(["show", str(run), "nobody"]) == 2
    for name in one["lockouts"]:
        assert name["household_id"] == "year-end-harvest"


def test_what_was_sent_is_listed_with_every_step(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By state and household; before anything was sent there is nothing to list."""
    assert data(capsys, "orders", "--register", str(run.parent))["tickets"] == []
    facts = data(capsys, "export", str(run), "--by", "Dan")
    assert facts["by"] == "Dan"
    asked = data(capsys, "cancel", str(run), "--by", "Ann", "--why", "client called")
    assert len(asked["cancels"]) == facts["tickets"]
    found = data(capsys, "orders", "--register", str(run.parent), "--state", "sent")["tickets"]
    assert len(found) == facts["tickets"]
    assert all(ticket["cancel_asked"] for ticket in found)
    assert [step["by"] for step in found[0]["steps"]] == ["hearth", "policy", "Dan"]
    listed = page(capsys, "orders", "--register", str(run.parent / "orders.register"))
    assert all(ticket["ticket_id"] in listed for ticket in found)
    none = data(capsys, "orders", "--register", str(run.parent), "--household", "single-account")
    assert none["tickets"] == []
    again = data(capsys, "export", str(run))
    assert (again["folder"], again["tickets"]) == (None, 0)


def test_refusals_are_documents_too(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json an error is one document with its kind, and exit code 2."""
    for command in (
        ["approve", str(run), "nobody", "--by", "Ann", "--why", "ok"],
        ["cancel", str(run), "--by", "Ann", "--why", "ok"],
        ["export", str(run), "--format", "xml"],
        ["fills", str(run / "none.csv"), "--register", str(run.parent)],
    ):
        capsys.readouterr()
        assert main([*command, "--json"]) == 2
        told = json.loads(capsys.readouterr().out)["error"]
        assert told["kind"] and told["message"]


ROLES = """
approvals = 2
[roles.advisor]
people = ["Ann"]
may = ["approve", "send"]
[roles.chief]
people = ["Cleo"]
may = ["approve", "override"]
max_usd = 1
"""


def test_what_is_overridden_is_told_wherever_it_goes(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second of two people sees who approved what; so does whoever sends, asks, or audits."""
    (run.parent / "roles.toml").write_text(ROLES)
    asked = ("approve", str(run), "single-account", "--why", "client insists")
    assert main([*asked, "--by", "Cleo"]) == 2
    assert main([*asked, "--by", "Cleo", "--override", "max_usd"]) == 0
    told = "approved by Cleo, beyond max_usd on purpose"
    assert f"single-account: {told}" in page(capsys, "pending", str(run))
    assert main([*asked[:-1], "ok", "--by", "Ann"]) == 0
    assert "approved by Cleo, Ann, beyond max_usd" in page(capsys, "show", str(run))
    assert "single-account: max_usd" in page(capsys, "export", str(run), "--by", "Ann")
    assert "beyond max_usd on purpose" in page(capsys, "orders", "--register", str(run.parent))
    events = data(capsys, "alerts", str(run))["events"]
    (event,) = (each for each in events if each["kind"] == "overridden")
    assert event["text"] == "beyond max_usd on purpose, approved by Cleo, Ann"
    order = data(capsys, "show", str(run), "single-account")["orders"][0]["order_id"]
    trail = data(capsys, "trace", str(run), order)
    made = [(each["by"], each["why"], each["override"]) for each in trail["approval"]["decisions"]]
    assert made == [("Cleo", "client insists", ["max_usd"]), ("Ann", "ok", [])]
    assert trail["policy"]["in_force_since"] == ASOF


def test_a_trail_dates_the_rules_in_force(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The day of the first run in a row that had them: one of other rules lies before."""
    manifest = json.loads((run / "manifest.json").read_text())
    order = data(capsys, "show", str(run), "single-account")["orders"][0]["order_id"]
    for day, digest in (("2026-11-17", None), ("2026-11-18", "x"), ("2026-11-19", None)):
        facts = json.loads(json.dumps(manifest)) | {"asof": day, "run_id": f"{day}-0001"}
        facts["policies"]["asks"]["sha256"] = digest or facts["policies"]["asks"]["sha256"]
        (run.parent / f"{day}-0001").mkdir()
        (run.parent / f"{day}-0001" / "manifest.json").write_text(json.dumps(facts))
    assert data(capsys, "trace", str(run), order)["policy"]["in_force_since"] == "2026-11-19"
