"""The words for a withdrawal's states."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.wire.earnings import WithdrawalState
    from studio.kit.tokens import Tone

STATES: dict[WithdrawalState, tuple[str, Tone]] = {
    "signed": ("signed", "info"),
    "sent": ("sent", "info"),
    "confirmed": ("confirmed", "ok"),
    "failed": ("failed", "bad"),
    "unknown": ("not confirmed yet", "warn"),
}

SENTENCES: dict[WithdrawalState, str] = {
    "signed": "Signed and kept on this computer; being sent.",
    "sent": "Sent to the chain; waiting for its block.",
    "confirmed": "Done. The money is in your wallet.",
    "failed": "The chain refused it. Your earnings are where they were.",
    "unknown": "Sent, but no answer yet. It is being looked up and will not be sent twice.",
}
# What a withdrawal that goes well passes through.
ORDER: tuple[WithdrawalState, ...] = ("signed", "sent", "confirmed")
