"""What a file of answers misnames, or tears, is told: it is never read as if it stood nowhere."""

from __future__ import annotations

import pytest

from nightly.fills.csv_reports import csv_reports
from nightly.fills.csv_rows import csv_rows
from nightly.fills.reports import AnswersError

HEAD = "ticket_id,fill_id,shares,price"


@pytest.mark.parametrize("name", ["Corrects", " corrects", "correct", "Trade_Date", "tradedate"])
def test_a_column_that_is_nearly_one_is_refused(name: str) -> None:
    """A correction would be a fill of its own, and a day the night's."""
    with pytest.raises(AnswersError, match=f"its column '{name}' is nearly '"):
        csv_reports(f"{HEAD},{name}\nt,f1,10,300,x\n".encode(), "answers.csv")


@pytest.mark.parametrize("name", ["corrects", "note", "limit_price", "account", ""])
def test_other_columns_are_as_they_are(name: str) -> None:
    """The file's own columns are left alone."""
    (row,) = csv_reports(f"{HEAD},{name}\n\nt,f1,10,300,\n".encode(), "answers.csv")
    assert row.fault == ""


def test_a_column_that_stands_twice_is_refused() -> None:
    """Nobody knows which of the two is meant; columns without a name are no columns."""
    with pytest.raises(AnswersError, match="the column 'price' more than once"):
        csv_reports(f"{HEAD},price\nt,f1,10,300,301\n".encode(), "answers.csv")
    assert csv_rows(b"a,,\n1,,\n", ())[0] == {"a", ""}


@pytest.mark.parametrize("cells", ["t,f1,10,300,50", "t,f1,10"])
def test_a_row_of_other_cells_is_refused_by_itself(cells: str) -> None:
    """300,50 is a price with a comma, and a row may end early; cells that are empty say nothing."""
    torn, sound = csv_reports(f"{HEAD}\n{cells}\nt,f2,10,300,,\n".encode(), "answers.csv")
    assert "cells where the header has 4" in torn.fault
    assert (sound.place, sound.fault) == ("row 3", "")
