"""A proposal takes the night's own way: the same register, a person between, and nothing twice."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters, stdio_client

from nightly.door.server import door_of
from nightly.main import main
from nightly.register.register import NAME, Register
from tests.nightly.door.conftest import WISH, Call, Place, heard

ASKS = {"raise_usd": 50_000.0, "after_tax": True}


def said(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """Run a command and return what it printed, faults included."""
    main(list(command))
    out = capsys.readouterr()
    return out.out + out.err


def test_what_was_asked_waits_for_a_person_and_leaves_once(
    proposing: Place, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """Proposed by a program, judged and made again the same, approved by another, sent once.

    Its reason is an instruction, and remains a text. What the night had planned for the household
    does not leave beside it.
    """
    place, runs = proposing, proposing.runs
    door = door_of(place.book, runs, "assistant")
    planned = call(door, "plan_request", household_id="H1", request=ASKS).structured_content
    made = call(door, "propose", household_id="H1", request=ASKS, why=WISH).structured_content
    assert made["state"] == "proposed"
    run = runs / made["run_id"]
    kept = Register(runs / NAME).read().plans[made["run_id"], "H1"]
    assert kept.proposal.sha256 == made["orders_sha256"]
    assert (kept.steps[0].by, kept.steps[0].why) == ("assistant", WISH)
    stored = json.loads((run / "manifest.json").read_text("utf-8"))["options"]["asked"]
    assert stored["request"] == ASKS
    assert stored["request_sha256"] == made["request_sha256"] == planned["request_sha256"]
    assert "every figure agrees" in said(capsys, "verify", str(place.book), str(run))
    left_out = said(capsys, "export", str(run), "--by", "Cleo")
    assert "it was asked for, and a person approves what was" in left_out
    words = ("--why", "checked")
    assert "may not approve" in said(capsys, "approve", str(run), "H1", "--by", "assistant", *words)
    assert "approved by Dan" in said(capsys, "approve", str(run), "H1", "--by", "Dan", *words)
    assert "tickets of 1 household" in said(capsys, "export", str(run), "--by", "Cleo")
    assert "nothing new" in said(capsys, "export", str(run), "--by", "Cleo")
    night = str(place.night.path)
    said(capsys, "approve", night, "H1", "--by", "Dan", *words)
    assert "left out: H1" in said(capsys, "export", night, "--by", "Cleo")


@pytest.mark.full
def test_a_proposal_is_made_again_byte_for_byte(
    place: Place, tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a process of its own, from the book and the request that the run keeps."""
    runs = tmp_path / "runs"
    shutil.copytree(place.runs, runs)
    door = door_of(place.book, runs, "assistant")
    made = call(door, "propose", household_id="H1", request=ASKS, why="a wish").structured_content
    assert "identical" in said(capsys, "replay", str(runs / made["run_id"]), "H1")


def test_who_asked_does_not_approve(
    proposing: Place, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """Maker and checker are two, even where the role may do both."""
    door = door_of(proposing.book, proposing.runs, "Cleo")
    made = call(door, "propose", household_id="H2", request={"keep": ["VEA"]}, why="a wish")
    run = str(proposing.runs / made.structured_content["run_id"])
    told = said(capsys, "approve", run, "H2", "--by", "Cleo", "--why", "mine")
    assert "somebody else approves" in told
    assert "approved by Dan" in said(capsys, "approve", run, "H2", "--by", "Dan", "--why", "seen")


def test_the_same_door_stands_at_standard_input_and_output(place: Place) -> None:
    """A process of its own, spoken to by the protocol's client: the same tools, the same plan."""
    parameters = StdioServerParameters(
        command=sys.executable,
        args=[
            *("-c", "from nightly.main import entry; entry()"),
            *("agent", str(place.book), "--runs", str(place.runs), "--by", "reader"),
        ],
        cwd=Path(__file__).resolve().parents[3],
    )

    async def talk() -> tuple[list[str], bool, bool]:
        async with Client(stdio_client(parameters)) as client:
            tools = await client.list_tools()
            told = await client.call_tool("get_household", {"household_id": "H1"})
            other = await client.call_tool("approve", {"household_id": "H1"})
            return [tool.name for tool in tools.tools], bool(told.is_error), bool(other.is_error)

    tools, wrong, refused = heard(talk)
    assert "propose" in tools
    assert (wrong, refused) == (False, True)
