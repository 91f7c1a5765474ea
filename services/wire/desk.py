"""The service process and its desks, seen from the window."""

from __future__ import annotations

from typing import Literal

from services.wire.base import AddressField, Answer, Moment, MoneyField, Request

PROTOCOL = 1
WalletStatus = Literal["missing", "locked", "open"]


ReceiptState = Literal["signed", "sent", "keyed", "refused", "unknown", "disputed"]
"""``disputed``: paid, but the key is not the one that the creator committed to."""


class Health(Answer):
    """Says that the service is there and which world it shows."""

    status: Literal["ok"]
    protocol: int
    version: str
    demo: bool
    chain_id: int
    chain: Literal["ok", "unreachable", "not_deployed", "wrong_chain"]
    channels: Literal["offered", "unknown_chain", "not_deployed", "other_code", "unknown"] = "unknown"
    """Whether viewers may pay through channels, and if not, why; ``unknown`` while the chain has not answered."""
    samples: tuple[str, ...] = ()
    """Paths of films that a person may try uploading with; empty outside the demo."""


class DeskOut(Answer):
    """One person's side: in demo mode there are several, elsewhere one."""

    id: str
    name: str
    role: Literal["creator", "viewer", "both"]
    address: AddressField | None
    wallet: WalletStatus


class WalletOut(Answer):
    """The wallet's four numbers. Chain figures are None while the chain cannot be read."""

    wallet: WalletStatus
    address: AddressField | None
    available: MoneyField | None
    """What can be spent now: the token balance less what is in flight."""
    in_flight: MoneyField
    """Signed, and the outcome not yet known."""
    spent: MoneyField
    gas: MoneyField | None
    """Gas money, rounded down to micro-USDC."""
    as_of: Moment
    block: int | None


class PassphraseIn(Request):
    """A passphrase to create or open the wallet with; never logged."""

    passphrase: str


class ReceiptOut(Answer):
    """One purchase of one or more chunks, with the state of its money."""

    intent: str
    content_id: str
    title: str
    creator: AddressField
    first_chunk: int
    chunk_count: int
    amount: MoneyField
    state: ReceiptState
    transaction: str | None
    at: Moment


class ReconciliationRow(Answer):
    """One sum in three books. None: that book could not be read."""

    name: Literal["paid", "earned", "withdrawn", "available"]
    chain: MoneyField | None
    node: MoneyField | None
    desk: MoneyField

    @property
    def agrees(self) -> bool:
        """Tell whether the three sums are equal to the unit."""
        return self.chain == self.node == self.desk


class Reconciliation(Answer):
    """Chain, node ledger and desk ledger side by side."""

    rows: tuple[ReconciliationRow, ...]
    block: int | None
    as_of: Moment
