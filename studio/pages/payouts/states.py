"""The words for a withdrawal's states, for what holds one up, and for a verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.words import mark

if TYPE_CHECKING:
    from services.wire.earnings import WithdrawalState
    from services.wire.kyc import DocumentKind, KycState
    from studio.kit.tokens import Tone

STATES: dict[WithdrawalState, tuple[str, Tone]] = {
    "signed": (mark("signed"), "info"),
    "sent": (mark("sent"), "info"),
    "confirmed": (mark("confirmed"), "ok"),
    "failed": (mark("failed"), "bad"),
    "unknown": (mark("not confirmed yet"), "warn"),
}

SENTENCES: dict[WithdrawalState, str] = {
    "signed": mark("Signed and kept on this computer; being sent."),
    "sent": mark("Sent to the chain; waiting for its block."),
    "confirmed": mark("Done. The money is in your wallet."),
    "failed": mark("The chain refused it. Your earnings are where they were."),
    "unknown": mark("Sent, but no answer yet. It is being looked up and will not be sent twice."),
}
# What a withdrawal that goes well passes through.
ORDER: tuple[WithdrawalState, ...] = ("signed", "sent", "confirmed")

YOU, OPERATOR, NOBODY = mark("You act"), mark("The operator acts"), mark("Nobody has to act")
ACTORS: dict[str, str] = {
    "withdrawal.no_gas": YOU,
    "withdrawal.in_progress": NOBODY,
    "wallet.locked": YOU,
    "wallet.missing": YOU,
    "chain.unreachable": NOBODY,
    "chain.reverted": YOU,
    "ledger.damaged": YOU,
    "kyc.required": YOU,
    "kyc.listed": OPERATOR,
}
"""Who ends what holds a withdrawal up; anything else is looked at by the person."""

KYC: dict[KycState, tuple[str, Tone]] = {
    "not_started": (mark("not asked for"), "neutral"),
    "pending": (mark("waits for a decision"), "info"),
    "verified": (mark("verified"), "ok"),
    "rejected": (mark("rejected"), "bad"),
    "expired": (mark("ran out"), "warn"),
}
KYC_TASKS: dict[KycState, tuple[str, str]] = {
    "not_started": (YOU, mark("Bring your documents, then ask for the verification.")),
    "pending": (OPERATOR, mark("The node's operator looks at your documents and decides. You can still bring some.")),
    "verified": (NOBODY, mark("Nothing is missing. Payouts that the node sends are open.")),
    "rejected": (YOU, mark("Put right what the operator named, then ask again.")),
    "expired": (YOU, mark("Bring fresh documents, then ask for the verification anew.")),
}
DOCUMENTS: dict[DocumentKind, str] = {
    "identity": mark("Identity"),
    "residence": mark("Residence"),
    "business": mark("Business"),
}
