"""Options that belong together, said once as a dataclass: a command takes them as one argument.

The command line library reads a function's signature, an option a parameter. A command with twenty
options would be a function of twenty parameters, and what belongs together would be told nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return `command` with every field of a dataclass among its parameters as an option."""
    kinds = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in kinds.items() if is_dataclass(kind)}
    options: list[Parameter] = []
    for parameter in signature(command).parameters.values():
        name, kind = parameter.name, kinds[parameter.name]
        options += (
            _options(kind)
            if name in groups
            else [_option(name, kind, parameter.default, Parameter.empty)]
        )

    @wraps(command)
    def said(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{option: given.pop(option) for option in get_type_hints(kind)})
        command(**given)

    said.__signature__ = Signature(options)  # type: ignore[attr-defined]
    said.__annotations__ = {}
    return said


def _options(group: Any) -> list[Parameter]:
    kinds = get_type_hints(group, include_extras=True)
    return [_option(f.name, kinds[f.name], f.default, MISSING) for f in fields(group)]


def _option(name: str, kind: Any, default: Any, absent: object) -> Parameter:
    """Return one option; `absent` is what stands for a default where there is none."""
    given = Parameter.empty if default is absent else default
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=given)
