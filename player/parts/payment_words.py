"""Why a purchase goes over the chain and not through a channel, and whether channels are offered, as sentences."""

from __future__ import annotations

# services.wire.catalogue.FilmPaymentOut.why
from studio.kit.words import mark

WHY_BY_CHAIN: dict[str, str] = {
    "setting": mark("You chose to settle every part there."),
    "node": mark("This seller offers no payment channels."),
    "withdrawing": mark("Your channel to this creator is being withdrawn."),
    "refunding": mark("The rest of your channel to this creator is on its way back."),
    "unknown_chain": mark("No payment channels are known for this chain."),
    "not_deployed": mark("The payment channels' contract is not on this chain."),
    "other_code": mark("The contract at the channels' address is not the audited one, so no deposit goes there."),
    "unreachable": mark("The chain cannot be asked about payment channels just now."),
}

# services.wire.desk.Health.channels
CHANNELS_OFFER: dict[str, str] = {
    "offered": mark("Payment channels are offered on this chain."),
    "unknown_chain": mark(
        "Payment channels are not offered: none are known for this chain, so every part is settled on it."
    ),
    "not_deployed": mark(
        "Payment channels are not offered: their contract is not on this chain, so every part is settled on it."
    ),
    "other_code": mark(
        "Payment channels are not offered: the contract at their address is not the audited one, so no "
        "deposit goes there and every part is settled on the chain."
    ),
    "unknown": mark("Whether payment channels are offered is not known: the chain has not answered yet."),
}
