"""What `hearth schema` says: the JSON Schema of a command's document."""

from __future__ import annotations

from nightly.cli import console
from nightly.cli.exit_codes import ANSWERED
from nightly.run.choices import CommandError
from nightly.schemas import names, schema_of


def schema(name: str | None, as_json: bool) -> int:
    """Print one schema, or list their names."""
    if name is None:
        if as_json:
            console.say_json({"schemas": names()})
        else:
            for each in names():
                console.say(each)
        return ANSWERED
    if name not in names():
        raise CommandError(f"no schema {name!r}: choose {', '.join(names())}")
    console.say_json(schema_of(name))
    return ANSWERED
