"""What each key of a policy does, in the words of the annotated standard; and a policy as TOML.

The words beside a key are those of `models/standard.toml` and are written nowhere else. Refused: a
second table of descriptions, which would be out of date the first time a key changes its meaning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

KEY: Final = re.compile(r"(?:#: )?(\w+) = .*?  *# (.+)")
"""A line of the annotated standard that has a key and words beside it."""

ON: Final = re.compile(r"#? {8,}#? *(.+)|# {8,}(.+)")
"""A line that goes on with the words of the key above it."""


@cache
def key_words() -> Mapping[tuple[str, str], str]:
    """Return what the annotated standard says beside each (section, key)."""
    found: dict[tuple[str, str], str] = {}
    section, last = "", ""
    for line in files("models").joinpath("standard.toml").read_text("utf-8").splitlines():
        if line.startswith("["):
            section, last = line.strip("[]"), ""
        elif told := KEY.fullmatch(line):
            last = told[1]
            found[section, last] = told[2].strip()
        elif more := ON.fullmatch(line):
            if last:
                found[section, last] += f" {(more[1] or more[2]).strip()}"
        else:
            last = ""
    return found


def policy_toml(given: Mapping[str, Mapping[str, Any]], purpose: str = "") -> str:
    """Return sections and their keys as the text of a policy file; `purpose` is its first line."""
    lines = [f"# {line}" for line in purpose.splitlines()]
    for section, values in given.items():
        if values:
            lines += ["", f"[{section}]"]
            lines += [f"{key} = {value_toml(value)}" for key, value in values.items()]
    return "\n".join(lines).lstrip("\n") + "\n"


def value_toml(value: Any) -> str:
    """Return a value as TOML writes it: text quoted, a table on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        inside = (f"{value_toml(str(k))} = {value_toml(v)}" for k, v in value.items())
        return f"{{ {', '.join(inside)} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(value_toml(each) for each in value)}]"
    return str(value)
