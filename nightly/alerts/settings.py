"""What is told, and where: `alerts.toml` beside the runs, or `--to` on the command line.

    kinds = ["breach", "failed", "refused", "waiting"]      # all, where left out
    deferred_nights = 3
    standing_days = 10

    [sinks.log]
    file = "alerts.jsonl"                                   # beside the runs

    [sinks.desk]
    url_env = "DESK_URL"                                    # or url = "https://..."
    secret_env = "DESK_SECRET"

    [sinks.mail]
    smtp = "mail.example.com:587"
    from = "hearth@example.com"
    to = ["desk@example.com"]
    user_env = "MAIL_USER"
    password_env = "MAIL_PASSWORD"

Secrets are never written here: the file names the environment variables that hold them.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from models.errors import HearthError
from nightly.alerts.events import DEFERRED_NIGHTS, KINDS, STANDING_DAYS
from nightly.alerts.sinks import HERE, FileSink, Mail, Sink, Webhook

NAME: Final = "alerts.toml"
"""The file's name among the runs."""

SECRET: Final = "HEARTH_ALERTS_SECRET"  # noqa: S105 - a variable's name, not what it holds
"""Environment variable whose value signs a webhook that `--to` names."""

SMTP_PORT: Final = 587
"""Port of mail submission (RFC 6409)."""

TAG_DIGITS: Final = 8
"""Digits of a digest that tell two addresses on one host apart."""

KEYS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "file": (frozenset({"file"}), frozenset()),
    "url": (frozenset({"url", "secret_env"}), frozenset()),
    "url_env": (frozenset({"url_env", "secret_env"}), frozenset()),
    "smtp": (frozenset({"smtp", "from", "to"}), frozenset({"user_env", "password_env"})),
}
"""Keys of each kind of sink by the key that tells it: those it must have, those it may."""


class SettingsError(HearthError):
    """What to tell, or where, is not said well: mend alerts.toml, --to or the environment."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Kinds that are told, nights until a deferral is, weekdays until silence is, and the sinks."""

    kinds: tuple[str, ...] = KINDS
    deferred_nights: int = DEFERRED_NIGHTS
    standing_days: int = STANDING_DAYS
    sinks: tuple[Sink, ...] = ()


def settings_of(runs: Path, to: Sequence[str]) -> Settings:
    """Return what `alerts.toml` among the runs says; sinks of `to` stand in place of its own.

    Raises
    ------
    SettingsError
        If the file or an address cannot be used, or a variable is not set.
    """
    path = runs / NAME
    try:
        told = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError, RecursionError):
        raise SettingsError(f"{path} cannot be read as TOML") from None
    kinds, named = told.get("kinds", list(KINDS)), told.get("sinks", {})
    nights = told.get("deferred_nights", DEFERRED_NIGHTS)
    days = told.get("standing_days", STANDING_DAYS)
    if unknown := sorted(told.keys() - {"kinds", "deferred_nights", "standing_days", "sinks"}):
        raise SettingsError(f"{NAME}: {', '.join(unknown)} is not known")
    if not isinstance(kinds, list) or not all(kind in KINDS for kind in kinds):
        raise SettingsError(f"{NAME}: kinds knows {', '.join(KINDS)}")
    for name, count in (("deferred_nights", nights), ("standing_days", days)):
        if type(count) is not int or count < 1:
            raise SettingsError(f"{NAME}: {name} is a whole number from 1 on")
    if not isinstance(named, dict) or not all(isinstance(each, dict) for each in named.values()):
        raise SettingsError(f"{NAME}: sinks are tables [sinks.NAME]")
    if to:
        sinks = [_addressed(each) for each in dict.fromkeys(to)]
    else:
        sinks = [_sink(name, facts, runs) for name, facts in named.items()]
    return Settings(tuple(kinds), nights, days, tuple(sinks))


def _sink(name: str, facts: Mapping[str, Any], runs: Path) -> Sink:
    kind = next((key for key in KEYS if key in facts), None)
    if kind is None:
        raise SettingsError(f"{NAME}: sinks.{name} has none of {', '.join(KEYS)}")
    must, may = KEYS[kind]
    if not must <= facts.keys() <= must | may:
        raise SettingsError(f"{NAME}: sinks.{name} has {', '.join(sorted(must | may))}")
    people = facts.get("to", [])
    texts = [value for key, value in facts.items() if key != "to"]
    if not isinstance(people, list) or not all(isinstance(t, str) for t in [*texts, *people]):
        raise SettingsError(f"{NAME}: sinks.{name}: every value is text, `to` a list of texts")
    if kind == "file":
        return FileSink(name, runs / facts["file"])
    if kind == "smtp":
        user, password = (
            _held(name, facts[key]) if key in facts else "" for key in ("user_env", "password_env")
        )
        place = _place(name, f"smtp://{facts['smtp']}")
        return _mail(name, place, [facts["from"], *people], (user, password))
    url = facts["url"] if kind == "url" else _held(name, facts["url_env"])
    return _webhook(name, url, facts["secret_env"])


def _mail(
    name: str, place: tuple[str, int | None], people: Sequence[str], who: tuple[str, str] = ("", "")
) -> Mail:
    """Return the sink of mails from the first of some people to the others, each a line by itself.

    A line break would be another header of the mail.
    """
    if len(people) < 2 or not all(each.isprintable() and "@" in each for each in people):
        raise SettingsError(f"{name}: from, and everybody in to, is an address with @ on one line")
    return Mail(name, place[0], place[1] or SMTP_PORT, people[0], tuple(people[1:]), *who)


def _addressed(to: str) -> Sink:
    """Return the sink of an address: http(s)://…, smtp://HOST/?from=A&to=B, or a file."""
    scheme = to.partition("://")[0].lower() if "://" in to else ""
    if scheme == "":
        path = Path(to).resolve()
        return FileSink(str(path), path)
    if scheme not in ("http", "https", "smtp"):
        raise SettingsError("--to is a file, http(s)://HOST/… or smtp://HOST/?from=A&to=B")
    host, port = _place("--to", to)
    tag = hashlib.sha256(to.encode()).hexdigest()[:TAG_DIGITS]
    name = f"{scheme} {host} {tag}"
    if scheme != "smtp":
        return _webhook(name, to, SECRET)
    asked = parse_qs(urlsplit(to).query)
    if len(asked.get("from", [])) != 1 or "to" not in asked:
        raise SettingsError("--to smtp://HOST/ needs ?from=A&to=B")
    return _mail(name, (host, port), [*asked["from"], *asked["to"]])


def _webhook(name: str, url: str, variable: str) -> Webhook:
    host, _ = _place(name, url)
    scheme = urlsplit(url).scheme
    if scheme != "https" and not (scheme == "http" and host in HERE):
        raise SettingsError(f"{name}: an address that is not on this machine is https://")
    return Webhook(name, url, _held(name, variable))


def _place(name: str, url: str) -> tuple[str, int | None]:
    """Return host and port; who is in the address, or an address that is none, is refused."""
    try:
        parts = urlsplit(url)
        host, port, person = parts.hostname, parts.port, "@" in parts.netloc
    except ValueError:
        host, port, person = None, None, False
    if not host or person:
        raise SettingsError(f"{name}: the address has no host, or names a user; secrets stay out")
    return host, port


def _held(name: str, variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise SettingsError(f"{name}: the environment variable {variable} is not set")
    return value
