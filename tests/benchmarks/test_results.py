"""What is kept of benchmarks: pages and the pictures they show, no bulk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results"
PAGES = sorted(RESULTS.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(RESULTS).as_posix())
def test_everything_a_page_shows_or_links_is_there(page: Path) -> None:
    """Pictures and other pages."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
