"""A group of options is, for whoever types a command, the options in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from nightly.cli.grouped import grouped


@dataclass(frozen=True)
class Trip:
    """Where to, and how often."""

    to: Annotated[str, typer.Option(help="A place.")]
    times: Annotated[int, typer.Option("--often", min=1)] = 1


@grouped
def go(name: Annotated[str, typer.Argument()], trip: Trip, loud: bool = False) -> None:
    """Say where somebody goes."""
    typer.echo(f"{name} {trip} {loud}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Ann", "--to", "Bern"), "Ann Trip(to='Bern', times=1) False"),
        (("Ann", "--often", "2", "--loud", "--to", "Bern"), "Ann Trip(to='Bern', times=2) True"),
    ],
)
def test_a_group_is_given_option_by_option(words: tuple[str, ...], said: str) -> None:
    """Each field arrives in the group, by its own name or default, in any order."""
    app = typer.Typer()
    app.command()(go)
    assert CliRunner().invoke(app, words).output.strip() == said


@pytest.mark.parametrize("words", [("Ann",), ("Ann", "--to", "Bern", "--often", "0")])
def test_what_a_field_demands_is_demanded(words: tuple[str, ...]) -> None:
    """A field without a default must be given, and a limit of its option holds."""
    app = typer.Typer()
    app.command()(go)
    assert CliRunner().invoke(app, words).exit_code == 2
