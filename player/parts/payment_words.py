"""Why a purchase goes over the chain and not through a channel, and whether channels are offered, as sentences."""

from __future__ import annotations

# services.wire.catalogue.FilmPaymentOut.why
WHY_BY_CHAIN: dict[str, str] = {
    "setting": "You chose to settle every part there.",
    "node": "This seller offers no payment channels.",
    "withdrawing": "Your channel to this creator is being withdrawn.",
    "refunding": "The rest of your channel to this creator is on its way back.",
    "unknown_chain": "No payment channels are known for this chain.",
    "not_deployed": "The payment channels' contract is not on this chain.",
    "other_code": "The contract at the channels' address is not the audited one, so no deposit goes there.",
    "unreachable": "The chain cannot be asked about payment channels just now.",
}

# services.wire.desk.Health.channels
CHANNELS_OFFER: dict[str, str] = {
    "offered": "Payment channels are offered on this chain.",
    "unknown_chain": "Payment channels are not offered: none are known for this chain, so every part is settled on it.",
    "not_deployed": "Payment channels are not offered: their contract is not on this chain, so every part is settled "
    "on it.",
    "other_code": "Payment channels are not offered: the contract at their address is not the audited one, so no "
    "deposit goes there and every part is settled on the chain.",
    "unknown": "Whether payment channels are offered is not known: the chain has not answered yet.",
}
