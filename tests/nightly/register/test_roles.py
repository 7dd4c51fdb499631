"""Who may what: roles in a file, limits, two people, and a breach that somebody answers for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from nightly.main import main
from nightly.register.register import beside
from nightly.register.roles import NAME, RoleError, rights_of

ROOT = Path(__file__).resolve().parents[3]
ASOF = "2026-11-20"

ROLES = """
approvals = 2
sender_apart = true
[roles.adviser]
people = ["Ann", "Bob"]
may = ["approve", "reject"]
max_usd = 1e9
max_orders = 1
[roles.compliance]
people = ["Cleo"]
may = ["approve", "reject", "send", "override"]
[roles.desk]
people = ["Dan"]
may = ["send", "cancel"]
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run two households under a policy that asks for a person."""
    place = tmp_path_factory.mktemp("roles")
    book = place / "book"
    shutil.copytree(ROOT / "scenarios" / "sample", book)
    table = pd.read_csv(book / "households.csv")
    table["policy_id"] = "asks"
    table.to_csv(book / "households.csv", index=False)
    (book / "policies" / "asks.toml").write_text("[approval]\nalways = true\n", "utf-8")
    (place / "ids").write_text("single-account\nyear-end-harvest\n")
    command = ["run", str(book), "--asof", ASOF, "--out", str(place / "runs"), "--workers", "0"]
    assert main([*command, "--households", str(place / "ids")]) == 0
    return place / "runs" / f"{ASOF}-0001"


@pytest.fixture
def run(night: Path, tmp_path: Path) -> Path:
    """Return a copy of the run, with its register and a file of roles beside it."""
    runs = Path(shutil.copytree(night.parent, tmp_path / "runs"))
    (runs / NAME).write_text(ROLES)
    return runs / night.name


def said(run: Path, command: str, by: str, *more: str) -> int:
    """Say something about the run's households and return the exit code."""
    why = [] if command == "export" else ["--why", "as agreed"]
    return main([command, str(run), *more, "--by", by, *why])


def state(run: Path, household: str) -> str:
    """Return where a plan stands."""
    return beside(run).read().plans[run.name, household].state


def test_only_whom_the_file_names_may(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown people and acts that a role does not have are refused; nothing is written."""
    before = (run.parent / "orders.register").read_bytes()
    assert said(run, "approve", "Eve", "single-account") == 2
    assert "gives 'Eve' no role" in capsys.readouterr().err
    assert said(run, "approve", "Dan", "single-account") == 2
    assert "may not approve" in capsys.readouterr().err
    assert said(run, "export", "Ann") == 2
    assert said(run, "cancel", "Ann", "single-account") == 2
    assert said(run, "approve", "Ann", "single-account", "--roles", str(tmp_path / "no")) == 2
    assert (run.parent / "orders.register").read_bytes() == before


def test_no_other_file_stands_in_for_the_one_beside_the_runs(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of one's own is refused, whoever it names; the one that holds may be named."""
    own = tmp_path / "own.toml"
    own.write_text('[roles.all]\npeople = ["Eve"]\nmay = ["approve", "send", "cancel"]\n')
    before = (run.parent / "orders.register").read_bytes()
    for command in ("approve", "export", "cancel"):
        named = [] if command == "export" else ["single-account"]
        assert said(run, command, "Eve", *named, "--roles", str(own)) == 2
        assert "cannot" in capsys.readouterr().err
    assert (run.parent / "orders.register").read_bytes() == before
    assert said(run, "reject", "Ann", "single-account", "--roles", str(run.parent / NAME)) == 0
    (run.parent / NAME).unlink()
    assert said(run, "approve", "Eve", "single-account", "--roles", str(own)) == 0


@pytest.mark.parametrize("name", ["Roles.toml", "role.toml", "roels.toml", "roles.toml.bak"])
def test_a_file_that_is_nearly_called_so_lets_nobody_do_anything(
    run: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does a link to nowhere; beside the file itself a copy is just a copy."""
    (run.parent / name).write_text(ROLES)
    assert said(run, "reject", "Ann", "single-account") == 0
    (run.parent / NAME).unlink()
    assert said(run, "approve", "Eve", "single-account") == 2
    assert name in capsys.readouterr().err
    (run.parent / name).rename(run.parent / "alerts.toml")
    (run.parent / NAME).symlink_to(run.parent / "nowhere")
    assert said(run, "approve", "Eve", "single-account") == 2


def test_two_must_approve_and_a_third_sends(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One approval is not enough, the same one twice neither; who approved does not send."""
    limit = ["--override", "max_orders"]
    assert said(run, "approve", "Cleo", "single-account", *limit) == 0
    assert "1 more person must approve it" in capsys.readouterr().out
    assert said(run, "approve", "Cleo", "single-account", *limit) == 0
    assert state(run, "single-account") == "proposed"
    roles = ROLES.replace("max_orders = 1", "max_orders = 99")
    (run.parent / NAME).write_text(roles)
    assert said(run, "approve", "Ann", "single-account") == 0
    assert state(run, "single-account") == "approved"
    capsys.readouterr()
    assert said(run, "export", "Cleo", "--json") == 0
    left_out = json.loads(capsys.readouterr().out)["left_out"]
    assert left_out["single-account"] == "approved by Cleo, who may not send it too"
    assert said(run, "export", "Dan", "--out", str(tmp_path / "a")) == 0
    facts = json.loads((tmp_path / "a" / "export.json").read_text())
    assert facts["overridden"] == {"single-account": ["max_orders"]}
    (ticket, *_) = beside(run).read().tickets.values()
    assert ticket.ticket.approved_by == "Cleo, Ann"


def test_a_limit_is_gone_beyond_only_on_purpose(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A role's limit stops its people; naming it takes a role that may override."""
    assert said(run, "approve", "Ann", "single-account") == 2
    assert "max_orders" in capsys.readouterr().err
    assert said(run, "approve", "Ann", "single-account", "--override", "max_orders") == 2
    assert "may not override" in capsys.readouterr().err
    assert said(run, "reject", "Ann", "single-account") == 0


def test_many_are_decided_at_once(run: Path, tmp_path: Path) -> None:
    """All that wait, those of a file, those that are small; what cannot be is told one by one."""
    (run.parent / NAME).unlink()
    assert said(run, "approve", "Ann") == 2
    assert said(run, "approve", "Ann", "--max-usd", "1") == 2
    (tmp_path / "ids").write_text("single-account\nnobody\n")
    assert said(run, "reject", "Ann", "--households", str(tmp_path / "ids")) == 1
    assert state(run, "single-account") == "rejected"
    assert said(run, "approve", "Ann", "--waiting", "--policy", "asks") == 0
    assert state(run, "year-end-harvest") == "approved"
    assert state(run, "single-account") == "rejected"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no role is given"),
        ("approvals = 0\n" + ROLES.replace("approvals = 2", ""), "whole number from 1"),
        (ROLES + "max_tax = 1\n", "roles.desk.max_tax is not known"),
        (ROLES.replace('"Dan"', '"Ann"'), "Ann has two roles"),
        (ROLES.replace('"cancel"', '"delete"'), "roles.desk.may knows"),
        (ROLES.replace("1e9", "-1.0"), "max_usd is a number"),
        (ROLES.replace("1e9", "1" + "0" * 400), "max_usd is a number"),
        ("roles = " + "[" * 5_000, "cannot be read"),
        ("roles =", "cannot be read"),
    ],
)
def test_a_faulty_file_of_roles_is_told(tmp_path: Path, text: str, fault: str) -> None:
    """It never lets anybody through."""
    (tmp_path / NAME).write_text(text)
    with pytest.raises(RoleError, match=fault):
        rights_of("Ann", tmp_path / NAME)
