"""A private PostgreSQL server for a test session: installed if it may be, started, stopped.

Debian's package is installed by `apt-get` where it is missing and we are root; the cluster lives in
a temporary folder, owned by a user without rights, and listens on a local port only. Where it
cannot be had, tests are skipped with the reason; with CI=true nothing is skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = "postgres", "nobody"
"""Users that the server may run as when we are root; it refuses root."""


class NoPostgresError(Exception):
    """There is no PostgreSQL server to be had here: says why."""


@dataclass(frozen=True)
class Postgres:
    """A running server: the URL of its database, and its version."""

    url: str
    version: str

    def database(self, name: str) -> str:
        """Return the URL of another database of the server, made new."""
        import sqlalchemy

        engine = sqlalchemy.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'create database "{name}"')
        engine.dispose()
        return self.url.rsplit("/", 1)[0] + f"/{name}"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server on a new cluster and stop it in the end.

    Raises
    ------
    NoPostgresError
        If there is none and none can be installed or started.
    """
    programs = _programs()
    home = Path(tempfile.mkdtemp(prefix="hearth-postgres-"))
    try:
        user = _give_away(home)
        data, log = home / "data", home / "log"
        port = _free_port()
        _as(user, programs / "initdb", "-D", data, "-U", "hearth", "-A", "trust", "-E", "UTF8")
        options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
        _as(user, programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            said = _as(user, programs / "postgres", "--version")
            url = f"postgresql+psycopg://hearth@127.0.0.1:{port}/postgres"
            yield Postgres(url, said.strip())
        finally:
            _as(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    """Return the folder of the server's programs, installing them if need be."""
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
            done = subprocess.run(
                ["apt-get", "-q", *command], env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise NoPostgresError(f"apt-get {command[0]} failed: {done.stderr.strip()[-300:]}")
        found = _installed()
    if found is None:
        raise NoPostgresError(
            "no PostgreSQL server is installed, and only root may install it (apt-get install "
            "postgresql)"
        )
    return found


def _installed() -> Path | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if places:
        return places[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _give_away(home: Path) -> str | None:
    """Give a folder to a user without rights if we are root; return the user's name."""
    home.chmod(0o755)
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(home, user.pw_uid, user.pw_gid)
        return name
    raise NoPostgresError(f"root needs a user to run the server as: {' or '.join(UNPRIVILEGED)}")


def _as(user: str | None, *command: object) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        group=None if user is None else pwd.getpwnam(user).pw_gid,
        extra_groups=None if user is None else [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        timeout=120.0,
        check=False,
    )
    if done.returncode:
        raise NoPostgresError(f"{command[0]}: {done.stdout.strip()[-500:]}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
