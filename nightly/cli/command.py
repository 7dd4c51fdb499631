"""One command run, and how what ends it is said.

Errors are one message, without a traceback; with ``--json`` they are a document too. Exit codes
are in `nightly.cli.exit_codes`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import typer

from models.book.faults import FaultyBookError
from models.errors import HearthError
from nightly.cli import console
from nightly.cli.app import app
from nightly.cli.book_commands import fault_documents
from nightly.cli.exit_codes import ANSWERED, UNUSABLE


def ran(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nobody else writes to standard output."""
    with console.ours_alone():
        return _ran(arguments)


@cache
def _commands() -> Any:
    """Return the tree of commands, which is the same for every run of one in a process."""
    return typer.main.get_command(app)


def _ran(arguments: Sequence[str]) -> int:
    as_json = "--json" in arguments
    try:
        code = _commands()(list(arguments), prog_name="hearth", standalone_mode=False)
        sys.stdout.flush()
        return int(code or ANSWERED)
    except FaultyBookError as error:
        return _refuse(error, str(error), as_json, fault_documents(error.faults))
    except HearthError as error:
        return _refuse(error, str(error), as_json)
    except BrokenPipeError:  # the reader of our output has seen enough
        _say_no_more()
        return ANSWERED
    except OSError as error:  # what the folders of runs refuse has been told; this is the output
        _say_no_more()
        return _refuse(error, f"cannot go on: {error}; what was written to folders is kept", False)
    except KeyboardInterrupt as error:
        return _refuse(error, "interrupted; what was written is kept", as_json)
    except Exception as error:
        # a wrong command, told by whichever click the command line library was built with
        told = getattr(error, "format_message", None)
        if told is None:
            raise
        return _refuse(error, f"{told()} (--help says more)", as_json)


def _say_no_more() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(
    error: BaseException, message: str, as_json: bool, faults: Sequence[dict[str, Any]] = ()
) -> int:
    if as_json:
        details = {"faults": list(faults)} if faults else {}
        console.say_json({"error": {"kind": type(error).__name__, "message": message, **details}})
    else:
        console.warn(message)
    return UNUSABLE
