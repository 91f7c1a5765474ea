"""The sentences for what can fail when money moves; see studio.kit.problem_texts."""

from __future__ import annotations

from typing import Final

from studio.kit.words import mark

MONEY_TEXTS: Final[dict[str, tuple[str, str, str]]] = {
    "wallet.missing": (mark("There is no wallet yet."), mark("Set one up to sell or to buy."), "CREATE_WALLET"),
    "wallet.exists": (mark("There is a wallet already."), mark("Unlock the one you have."), "UNLOCK"),
    "wallet.locked": (mark("The wallet is locked."), mark("Unlock it with your passphrase to go on."), "UNLOCK"),
    "wallet.wrong_passphrase": (
        mark("This passphrase does not open the wallet."),
        mark("Check capitals and keyboard layout, then type it again."),
        "NONE",
    ),
    "wallet.weak_passphrase": (mark("This passphrase is too short."), mark("Use at least 10 characters."), "NONE"),
    "wallet.damaged": (
        mark("The wallet file cannot be read."),
        mark("Restore it from your backup; money on the chain is untouched."),
        "COPY_DETAILS",
    ),
    "membership.not_sold": (
        mark("This membership cannot be joined now."),
        mark("The tier was archived, is your own, is paid far ahead, or its creator has not opened it for sale yet."),
        "NONE",
    ),
    "membership.not_found": (mark("There is no such membership."), mark("Look at your memberships again."), "NONE"),
    "refund.not_found": (mark("There is nothing to give back here."), mark("Look at your receipts again."), "NONE"),
    "refund.state": (
        mark("A refund was decided already, or is on its way."),
        mark("Look at its state: a refund happens once."),
        "NONE",
    ),
    "refund.shared_out": (
        mark("The pass' fees of {month} were shared out already: its creators have that money."),
        mark("End the pass instead; it is not renewed then."),
        "NONE",
    ),
    "send.address": (
        mark("This is no address that money can go to."),
        mark("An address is 0x and 40 characters, digits and a to f. Copy it anew from who is to get the money."),
        "NONE",
    ),
    "send.checksum": (
        mark("A character of this address is wrong: its checksum does not fit."),
        mark("Copy it anew from who is to get the money. Nothing was sent."),
        "NONE",
    ),
    "send.own": (mark("This is your own address."), mark("The money is there already. Nothing was sent."), "NONE"),
    "send.swallowed": (
        mark("This is the address of the money’s own program; whatever goes there is lost."),
        mark("Ask for the person’s own address. Nothing was sent."),
        "NONE",
    ),
    "send.amount": (mark("There is no sum to send."), mark("Enter how much is to be sent."), "NONE"),
    "payment.required": (mark("This part has to be paid before it plays."), mark("Buy it to go on."), "NONE"),
    "payment.refused": (
        mark("The seller refused the payment."),
        mark("No money has moved. Look at your wallet."),
        "OPEN_WALLET",
    ),
    "payment.terms_changed": (
        mark("The price or the terms changed while you were watching."),
        mark("Nothing was paid. Look at the new price before you buy."),
        "REFRESH",
    ),
    "payment.insufficient": (
        mark("There is not enough money in the wallet."),
        mark("Add money, then buy again."),
        "ADD_MONEY",
    ),
    "payment.unknown": (
        mark("The payment was sent, but no answer has come yet."),
        mark("It is being looked up; it will never be sent twice. Please wait."),
        "REFRESH",
    ),
    "payment.in_progress": (
        mark("This part is being paid right now."),
        mark("It plays as soon as the key is here."),
        "REFRESH",
    ),
    "payment.scheme": (
        mark("This way of paying is not offered here."),
        mark("Nothing was paid. Choose another way to pay in the wallet."),
        "OPEN_WALLET",
    ),
    "channel.total": (
        mark("This device and the seller count the channel differently."),
        mark("It is being compared with what you signed; nothing is paid twice. Try again in a moment."),
        "RETRY",
    ),
    "channel.busy": (
        mark("Another part of this creator's work is being paid right now."),
        mark("Try again in a moment."),
        "RETRY",
    ),
    "channel.balance": (
        mark("The deposit for this creator is used up."),
        mark("Put more into it to keep watching; what is left over always comes back to you."),
        "RETRY",
    ),
    "channel.refused": (
        mark("The seller did not take this payment from the channel."),
        mark("Nothing was paid. You can pay this part on the chain instead, or take your deposit back in Wallet."),
        "OPEN_WALLET",
    ),
    "channel.not_found": (
        mark("The seller does not know this payment channel."),
        mark("Your deposit is on the chain and yours: take it back in Wallet."),
        "OPEN_WALLET",
    ),
    "budget.session": (
        mark("The budget for this sitting is used up."),
        mark("Raise it to keep watching, or buy part by part."),
        "RAISE_BUDGET",
    ),
    "budget.day": (
        mark("Today's limit for buying is reached."),
        mark("Nothing was paid. Raise it in the wallet with your passphrase, or go on tomorrow."),
        "RAISE_LIMIT",
    ),
    "budget.creator": (
        mark("Today's limit for this creator is reached."),
        mark("Nothing was paid. Raise it in the wallet with your passphrase, or go on tomorrow."),
        "RAISE_LIMIT",
    ),
    "deposit.confirm": (
        mark("This needs a larger deposit than you allowed."),
        mark("Nothing was paid. Confirm the new amount to go on; what you do not spend comes back."),
        "NONE",
    ),
    "channel.state": (
        mark("This channel is on its way back to your wallet."),
        mark("Its money is safe. Look in the wallet when it will be there."),
        "OPEN_WALLET",
    ),
    "budget.invalid": (mark("That is not a budget."), mark("Enter an amount such as $0.50."), "NONE"),
    "chain.unreachable": (
        mark("The payment chain cannot be reached."),
        mark("Amounts are as last seen; money waits until it is back."),
        "RETRY",
    ),
    "chain.wrong_chain": (
        mark("The chain that answers is not the one this profile was made for."),
        mark("Nothing was sent. Check the chain's address in Settings."),
        "NONE",
    ),
    "chain.not_deployed": (
        mark("The payment contract is not on this chain."),
        mark("Nothing was sent. Check the chain's address in Settings."),
        "NONE",
    ),
    "chain.reverted": (
        mark("The chain refused the transaction."),
        mark("No money has moved apart from its fee."),
        "COPY_DETAILS",
    ),
    "chain.refused": (mark("The chain did not accept the transaction."), mark("No money has moved."), "COPY_DETAILS"),
    "chain.damaged": (
        mark("The demo chain's journal on this computer cannot be read."),
        mark("Museclock stopped before changing it. Restore the profile from a backup, or start a fresh demo."),
        "COPY_DETAILS",
    ),
    "chain.unconfirmed": (
        mark("This profile is set to {network}, where payments are real money, and that was not confirmed."),
        mark('Nothing was opened. Write confirm = "{sentence}" under [chain] in settings.toml, or choose the testnet.'),
        "NONE",
    ),
    "transaction.unknown": (
        mark("A transaction was sent, but not confirmed yet."),
        mark("It is being looked up and will not be sent twice."),
        "REFRESH",
    ),
    "pass.none": (
        mark("This node sells no pass."),
        mark("Its operator can offer one; films are bought by the part and by membership as ever."),
        "NONE",
    ),
    "pass.not_owner": (
        mark("Only the Escrow's owner may do this, and this node does not speak for that account."),
        mark("Put the owner's key into the node's folder as treasury.key; now it speaks as {account}."),
        "NONE",
    ),
    "pass.month": (
        mark("The month {month} cannot be shared out now."),
        mark("A month is shared out once, a day after its end."),
        "REFRESH",
    ),
    "case.state": (
        mark("This does not fit how the case stands: it is {state}."),
        mark("Look at it again: somebody may have decided it meanwhile."),
        "REFRESH",
    ),
    "kyc.provider": (
        "The service that checks identities does not answer.",
        "Your case waits; ask again in a while to go on.",
        "RETRY",
    ),
    "kyc.report_refused": (
        "A report about an identity check was not believed: {reason}.",
        "The node's operator compares the secret that it shares with the service, and the clocks.",
        "NONE",
    ),
    "kyc.listed": (
        mark("This account is on a list of accounts that the node's operator must not pay."),
        mark("Write to the operator if you think that this is a mistake; what you earned stays in the Escrow."),
        "NONE",
    ),
    "kyc.required": (
        mark("The node pays out to creators whom it has verified."),
        mark("Ask for the verification; what you earned stays yours meanwhile."),
        "NONE",
    ),
    "kyc.state": (
        mark("This decision does not fit how the verification stands."),
        mark("Look at the case again: somebody may have decided it meanwhile."),
        "REFRESH",
    ),
    "kyc.too_large": (
        mark("This document is too large."),
        mark("A photograph or PDF of less than {limit} bytes will do."),
        "NONE",
    ),
    "withdrawal.unsigned": (
        mark("A withdrawal needs your signature."),
        mark("Withdraw from the app that holds your wallet."),
        "OPEN_PAYOUTS",
    ),
    "withdrawal.nothing": (
        mark("There is nothing to withdraw."),
        mark("New earnings show up here as soon as they are final."),
        "NONE",
    ),
    "withdrawal.no_gas": (
        mark("There is not enough to pay the network fee."),
        mark("Add a little money to the wallet, then withdraw again."),
        "OPEN_WALLET",
    ),
    "withdrawal.in_progress": (mark("A withdrawal is on its way."), mark("Wait until it has ended."), "OPEN_PAYOUTS"),
    "ledger.damaged": (
        mark("The book of this profile does not add up, so it is only read and no money is moved."),
        mark("What holds of it is in the profile's folder ledger-export. Restore the profile from a backup."),
        "COPY_DETAILS",
    ),
}
