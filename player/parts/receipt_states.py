"""The words for a purchase's states, and for how it was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, short

if TYPE_CHECKING:
    from services.wire.desk import ReceiptOut
    from studio.kit.tokens import Tone

STATES: dict[str, tuple[str, Tone]] = {
    "intent": ("wanted", "neutral"),
    "signed": ("signed", "info"),
    "sent": ("sent", "info"),
    "keyed": ("yours", "ok"),
    "refused": ("refused", "bad"),
    "unknown": ("being looked up", "warn"),
    "disputed": ("wrong key", "bad"),
}


def paid_by(receipt: ReceiptOut) -> tuple[str, str]:
    """Give the transaction in short with its whole text, or say that it went by channel.

    A voucher needs no transaction of its own; a payment on the chain that brought a key always has one.
    """
    if receipt.transaction:
        return short(receipt.transaction), receipt.transaction
    if receipt.state in ("keyed", "disputed"):
        return "by channel", "Paid by a voucher on your deposit; it needs no transaction of its own."
    return DASH, ""
