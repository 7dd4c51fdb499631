"""Memory does not grow with the book: ten times the households at the same peak."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from scenarios.synthetic import ASOF, generate_book

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are read from /proc"),
]


def peaks(command: list[str]) -> tuple[int, int]:
    """Run a command; return the peak memory (kB) of its process, and of its largest worker."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    own = worker = 0
    while process.poll() is None:
        own = max(own, peak(process.pid))
        worker = max([worker, *map(peak, children(process.pid))])
        time.sleep(0.05)
    assert process.returncode == 0, process.stderr and process.stderr.read()
    return own, worker


def peak(pid: int) -> int:
    """Return the largest resident size of a process so far (kB), 0 when it is over."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def children(pid: int) -> list[int]:
    """Return the children that a process's main and other threads started."""
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in tasks.read_text().split()]
        except OSError:
            continue
    return found


def test_ten_times_the_book_at_the_same_peak(tmp_path: Path) -> None:
    """3,000 and 30,000 households, nearly all of them left alone: within 20%, each process."""
    found = []
    for households in (3_000, 30_000):
        book = tmp_path / f"book-{households}"
        generate_book(book, households, "etf", 5)
        for policy in (book / "policies").glob("*.toml"):
            if "[triggers]" not in policy.read_text():
                policy.write_text(policy.read_text() + '\n[triggers]\ndrift = "never"\n')
        command = [sys.executable, "-m", "nightly.main", "run", str(book), "--asof", str(ASOF)]
        options = ["--out", str(tmp_path / "runs" / str(households)), "--max-households", "20"]
        found.append(peaks([*command, *options]))
    (own, worker), (own_of_ten, worker_of_ten) = found
    print(f"run {own} kB, at ten times {own_of_ten}; worker {worker} kB, {worker_of_ten}")
    assert own_of_ten <= 1.2 * own
    assert worker_of_ten <= 1.2 * worker
