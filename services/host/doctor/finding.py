"""What the doctor finds, and what it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.chain.gateway import ChainGateway
from services.db.engine import Database
from services.host.node_settings import NodeSettings
from services.units.address import Address
from services.units.money import Money
from services.units.time import Clock

Level = Literal["good", "note", "act"]
"""good: as it should be; note: worth knowing, passes by itself; act: needs a person."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what it is like, and what to do. The code is for programs."""

    code: str
    level: Level
    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """A node's parts as far as they can be had. Nothing of it is changed.

    chain: None where it cannot be asked, such as a demo chain that the running node holds. database: None where there
    is none that can be read. creator: whose money is asked about, None for everybody's.
    """

    profile: Path
    settings: NodeSettings
    clock: Clock
    chain: ChainGateway | None
    database: Database | None
    relayer: Address | None
    creator: Address | None
    is_demo: bool


def good(code: str, sentence: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(code, "good", sentence)


def note(code: str, sentence: str, advice: str = "") -> Finding:
    """Say what is worth knowing."""
    return Finding(code, "note", sentence, advice)


def act(code: str, sentence: str, advice: str) -> Finding:
    """Say what needs a person."""
    return Finding(code, "act", sentence, advice)


def dollars(amount: Money) -> str:
    """Write an amount for people, exactly."""
    return f"${amount.dollars.normalize():f}"
