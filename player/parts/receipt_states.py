"""The words for a purchase's states, and for how it was paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, short
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.desk import ReceiptOut
    from studio.kit.tokens import Tone

STATES: dict[str, tuple[str, Tone]] = {
    "intent": (mark("wanted"), "neutral"),
    "signed": (mark("signed"), "info"),
    "sent": (mark("sent"), "info"),
    "keyed": (mark("yours"), "ok"),
    "refused": (mark("refused"), "bad"),
    "unknown": (mark("being looked up"), "warn"),
    "disputed": (mark("wrong key"), "bad"),
}


def paid_by(receipt: ReceiptOut) -> tuple[str, str]:
    """Give the transaction in short with its whole text, or say that it went by channel.

    A voucher needs no transaction of its own; a payment on the chain that brought a key always has one.
    """
    if receipt.transaction:
        return short(receipt.transaction), receipt.transaction
    if receipt.state in ("keyed", "disputed"):
        return tr("by channel"), tr("Paid by a voucher on your deposit; it needs no transaction of its own.")
    return DASH, ""
