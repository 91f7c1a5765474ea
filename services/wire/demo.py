"""What a world that can be turned says of itself, and what it is told: time, money, earlier states."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import Answer, Moment, MoneyField, Request

Span = Literal["hour", "day", "month"]
"""A month is thirty days, as a membership's is."""
SnapshotName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class SnapshotOut(Answer):
    """A kept state of the whole world."""

    name: str
    at: Moment
    """The world's own time when it was taken."""


class DemoOut(Answer):
    """How the world stands."""

    now: Moment
    ahead_s: int
    """How far its clock is before the machine's; negative when it is behind."""
    faucet: MoneyField
    """What the faucet gives at a time."""
    snapshots: tuple[SnapshotOut, ...] = ()
    """The latest first."""
    turned_percent: int | None = None
    """How far the clock has come while it is turned."""


class TurnIn(Request):
    """Turn the clock forward."""

    by: Span


class FaucetIn(Request):
    """Give one person more demo money."""

    desk: Annotated[str, Field(max_length=40)]


class SnapshotIn(Request):
    """Keep the world's state under a name; the same name again keeps the newer one."""

    name: SnapshotName
