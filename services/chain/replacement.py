"""When a transaction counts as stuck, and what a replacement offers. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.chain.calls import Call
from services.chain.gateway import Fees
from services.chain.transaction import SignedTransaction, Transaction, read_transaction, sign_transaction

# Arc makes a block each half second; a transaction that offers enough is in one of the next few.
STUCK_AFTER = timedelta(seconds=30)
PATIENCE = timedelta(minutes=3)
"""After so long it is replaced even though the chain asks for no more than it offers."""

MOST_FEE_PER_GAS = 2_000 * 10**9
"""Wei: a hundred times Arc's floor. A node that asks for more is wrong, or it is better to wait."""


def offer_of(transaction: Transaction) -> Fees:
    """Give what a transaction offers."""
    return Fees(transaction.max_fee_per_gas, transaction.max_priority_fee_per_gas)


def raised(offered: Fees, asked: Fees) -> Fees:
    """Give fees that nodes take for a replacement: an eighth more than before, and at least what is asked now.

    Nodes want a tenth more on both, and more than before where an eighth of nothing is nothing (geth, reth).
    """
    return Fees(
        max(_eighth_more(offered.max_fee_per_gas), asked.max_fee_per_gas),
        max(_eighth_more(offered.max_priority_fee_per_gas), asked.max_priority_fee_per_gas),
    )


def is_due(offered: Fees, asked: Fees, *, since: datetime | None, now: datetime) -> bool:
    """Tell whether to replace a transaction that the chain waits for and has not taken."""
    # A clock that was set back tells nothing: then it is old enough, as it is when its time was not kept.
    age = abs(now - since) if since else PATIENCE
    return age >= PATIENCE or (age >= STUCK_AFTER and _asks_more(offered, asked))


def replacement(
    signed: SignedTransaction, key: bytes, asked: Fees, *, most_fee_per_gas: int
) -> SignedTransaction | None:
    """Sign the same call with the same nonce for higher fees; None when they would pass the cap."""
    old = read_transaction(signed.raw)
    fees = raised(offer_of(old), asked)
    if max(fees.max_fee_per_gas, fees.max_priority_fee_per_gas) > most_fee_per_gas:
        return None
    call = Call(old.to, old.data, old.value)
    return sign_transaction(call, key=key, nonce=old.nonce, gas=old.gas, fees=fees, chain_id=old.chain_id)


def _eighth_more(wei: int) -> int:
    return max(-(-wei * 9 // 8), wei + 1)


def _asks_more(offered: Fees, asked: Fees) -> bool:
    return (
        asked.max_fee_per_gas > offered.max_fee_per_gas
        or asked.max_priority_fee_per_gas > offered.max_priority_fee_per_gas
    )
