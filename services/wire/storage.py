"""Storages besides this computer's disk, and how fast this computer sends and fetches."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.units.money import ZERO, Money
from services.wire.base import Answer, Moment, MoneyField, ProblemOut, Request

StorageKind = Literal["daemon", "gateway", "pinning"]
"""``daemon``: an IPFS daemon that copies go to. ``gateway``: a trustless gateway that parts may come from.

``pinning``: a pinning service, which fetches copies itself, from the daemons of the list."""
MAX_LIMIT = 1_000_000_000
_MOST_A_GB = Money(1_000_000_000)


def _possible(price: Money) -> Money:
    if not ZERO <= price <= _MOST_A_GB:
        raise ValueError("no price of storage")
    return price


class TargetOut(Answer):
    """A storage of the list."""

    address: str
    kind: StorageKind
    version: str
    seen_at: Moment
    problem: ProblemOut | None
    films: int
    """How many films of this account are there in full."""
    missing: int
    """How many that are for sale are not."""


class DetectedOut(Answer):
    """A daemon that runs on this computer and is not on the list."""

    address: str
    version: str


class StorageOut(Answer):
    """All of it."""

    targets: tuple[TargetOut, ...]
    detected: DetectedOut | None
    upload_limit: int
    """Bytes a second that leave this computer at most; 0 for no limit."""
    download_limit: int = 0
    """Bytes a second of films that come to it at most, likewise."""
    price_per_gb: MoneyField = ZERO
    """What a gigabyte costs its owner a month at all storages together, as said here; nobody can be asked for it."""


class TargetIn(Request):
    """Name a storage: a daemon's multiaddress, or the https address of a trustless gateway or a pinning service."""

    address: Annotated[str, Field(max_length=300)]
    token: Annotated[str, Field(max_length=4000, repr=False)] = ""
    """A pinning service's; kept under the device's key and never shown again."""


class LimitIn(Request):
    """Limit what leaves this computer and what comes, in bytes a second; 0 for no limit, None for what it was."""

    upload_limit: Annotated[int | None, Field(ge=0, le=MAX_LIMIT)] = None
    download_limit: Annotated[int | None, Field(ge=0, le=MAX_LIMIT)] = None


class StoragePriceIn(Request):
    """Say what a gigabyte (10^9 bytes) costs a month at all storages together."""

    price_per_gb: Annotated[MoneyField, AfterValidator(_possible)]


class ExportIn(Request):
    """Take a purchase away into a new file, by its absolute path."""

    path: Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]+$")]


class ExportOut(Answer):
    """What was written."""

    path: str
    parts: int
    of: int
    """How many parts the film has."""
    size_bytes: int
