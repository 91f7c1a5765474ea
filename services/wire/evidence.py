"""What the service says of itself for somebody who looks for a fault. It holds no secret."""

from __future__ import annotations

from services.wire.base import AddressField, Answer, Moment
from services.wire.desk import Health, Reconciliation, WalletStatus


class DeskEvidence(Answer):
    """One desk: its sums in the three books, or why they could not be had."""

    id: str
    role: str
    address: AddressField | None
    wallet: WalletStatus
    ledger_damage: str = ""
    sums: Reconciliation | None = None
    problem: str = ""


class EvidenceOut(Answer):
    """A moment of the service."""

    now: Moment
    python: str
    system: str
    sqlite: str
    health: Health
    origin: dict[str, str] = {}
    """What the world was made of, such as seed and size."""
    head: int | None = None
    """The chain's latest block; None when it cannot be asked."""
    node_damage: str = ""
    desks: tuple[DeskEvidence, ...]
