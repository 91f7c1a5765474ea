"""What a subcommand is, and how it says that it cannot do what was asked."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from services.node_cli.terminal import Terminal


class CommandError(Exception):
    """The command ends without having done its job; the text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand. declare: adds its arguments. run: does it and gives the exit status."""

    name: str
    summary: str
    declare: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Terminal], int]
