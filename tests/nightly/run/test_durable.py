"""A night that is killed goes on and ends as if nothing had happened; no file is half there."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from models.errors import RunFolderError
from nightly.main import main
from nightly.partition.sizes import Sizes
from nightly.results.run_folder import RunFolder
from nightly.results.tables import TABLES
from nightly.run.night import InterruptedRunError, resume_run, start_run
from nightly.run.request import Request
from nightly.workers.engines import InProcess
from scenarios.synthetic import ASOF, generate_book
from tests.nightly import deciders, kills
from tests.nightly.same import assert_same_tables

SAMPLE = Path(__file__).resolve().parents[3] / "scenarios" / "sample"
RUN = "2026-11-20-0001"
SIZES = Sizes(partition_lots=1_500, chunk_households=2)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a book of sixty households."""
    folder = tmp_path_factory.mktemp("book") / "etf"
    generate_book(folder, 60, "etf", 5)
    return folder


@pytest.fixture(scope="module")
def undisturbed(book: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Return a run that nobody kills."""
    return undisturbed_night(book, tmp_path_factory.mktemp("calm"))


def undisturbed_night(book: Path, runs: Path) -> RunFolder:
    """Run a night in this process."""
    request = Request(str(book), ASOF, runs)
    return start_run(request, deciders.sell_a_little, InProcess(), sizes=SIZES)[0]


def assert_same_run(folder: RunFolder, other: RunFolder) -> None:
    """Every table has the same bytes, `seconds` aside, and the log names everybody once."""
    assert_same_tables(folder, other)
    assert folder.manifest()["counts"] == other.manifest()["counts"]
    lines = (folder.path / "events.jsonl").read_text("utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    named = Counter(e["household_id"] for e in events if e["event"] == "household")
    assert named == Counter(pd.read_parquet(folder.path / "plans.parquet")["household_id"].tolist())
    assert events[0]["event"] == "start"
    assert [e["event"] for e in events].count("start") == 1
    assert sorted(p.name for p in folder.path.iterdir()) == sorted(
        p.name for p in other.path.iterdir()
    )


def night(book: Path, runs: Path, *resumed: str) -> subprocess.Popen[bytes]:
    """Start a night that takes a while, in a process of its own."""
    command = [sys.executable, "-m", "tests.nightly.night_process", str(book), str(runs), *resumed]
    environment = {**os.environ, deciders.PAUSE: "0.02"}
    root = Path(__file__).resolve().parents[3]
    return subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.PIPE)


def assert_whole(folder: RunFolder) -> None:
    """Whatever can be read by name is whole."""
    for path in [*folder.path.glob("*.parquet"), *folder.path.glob("parts/[0-9]*/*.parquet")]:
        pd.read_parquet(path)
    for path in [*folder.path.glob("*.json"), *folder.path.glob("work/*.json")]:
        json.loads(path.read_text("utf-8"))


def kill_and_resume(book: Path, runs: Path, times: int, seed: int) -> tuple[RunFolder, int]:
    """Kill a night and its resumptions at random moments, then let it end; count what landed."""
    moments = random.Random(seed)
    landed = 0
    for _ in range(times):
        process = night(book, runs, *([RUN] if (runs / RUN).exists() else []))
        deadline = time.monotonic() + moments.uniform(0.0, 4.5)
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        landed += process.returncode == -signal.SIGKILL
        if (runs / RUN).exists():
            assert_whole(RunFolder(runs / RUN))
    if (runs / RUN).exists():
        return resume(RunFolder(runs / RUN)), landed
    return undisturbed_night(book, runs), landed


def test_a_killed_night_goes_on(book: Path, undisturbed: RunFolder, tmp_path: Path) -> None:
    """Killed twice at random moments and resumed: the same orders byte for byte."""
    folder, _ = kill_and_resume(book, tmp_path, 2, seed=8)
    assert_same_run(folder, undisturbed)


@pytest.mark.full
@pytest.mark.parametrize("night_number", range(5))
def test_twenty_kills(
    book: Path, undisturbed: RunFolder, tmp_path: Path, night_number: int
) -> None:
    """Five nights of at least four kills each: the same orders byte for byte."""
    folder, landed = kill_and_resume(book, tmp_path, 4, seed=100 + night_number)
    assert_same_run(folder, undisturbed)
    print(f"night {night_number}: {landed} kills landed")


@pytest.mark.full
def test_nights_of_the_command_line_are_killed_at_every_stage(tmp_path: Path) -> None:
    """Twenty nights with the real optimizer, each killed once and resumed: nothing differs."""
    folder = tmp_path / "book"
    generate_book(folder, 12, "etf", 1)
    landed, wrong = kills.tally(kills.Nights(folder, tmp_path, workers=2), 20, seed=1)
    assert (landed.total(), wrong) == (20, [])
    assert {"cutting", "answering"} <= {*landed, *(["answering"] * landed["writing a chunk"])}


@pytest.fixture
def stopped(book: Path, tmp_path: Path) -> RunFolder:
    """Return a run that ended, by an error outside of any household, in its fourth chunk."""

    class StopsShort(InProcess):
        def answers(self, job, chunks, on_tick):  # type: ignore[no-untyped-def]
            for number, answered in enumerate(InProcess.answers(self, job, chunks, on_tick)):
                if number == 3:
                    raise KeyboardInterrupt
                yield answered

    with pytest.raises(InterruptedRunError, match=r"3 chunks.*--resume"):
        request = Request(str(book), ASOF, tmp_path / "runs")
        start_run(request, deciders.sell_a_little, StopsShort(), sizes=SIZES)
    return RunFolder(tmp_path / "runs" / RUN)


def resume(folder: RunFolder) -> RunFolder:
    """Let a run go on."""
    return resume_run(folder, deciders.sell_a_little, InProcess())[0]


def test_half_written_files_are_not_read(stopped: RunFolder, undisturbed: RunFolder) -> None:
    """A chunk, a table and a log line that a crash left half written are made again."""
    half = stopped.path / "parts" / ".000003"
    half.mkdir()
    (half / "orders.parquet").write_bytes(b"PAR1")
    (stopped.path / ".orders.parquet.part").write_bytes(b"PAR1")
    with (stopped.path / "events.jsonl").open("a") as log:
        log.write('{"event": "household", "househ')
    assert_same_run(resume(stopped), undisturbed)


def test_a_crash_between_a_chunk_and_its_log(stopped: RunFolder, undisturbed: RunFolder) -> None:
    """The chunk counts, and its households get their lines late."""
    log = stopped.path / "events.jsonl"
    lines = log.read_text("utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:-2]), "utf-8")
    folder = resume(stopped)
    assert_same_run(folder, undisturbed)
    late = [line for line in log.read_text("utf-8").splitlines() if '"clock": null' in line]
    assert len(late) == 2


def test_a_crash_while_finishing(stopped: RunFolder, undisturbed: RunFolder) -> None:
    """Public tables that were whole stay as they are; the others and the manifest follow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nightly.results.run_folder.MANIFEST", "no/such/folder.json")
        with pytest.raises(RunFolderError, match="kept"):
            resume(stopped)
    times = {p.name: p.stat().st_mtime_ns for p in stopped.path.glob("*.parquet")}
    assert set(times) == {"prices.parquet", *(f"{name}.parquet" for name in TABLES)}
    assert_same_run(resume(stopped), undisturbed)
    assert times == {p.name: p.stat().st_mtime_ns for p in stopped.path.glob("*.parquet")}


def test_going_on_with_a_complete_run_changes_nothing(undisturbed: RunFolder) -> None:
    """It may have been killed after its last word: what was left lying goes, the answer is told."""
    before = {p: p.read_bytes() for p in undisturbed.path.iterdir()}
    (undisturbed.path / "parts" / "000000").mkdir(parents=True)
    _, summary = resume_run(undisturbed, deciders.raises, InProcess())
    assert before == {p: p.read_bytes() for p in undisturbed.path.iterdir()}
    assert (summary.households, summary.answered_now) == (60, 0)
    assert dict(summary.counts) == undisturbed.manifest()["counts"]


def test_one_run_has_one_writer(stopped: RunFolder) -> None:
    """While a process holds a run, another is sent away; when it ends, however, it may go on."""
    with stopped.locked(), pytest.raises(RunFolderError, match="another process"):
        resume(stopped)
    resume(stopped)


def test_a_resumed_run_is_the_run_that_was_asked_for(
    stopped: RunFolder, book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another date, book or solver than the run began with is a mistake, and said so."""
    runs = str(stopped.path.parent)
    for extra in (
        ["--asof", "2026-11-19"],
        ["--solver", "clarabel"],
        [str(book.parent)],
    ):
        assert main(["run", *extra, "--out", runs, "--resume", RUN]) == 2
        assert "was begun with" in capsys.readouterr().err
    assert main(["run", "--out", runs, "--resume", "2026-01-01-0001"]) == 2
    assert "no run" in capsys.readouterr().err


def test_a_full_disk_is_one_clear_error(book: Path, undisturbed: RunFolder, tmp_path: Path) -> None:
    """When files may grow no further the run stops, keeps what was done, and can go on."""
    script = (
        "import resource, sys\n"
        "from tests.nightly.night_process import *\n"
        "from nightly.workers.engines import InProcess\n"
        "from nightly.results.run_folder import RunFolder\n"
        "from models.errors import RunFolderError\n"
        "seen = []\n"
        "def tick(t):\n"
        "    seen.append(t)\n"
        "    if len(seen) == 20:\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))\n"
        "request = Request(sys.argv[1], ASOF, Path(sys.argv[2]))\n"
        "try:\n"
        "    start_run(request, sell_a_little, InProcess(), tick, sizes=SIZES)\n"
        "except RunFolderError as error:\n"
        "    sys.exit(str(error))\n"
    )
    process = subprocess.run(
        [sys.executable, "-c", script, str(book), str(tmp_path)],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert "cannot write" in process.stderr and "is kept" in process.stderr
    assert "Traceback" not in process.stderr
    folder = RunFolder(tmp_path / RUN)
    assert len(folder.chunks()) == 9
    assert_same_run(resume(folder), undisturbed)


def test_a_folder_that_refuses_is_one_clear_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written, and the message says what would do; /proc refuses even root."""
    code = main(["run", str(SAMPLE), "--asof", str(ASOF), "--out", "/proc/runs"])
    assert code == 2
    assert "name another folder with --out" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written_is_one_clear_error() -> None:
    """A full disk under standard output: exit code 2 and one line, no traceback."""
    command = [sys.executable, "-m", "nightly.main", "drift", str(SAMPLE), "--format", "csv"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=SAMPLE.parents[1], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode().startswith("hearth: cannot go on: ")
    assert len(done.stderr.decode().splitlines()) == 1
