"""The sentences for what can fail when money moves; see studio.kit.problem_texts."""

from __future__ import annotations

from typing import Final

MONEY_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "wallet.missing": ("There is no wallet yet.", "Set one up to sell or to buy.", "CREATE_WALLET"),
    "wallet.exists": ("There is a wallet already.", "Unlock the one you have.", "UNLOCK"),
    "wallet.locked": ("The wallet is locked.", "Unlock it with your passphrase to go on.", "UNLOCK"),
    "wallet.wrong_passphrase": (
        "This passphrase does not open the wallet.",
        "Check capitals and keyboard layout, then type it again.",
        "NONE",
    ),
    "wallet.weak_passphrase": ("This passphrase is too short.", "Use at least 10 characters.", "NONE"),
    "wallet.damaged": (
        "The wallet file cannot be read.",
        "Restore it from your backup; money on the chain is untouched.",
        "COPY_DETAILS",
    ),
    "membership.not_sold": (
        "This membership cannot be joined now.",
        "The tier was archived, is your own, is paid far ahead, or its creator has not opened it for sale yet.",
        "NONE",
    ),
    "membership.not_found": ("There is no such membership.", "Look at your memberships again.", "NONE"),
    "refund.not_found": ("There is nothing to give back here.", "Look at your receipts again.", "NONE"),
    "refund.state": (
        "This refund was decided already.",
        "Look at its state: a refund happens once.",
        "NONE",
    ),
    "send.address": (
        "This is no address that money can go to.",
        "An address is 0x and 40 characters, digits and a to f. Copy it anew from who is to get the money.",
        "NONE",
    ),
    "send.checksum": (
        "A character of this address is wrong: its checksum does not fit.",
        "Copy it anew from who is to get the money. Nothing was sent.",
        "NONE",
    ),
    "send.own": ("This is your own address.", "The money is there already. Nothing was sent.", "NONE"),
    "send.swallowed": (
        "This is the address of the money’s own program; whatever goes there is lost.",
        "Ask for the person’s own address. Nothing was sent.",
        "NONE",
    ),
    "send.amount": ("There is no sum to send.", "Enter how much is to be sent.", "NONE"),
    "payment.required": ("This part has to be paid before it plays.", "Buy it to go on.", "NONE"),
    "payment.refused": ("The seller refused the payment.", "No money has moved. Look at your wallet.", "OPEN_WALLET"),
    "payment.terms_changed": (
        "The price or the terms changed while you were watching.",
        "Nothing was paid. Look at the new price before you buy.",
        "REFRESH",
    ),
    "payment.insufficient": ("There is not enough money in the wallet.", "Add money, then buy again.", "OPEN_WALLET"),
    "payment.unknown": (
        "The payment was sent, but no answer has come yet.",
        "It is being looked up; it will never be sent twice. Please wait.",
        "REFRESH",
    ),
    "payment.in_progress": ("This part is being paid right now.", "It plays as soon as the key is here.", "REFRESH"),
    "payment.scheme": (
        "This way of paying is not offered here.",
        "Nothing was paid. Choose another way to pay in the wallet.",
        "OPEN_WALLET",
    ),
    "channel.total": (
        "This device and the seller count the channel differently.",
        "It is being compared with what you signed; nothing is paid twice. Try again in a moment.",
        "RETRY",
    ),
    "channel.busy": (
        "Another part of this creator's work is being paid right now.",
        "Try again in a moment.",
        "RETRY",
    ),
    "channel.balance": (
        "The deposit for this creator is used up.",
        "Put more into it to keep watching; what is left over always comes back to you.",
        "RETRY",
    ),
    "channel.refused": (
        "The seller did not take this payment from the channel.",
        "Nothing was paid. You can pay this part on the chain instead, or take your deposit back in Wallet.",
        "OPEN_WALLET",
    ),
    "channel.not_found": (
        "The seller does not know this payment channel.",
        "Your deposit is on the chain and yours: take it back in Wallet.",
        "OPEN_WALLET",
    ),
    "budget.session": (
        "The budget for this sitting is used up.",
        "Raise it to keep watching, or buy part by part.",
        "RAISE_BUDGET",
    ),
    "budget.day": (
        "Today's limit for buying is reached.",
        "Nothing was paid. Raise it in the wallet with your passphrase, or go on tomorrow.",
        "OPEN_WALLET",
    ),
    "budget.creator": (
        "Today's limit for this creator is reached.",
        "Nothing was paid. Raise it in the wallet with your passphrase, or go on tomorrow.",
        "OPEN_WALLET",
    ),
    "deposit.confirm": (
        "This needs a larger deposit than you allowed.",
        "Nothing was paid. Confirm the new amount to go on; what you do not spend comes back.",
        "NONE",
    ),
    "channel.state": (
        "This channel is on its way back to your wallet.",
        "Its money is safe. Look in the wallet when it will be there.",
        "OPEN_WALLET",
    ),
    "budget.invalid": ("That is not a budget.", "Enter an amount such as $0.50.", "NONE"),
    "chain.unreachable": (
        "The payment chain cannot be reached.",
        "Amounts are as last seen; money waits until it is back.",
        "RETRY",
    ),
    "chain.wrong_chain": (
        "The chain that answers is not the one this profile was made for.",
        "Nothing was sent. Check the chain's address in Settings.",
        "NONE",
    ),
    "chain.not_deployed": (
        "The payment contract is not on this chain.",
        "Nothing was sent. Check the chain's address in Settings.",
        "NONE",
    ),
    "chain.reverted": ("The chain refused the transaction.", "No money has moved apart from its fee.", "COPY_DETAILS"),
    "chain.refused": ("The chain did not accept the transaction.", "No money has moved.", "COPY_DETAILS"),
    "chain.damaged": (
        "The demo chain's journal on this computer cannot be read.",
        "Museclock stopped before changing it. Restore the profile from a backup, or start a fresh demo.",
        "COPY_DETAILS",
    ),
    "chain.unconfirmed": (
        "This profile is set to {network}, where payments are real money, and that was not confirmed.",
        'Nothing was opened. Write confirm = "{sentence}" under [chain] in settings.toml, or choose the testnet.',
        "NONE",
    ),
    "transaction.unknown": (
        "A transaction was sent, but not confirmed yet.",
        "It is being looked up and will not be sent twice.",
        "REFRESH",
    ),
    "pass.none": (
        "This node sells no pass.",
        "Its operator can offer one; films are bought by the part and by membership as ever.",
        "NONE",
    ),
    "pass.not_owner": (
        "Only the Escrow's owner may do this, and this node does not speak for that account.",
        "Put the owner's key into the node's folder as treasury.key; now it speaks as {account}.",
        "NONE",
    ),
    "pass.month": (
        "The month {month} cannot be shared out now.",
        "A month is shared out once, a day after its end.",
        "REFRESH",
    ),
    "case.state": (
        "This does not fit how the case stands: it is {state}.",
        "Look at it again: somebody may have decided it meanwhile.",
        "REFRESH",
    ),
    "kyc.listed": (
        "This account is on a list of accounts that the node's operator must not pay.",
        "Write to the operator if you think that this is a mistake; what you earned stays in the Escrow.",
        "NONE",
    ),
    "kyc.required": (
        "The node pays out to creators whom it has verified.",
        "Ask for the verification; what you earned stays yours meanwhile.",
        "NONE",
    ),
    "kyc.state": (
        "This decision does not fit how the verification stands.",
        "Look at the case again: somebody may have decided it meanwhile.",
        "REFRESH",
    ),
    "kyc.too_large": (
        "This document is too large.",
        "A photograph or PDF of less than {limit} bytes will do.",
        "NONE",
    ),
    "withdrawal.unsigned": (
        "A withdrawal needs your signature.",
        "Withdraw from the app that holds your wallet.",
        "OPEN_PAYOUTS",
    ),
    "withdrawal.nothing": (
        "There is nothing to withdraw.",
        "New earnings show up here as soon as they are final.",
        "NONE",
    ),
    "withdrawal.no_gas": (
        "There is not enough to pay the network fee.",
        "Add a little money to the wallet, then withdraw again.",
        "OPEN_WALLET",
    ),
    "withdrawal.in_progress": ("A withdrawal is on its way.", "Wait until it has ended.", "OPEN_PAYOUTS"),
    "ledger.damaged": (
        "The book of this profile does not add up, so it is only read and no money is moved.",
        "What holds of it is in the profile's folder ledger-export. Restore the profile from a backup.",
        "COPY_DETAILS",
    ),
}
