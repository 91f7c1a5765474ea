"""Contracts at addresses known beforehand: they follow from factory, salt and creation code (EIP-1014).

Who sends the transaction does not matter, and a second one can change nothing: there is never more than one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chain.book import BookedTransaction, TransactionBook
from services.chain.calls import Call
from services.chain.demo.evm import Account, Evm, Message
from services.chain.errors import ChainUnreachable
from services.chain.gateway import ChainGateway, Receipt
from services.chain.hashing import keccak256
from services.chain.relayer import GAS_ROOM, Relayer, find_receipt
from services.chain.rpc import RpcClient
from services.chain.till import create2_address
from services.units.address import Address, Bytes32, address, bytes32, raw
from services.units.ids import IntentId, named_intent
from services.units.money import Money, gas_to_money

# The deterministic deployment proxy that most chains have, Arc among them (facts: x402 on Arc, seen 2026-11).
FACTORY = address("0x4e59b44847b379578588920ca78fbf26c0b4956c")
# Stands in for it here: creates what follows the first word of its input, under that word as the salt, or reverts.
FACTORY_CODE = bytes.fromhex("5f35602036038060205f375f5ff5" + "80156019575f5260205ff3" + "5b5f5ffd")
_ANYBODY = address("0x" + "11" * 20)
_LOCAL_GAS = 16_000_000


class DeploymentError(Exception):
    """A contract cannot be put where it belongs, or is another; the text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Creation:
    """One contract to be. code: what creates it, with its constructor's arguments."""

    name: str
    code: bytes
    salt: Bytes32
    factory: Address = FACTORY

    @property
    def address(self) -> Address:
        """Where it will be, or is, on every chain."""
        return create2_address(self.factory, raw(self.salt), keccak256(self.code))

    @property
    def call(self) -> Call:
        """What a transaction has to do."""
        return Call(self.factory, raw(self.salt) + self.code)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What deploying takes at most: gas with the relayer's room, wei a gas, the cost rounded up to a micro-USDC."""

    gas: int
    wei_per_gas: int

    @property
    def cost(self) -> Money:
        """The most that it costs, in dollars: on Arc gas is paid in USDC."""
        return gas_to_money(self.gas * self.wei_per_gas)


def runtime_code(creation: Creation, chain_id: int) -> bytes:
    """Run the creation code here and give what it leaves: immutables, chain id and its own address included.

    Raises DeploymentError when it leaves nothing.
    """
    evm = Evm(chain_id)
    evm.install(creation.factory, Account(nonce=1, code=FACTORY_CODE))
    evm.set_block(1, 1)
    evm.execute(Message(_ANYBODY, creation.factory, creation.call.data, 0, _LOCAL_GAS))
    code = evm.account(creation.address).code
    if not code:
        raise DeploymentError(f"The creation code of {creation.name} does not run.")
    return code


def code_hash(creation: Creation, chain_id: int) -> Bytes32:
    """Give the Keccak-256 of the code that a creation leaves on a chain. Raises DeploymentError."""
    return bytes32(keccak256(runtime_code(creation, chain_id)))


def is_placed(gateway: ChainGateway, creation: Creation) -> bool:
    """Tell whether the contract is there, by its code. Raises DeploymentError when something else is."""
    found = gateway.code(creation.address)
    if found and bytes32(keccak256(found)) != code_hash(creation, gateway.chain_id):
        raise DeploymentError(f"At {creation.address} there is other code than that of {creation.name}.")
    return bool(found)


def dry_run(gateway: ChainGateway, creation: Creation, sender: Address) -> DryRun:
    """Say what deploying costs at the present fees, without sending anything.

    Raises DeploymentError without a factory, or with one that would put it elsewhere; ChainReverted, ChainUnreachable.
    """
    if not gateway.code(creation.factory):
        raise DeploymentError(
            f"There is no CREATE2 factory at {creation.factory} on chain {gateway.chain_id}, so {creation.name} cannot "
            "be put at its known address; nothing was sent."
        )
    answer = gateway.ask(creation.call)
    if answer[-20:] != raw(creation.address):
        raise DeploymentError(
            f"The factory at {creation.factory} would put {creation.name} elsewhere; nothing was sent."
        )
    return DryRun(gateway.simulate(creation.call, sender) + GAS_ROOM, gateway.fees().max_fee_per_gas)


def place(
    gateway: ChainGateway, relayer: Relayer, book: TransactionBook, creation: Creation, *, timeout_s: float
) -> Receipt:
    """Send the one transaction that puts it there and wait for it; called again, it goes on where it was.

    book: the relayer's. Raises DeploymentError when that transaction reverted, OutcomeUnknown when the time is over:
    call it again then.
    """
    attempts = _attempts(gateway, book, creation)
    is_over = bool(attempts) and _ended_badly(find_receipt(gateway, book, attempts[-1]))
    intent = attempts[-1].intent if attempts and not is_over else _intent(gateway, creation, len(attempts))
    receipt = relayer.wait(relayer.submit(intent, creation.call), timeout_s)
    if not receipt.is_ok:
        raise DeploymentError(f"The transaction {receipt.tx} for {creation.name} was reverted.")
    return receipt


def placed_in_block(gateway: ChainGateway, book: TransactionBook, creation: Creation) -> int | None:
    """Give the block of the deployment by the journal of what was sent from here; None when it was not from here."""
    for booked in _attempts(gateway, book, creation):
        receipt = find_receipt(gateway, book, booked)
        if receipt is not None and receipt.is_ok:
            return receipt.block_number
    return None


def find_block(rpc: RpcClient, where: Address, head: int) -> int:
    """Find the block of a deployment by halving, in about 25 questions; the contract's constructor must emit an event.

    Raises ChainUnreachable when the node does not keep its past.
    """
    low, high = 0, head
    while low < high:
        middle = (low + high) // 2
        if rpc.data("eth_getCode", where, hex(middle)):
            high = middle
        else:
            low = middle + 1
    # Some nodes answer with no code for states that they dropped; they keep the logs.
    if not rpc.request("eth_getLogs", {"address": where, "fromBlock": hex(low), "toBlock": hex(low)}):
        raise ChainUnreachable("the node forgot where the contract began")
    return low


def _attempts(gateway: ChainGateway, book: TransactionBook, creation: Creation) -> list[BookedTransaction]:
    """List what was journalled for one creation, oldest first; a further attempt is made only after a revert."""
    found: list[BookedTransaction] = []
    while (booked := book.find(_intent(gateway, creation, len(found)))) is not None:
        found.append(booked)
    return found


def _ended_badly(receipt: Receipt | None) -> bool:
    return receipt is not None and not receipt.is_ok


def _intent(gateway: ChainGateway, creation: Creation, attempt: int) -> IntentId:
    return named_intent("\x1f".join(("deploy", str(gateway.chain_id), creation.address, str(attempt))))
