"""Answers that do not fit are refused row by row, with the row and the reason; nothing moves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nightly.main import main
from nightly.register.register import NAME, Register
from nightly.results.run_folder import RunFolder
from tests.nightly.register import orders
from tests.nightly.tampering.fill_cases import FILES, HEAD, ROWS

RUN = "2026-11-20-0001"
TICKET = orders.ticket(RUN, "h1")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a folder of runs whose register has one sale of 100 shares of VTI."""
    folder = RunFolder(tmp_path / "runs" / RUN)
    folder.path.mkdir(parents=True)
    with Register(folder.path.parent / NAME).held() as held:
        orders.propose(held, RUN, ["h1"])
        orders.send(held, folder, [TICKET])
    return folder.path.parent


@pytest.mark.parametrize("case", ROWS)
def test_a_row_that_does_not_fit_is_refused(
    case: str, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its row as a spreadsheet shows it; the ticket stays where it was."""
    row, says = ROWS[case]
    row = row.format(run=RUN, ticket=TICKET.ticket_id, block=TICKET.block_id)
    (runs / "answers").write_text(f"{HEAD}\n{row}\n")
    assert main(["fills", str(runs / "answers"), "--register", str(runs), "--json"]) == 1
    (refused,) = json.loads(capsys.readouterr().out)["refused"]
    assert refused["place"] == "row 2" and says in refused["why"]
    standing = Register(runs / NAME).read().tickets[TICKET.ticket_id]
    assert (standing.state, standing.filled) == ("sent", 0)


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_holds_no_answers_is_refused(
    case: str, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its name; the register is as it was."""
    before = (runs / NAME).read_bytes()
    (runs / "answers").write_bytes(FILES[case])
    assert main(["fills", str(runs / "answers"), "--register", str(runs)]) in (1, 2)
    told = capsys.readouterr()
    assert "answers" in told.err or "refused" in told.out
    assert "Traceback" not in told.err and (runs / NAME).read_bytes() == before
