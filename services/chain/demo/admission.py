"""What a transaction must be before it may go into a block, and what it then runs as."""

from __future__ import annotations

from services.chain.demo.evm import BASE_FEE_WEI, BLOCK_GAS, Account, Message, floor_gas, intrinsic_gas
from services.chain.transaction import Transaction


class RefusedError(Exception):
    """A transaction cannot go into a block; the text is what geth says in that case."""


def check_transaction(transaction: Transaction, sender: Account) -> None:
    """Check fees, gas and money; nonce and chain id are the chain's own to check. Raises RefusedError."""
    if transaction.max_fee_per_gas < BASE_FEE_WEI:
        raise RefusedError("max fee per gas less than block base fee")
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise RefusedError("max priority fee per gas higher than max fee per gas")
    if transaction.gas > BLOCK_GAS:
        raise RefusedError("exceeds block gas limit")
    if transaction.gas < max(intrinsic_gas(message_of(transaction)), floor_gas(transaction.data)):
        raise RefusedError("intrinsic gas too low")
    if sender.balance < transaction.gas * transaction.max_fee_per_gas + transaction.value:
        raise RefusedError("insufficient funds for gas * price + value")
    if sender.code:
        raise RefusedError("sender not an eoa")


def message_of(transaction: Transaction) -> Message:
    """Give what the EVM runs; the price is the base fee and as much of the tip as the offer leaves room for."""
    tip = min(transaction.max_priority_fee_per_gas, transaction.max_fee_per_gas - BASE_FEE_WEI)
    return Message(
        sender=transaction.sender,
        to=transaction.to,
        data=transaction.data,
        value=transaction.value,
        gas=transaction.gas,
        gas_price=BASE_FEE_WEI + max(tip, 0),
    )
