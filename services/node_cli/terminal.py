"""The person at the terminal: lines out, lines in, and secrets in without showing them."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terminal:
    """say: one line. ask and ask_secret: show a question and give the line typed; empty at the end of input."""

    say: Callable[[str], None]
    ask: Callable[[str], str]
    ask_secret: Callable[[str], str]


def console() -> Terminal:
    """Use the process's own terminal; a secret is read past standard input where there is a terminal."""
    return Terminal(_say, _ask, getpass.getpass)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _ask(question: str) -> str:
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().rstrip("\r\n")
