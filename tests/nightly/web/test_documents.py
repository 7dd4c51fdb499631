from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from nightly.main import main
from nightly.proof.bench import Bench
from nightly.proof.household_record import compliance_record
from nightly.register.register import beside
from nightly.results.run_folder import RunFolder
from tests.nightly.web.conftest import NAMES
from tests.nightly.web.opened import SAMPLE, household_at, own_copy, parsed
from workbench.pages.documents import KINDS, DocumentError, as_pdf, document
from workbench.pages.figures import at

OTHERS = ("early-withdrawal", "hard-bands", "rmd-due", "drifted-60-40")
"""Kinds of households with trades, beside the one with the most orders and accounts."""


@pytest.fixture(scope="module")
def records(
    sample_runs: Path, run_id: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Return the record of each household's documents."""
    bench = Bench(RunFolder(sample_runs / run_id), SAMPLE, tmp_path_factory.mktemp("cut"))
    now = beside(bench.folder.path).read()
    return {name: compliance_record(bench, name, now) for name in NAMES}


def reported(run: Path, name: str, to: Path, *more: str) -> bytes:
    """Return what `hearth report` writes."""
    assert main(["report", str(run), name, "--out", str(to), *more]) == 0
    return to.read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_a_document_is_the_records(records: dict[str, Any], kind: str) -> None:
    """By place, for each household; and nothing in it runs or is fetched."""
    for name, record in records.items():
        page = parsed(document(kind, record))
        for place, value, _ in page.figures:
            told = at(record, place)
            assert value == ("" if told is None else repr(told)), (name, place)
        assert len(page.figures) > 10 or not record["stored"]["orders"]
        assert {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe"} == set()


def test_a_proposal_says_closer_only_where_it_is(records: dict[str, Any]) -> None:
    """A swap between accounts, or a gain that is free now, costs tracking: the client is told."""
    closer, farther = records["hard-bands"], copy.deepcopy(records["hard-bands"])
    plan = farther["stored"]["plan"]
    plan["te_before"], plan["te_after"] = plan["te_after"], plan["te_before"]
    for record, is_closer in ((closer, True), (farther, False)):
        page = document("proposal", record)
        assert ("closer to what you agreed" in page) is is_closer
        assert ("strays further from what you agreed" in page) is not is_closer
        assert "back to the mix" not in page


def test_what_the_client_must_pause_stands_on_the_proposal(records: dict[str, Any]) -> None:
    """A purchase that somebody has to stop first is asked of who can, as text and not as markup."""
    record = copy.deepcopy(records["hard-bands"])
    note = "pause the scheduled buy of BND in <b>joint</b> on 2026-12-04"
    assert "What to know beside that" not in document("proposal", record)
    record["explained"]["notes"] = [note]
    page = document("proposal", record)
    assert "pause the scheduled buy of BND in &lt;b&gt;joint&lt;/b&gt; on 2026-12-04" in page


def test_the_command_writes_the_same_document(
    records: dict[str, Any], sample_runs: Path, run_id: str, tmp_path: Path
) -> None:
    """And its record as JSON."""
    run, name = sample_runs / run_id, "hard-bands"
    assert json.loads(reported(run, name, tmp_path / "r", "--format", "json")) == records[name]
    html = reported(run, name, tmp_path / "h", "--kind", "compliance").decode()
    assert html == document("compliance", records[name])


def pages_of(weasyprint: Any, record: Any) -> int:
    """Return how many pages a proposal has."""
    return len(weasyprint.HTML(string=document("proposal", record)).render().pages)


def test_whoever_signs_sees_every_trade(records: dict[str, Any], weasyprint: Any) -> None:
    """All 38 of the household with the most, on as many pages as that takes."""
    record = records["family-office-80m"]
    orders = record["stored"]["orders"]
    assert len(orders) > 30
    page = parsed(document("proposal", record))
    amounts = [
        float(v) for place, v, _ in page.figures if re.search(r"orders\.\d+\.amount$", place)
    ]
    assert amounts == sorted((order["amount"] for order in orders), reverse=True)
    assert pages_of(weasyprint, record) == 3


@pytest.mark.parametrize(
    ("stands", "titled", "said", "signed"),
    [
        ({"waiting": True}, "A proposal for", "We propose 11 trades", True),
        ({}, "A proposal for", "no further approval is needed", False),
        ({"state": "approved"}, "A proposal for", "This has been approved", False),
        ({"state": "rejected"}, "that was rejected", "We proposed 11 trades", False),
        ({"state": "filled, sent"}, "what was sent", "Trades: 2 filled, 9 sent", False),
    ],
)
def test_a_proposal_speaks_in_one_tense(
    records: dict[str, Any], stands: dict[str, Any], titled: str, said: str, signed: bool
) -> None:
    """Nothing that has left is proposed, and what nobody has to approve has no lines to sign."""
    record = copy.deepcopy(records["drifted-60-40"])
    record["stored"] |= stands
    if "sent" in record["stored"]["state"]:
        for n, order in enumerate(record["stored"]["orders"]):
            order["state"] = "filled" if n < 2 else "sent"
    text = parsed(document("proposal", record)).text
    assert titled in text and said in text
    assert ("client, date" in text) == signed
    assert ("We propose " in text) == (titled == "A proposal for")


def test_nobody_signs_figures_of_another_book(records: dict[str, Any]) -> None:
    """A proposal that waits has no lines to sign once the book has changed."""
    record = copy.deepcopy(records["drifted-60-40"])
    record["stored"]["waiting"] = True
    record["changed"] = [{"what": "file", "where": "lots.csv"}]
    text = parsed(document("proposal", record)).text
    assert "It must be worked out again" in text and "client, date" not in text


def test_a_sale_for_another_reason_tells_that_its_loss_counts(records: dict[str, Any]) -> None:
    """Bonds leave the taxable account for where they are taxed less, at a loss; unless washed."""
    record = copy.deepcopy(records["drifted-60-40"])
    told = "taxed less elsewhere; its loss lowers tax"
    assert parsed(document("proposal", record)).text.count(told) == 1
    record["explained"]["units"][0]["disallowed"] = 6281.0
    assert "its loss lowers" not in parsed(document("proposal", record)).text


@pytest.mark.full
@pytest.mark.parametrize("name", OTHERS)
def test_another_proposal_has_two_pages(
    records: dict[str, Any], weasyprint: Any, name: str
) -> None:
    """With few orders, with bands, with a withdrawal, with a distribution that is due."""
    assert pages_of(weasyprint, records[name]) == 2


def test_the_sheet_for_compliance_names_every_rule_and_its_state(
    records: dict[str, Any],
) -> None:
    """Each rule of the judge once; what binds says so, and nothing of a sound plan is broken."""
    from optimizer.judge.rules import RULES

    states = {each["rule"]: each["state"] for each in records["drifted-60-40"]["rules"]}
    assert len(states) == len(RULES)
    assert states["cash_floor"] == "binds"
    assert set(states.values()) == {"kept", "binds"}
    assert {each["state"] for each in records["faulty-data"]["rules"]} == {"not judged"}


def test_a_rule_that_orders_break_is_broken_on_the_sheet(
    sample_runs: Path, run_id: str, tmp_path: Path
) -> None:
    """Orders that were changed after the night buy more than there is cash for."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    runs = own_copy(sample_runs, tmp_path / "runs")
    where = runs / run_id / "orders.parquet"
    table = pq.read_table(where)
    place = table.schema.get_field_index("shares")
    more = pc.if_else(
        pc.equal(table["side"], "buy"), pc.multiply(table["shares"], 2.0), table[place]
    )
    pq.write_table(
        table.set_column(place, table.schema[place], more), runs / run_id / "orders.parquet"
    )
    record = json.loads(reported(runs / run_id, "hard-bands", tmp_path / "r", "--format", "json"))
    states = {each["rule"]: each["state"] for each in record["rules"]}
    assert states["cash_floor"] == "broken"
    assert "Do not use this page" in parsed(document("proposal", record)).text


def test_documents_come_from_the_workbench_too(
    ann: TestClient, run_id: str, weasyprint: Any
) -> None:
    """As files to be saved, not as pages of ours; another kind or household is refused."""
    asked = {"id": "rmd-due", "kind": "proposal", "form": "html"}
    answer = ann.get(f"/runs/{run_id}/report", params=asked)
    assert answer.headers["content-disposition"] == 'attachment; filename="proposal.html"'
    assert "A proposal" in answer.text
    pdf = ann.get(f"/runs/{run_id}/report", params={**asked, "form": "pdf"})
    assert pdf.content.startswith(b"%PDF-")
    wrong = {**asked, "kind": '../base"; x'}
    assert ann.get(f"/runs/{run_id}/report", params=wrong).status_code == 409
    assert ann.get(f"/runs/{run_id}/report", params={**asked, "id": "x"}).status_code == 404


def test_the_years_tax_says_what_it_counts(
    records: dict[str, Any], ann: TestClient, run_id: str
) -> None:
    """To the client and on the household's page, in the words of the record."""
    record = records["drifted-60-40"]
    told = record["explained"]["tax_counts"]
    assert told.endswith("state tax on gains, losses and distributions only")
    assert told in parsed(document("proposal", record)).text
    assert told in parsed(ann.get(household_at(run_id, "drifted-60-40")).text).text


def test_a_document_fetches_nothing(weasyprint: Any) -> None:
    """An address in a document is left alone, and there is no other kind of document."""
    html = '<p>a</p><img src="file:///etc/passwd"><link rel=stylesheet href="http://x.example/">'
    assert b"root:" not in as_pdf(html)
    with pytest.raises(DocumentError, match="choose one of"):
        document("../base", {})


def test_a_report_is_never_written_over(sample_runs: Path, run_id: str, tmp_path: Path) -> None:
    """Nor made in a form that there is not."""
    run = str(sample_runs / run_id)
    (tmp_path / "there").write_text("x", "utf-8")
    assert main(["report", run, "rmd-due", "--out", str(tmp_path / "there")]) == 2
    assert (tmp_path / "there").read_text("utf-8") == "x"
    assert main(["report", run, "rmd-due", "--format", "docx"]) == 2
    assert main(["report", run, "nobody", "--out", str(tmp_path / "new")]) == 2
    assert not (tmp_path / "new").exists()
