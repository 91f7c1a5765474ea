"""What the wallet holds: the chain's balance, less what is in flight."""

from __future__ import annotations

from services.chain.errors import ChainUnreachable
from services.desk.context import Desk
from services.desk.money import in_flight, promised, refundable, spent
from services.units.money import WEI_PER_MICRO, Money
from services.wire.desk import WalletOut


def wallet_state(desk: Desk) -> WalletOut:
    """Read the wallet's numbers. Blocking."""
    with desk.database.read() as session:
        flying, gone = in_flight(session), spent(session)
        free, open_promises = refundable(session), promised(session)
    owner = desk.keyring.address
    available = gas = block = None
    if owner is not None:
        try:
            block = desk.chain.head().number
            available = _free(desk.chain.token_balance(owner), flying)
            gas = Money(desk.chain.gas_balance(owner) // WEI_PER_MICRO)
        except ChainUnreachable:
            available = gas = block = None
    desk.memory.available = available
    return WalletOut(
        wallet=desk.keyring.status,
        address=owner,
        available=available,
        in_flight=flying,
        spent=gone,
        in_channels=free + open_promises,
        promised=open_promises,
        refundable=free,
        gas=gas,
        as_of=desk.clock.now(),
        block=block,
    )


def _free(balance: Money, flying: Money) -> Money:
    # Between the payment's block and its entry here the amount is missing from both: never show less than nothing.
    return max(balance - flying, Money(0))
