"""The chain gateway over a web3 provider: one implementation for Arc, for the demo chain and for any local node."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from services.chain import calls
from services.chain.authorization import domain_separator
from services.chain.block_proof import block_proof
from services.chain.calls import Call
from services.chain.errors import ChainRefused, ChainReverted, ChainUnreachable, NotDeployed, WrongChain
from services.chain.events import (
    AUTHORIZATION_USED,
    MONEY_EVENTS,
    PAID,
    TRANSFER,
    RawLog,
    read_events,
    read_revert,
)
from services.chain.gateway import Block, EscrowEvent, Fees, Paid, Receipt, ReceiptStatus, Transfer
from services.chain.hashing import keccak256
from services.chain.rpc import RpcClient, RpcProvider, read_address, read_bytes32, read_data, read_quantity
from services.units.address import Address, Bytes32, bytes32, raw
from services.units.ids import ContentId
from services.units.money import Money

# Public nodes cap the span of one log query; 10,000 blocks is the usual cap and 83 minutes of Arc.
LOG_SPAN_BLOCKS = 10_000
# Room for the base fee to double before a transaction is too cheap to be taken.
_FEE_ROOM = 2


class Web3Gateway:
    """See ChainGateway. The provider stays the caller's to close.

    The chain id is compared before the first use, and again after each time the node was out of reach.
    since_block: where the Escrow was deployed, or any block before it.
    """

    def __init__(
        self, provider: RpcProvider, *, chain_id: int, token: Address, escrow: Address, since_block: int = 0
    ) -> None:
        self._rpc = RpcClient(provider)
        self._chain_id, self._token, self._escrow, self._since_block = chain_id, token, escrow, since_block
        self._is_right_chain = threading.Event()
        self._block_time = lru_cache(maxsize=4096)(self._fetch_block_time)

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def token(self) -> Address:
        return self._token

    @property
    def escrow(self) -> Address:
        return self._escrow

    @property
    def since_block(self) -> int:
        return self._since_block

    def check(self) -> None:
        self._is_right_chain.clear()
        if not self.code(self._escrow):
            raise NotDeployed(self._escrow)
        self.check_token()
        found = self.ask(calls.escrow_token_call(self._escrow))
        if found[-20:] != raw(self._token):
            raise WrongChain(expected=self._token, found=found.hex())

    def check_token(self) -> None:
        """Compare the token's EIP-712 domain with the one that is signed for. Raises WrongChain, NotDeployed."""
        if not self.code(self._token):
            raise NotDeployed(self._token)
        domain = self.ask(calls.domain_separator_call(self._token))
        if domain != domain_separator(self._chain_id, self._token):
            raise WrongChain(expected="USDC 2", found=domain.hex())

    def head(self) -> Block:
        return _read_block(self._request("eth_getBlockByNumber", "latest", False))

    def token_balance(self, owner: Address) -> Money:
        return self._money(calls.balance_of_call(self._token, owner))

    def gas_balance(self, owner: Address) -> int:
        return read_quantity(self._request("eth_getBalance", owner, "latest"))

    def nonce(self, owner: Address) -> int:
        return read_quantity(self._request("eth_getTransactionCount", owner, "latest"))

    def fees(self) -> Fees:
        price = read_quantity(self._request("eth_gasPrice"))
        return Fees(max_fee_per_gas=price * _FEE_ROOM, max_priority_fee_per_gas=0)

    def creator_balance(self, creator: Address) -> Money:
        return self._money(calls.creator_balance_call(self._escrow, creator))

    def creator_gross(self, creator: Address) -> Money:
        return self._money(calls.creator_gross_call(self._escrow, creator))

    def platform_balance(self) -> Money:
        return self._money(calls.platform_balance_call(self._escrow))

    def authorization_used(self, payer: Address, nonce: Bytes32) -> bool:
        return self._number(calls.authorization_state_call(self._token, payer, nonce)) == 1

    def ask(self, call: Call) -> bytes:
        return self._data("eth_call", _call_object(call), "latest")

    def code(self, owner: Address) -> bytes:
        return self._data("eth_getCode", owner, "latest")

    def simulate(self, call: Call, sender: Address) -> int:
        return read_quantity(self._request("eth_estimateGas", _call_object(call, sender)))

    def broadcast(self, encoded: bytes) -> Bytes32:
        expected = bytes32(keccak256(encoded))
        try:
            found = read_bytes32(self._request("eth_sendRawTransaction", "0x" + encoded.hex()))
        except ChainRefused:
            # "already known", "nonce too low" and the like are refusals of a second copy, too: ask before believing.
            if self._request("eth_getTransactionByHash", expected) is None:
                raise
            return expected
        if found != expected:
            raise ChainUnreachable("the node answered with another transaction's hash")
        return expected

    def receipt(self, tx: Bytes32) -> Receipt | None:
        found = self._request("eth_getTransactionReceipt", tx)
        if found is None:
            return None
        if not isinstance(found, dict) or read_bytes32(found.get("transactionHash")) != tx:
            raise ChainUnreachable("the node answered with another transaction's receipt")
        number, gas_used = read_quantity(found.get("blockNumber")), read_quantity(found.get("gasUsed"))
        is_ok = read_quantity(found.get("status")) == 1
        refusal = None if is_ok else self._refusal(found, tx, number)
        return Receipt(
            tx=tx,
            status=ReceiptStatus.OK if is_ok else ReceiptStatus.REVERTED,
            block_number=number,
            timestamp=self._block_time(number),
            gas_used=gas_used,
            fee_wei=gas_used * read_quantity(found.get("effectiveGasPrice")),
            events=tuple(self._events(found.get("logs"))),
            error_name=refusal.error_name if refusal else "",
            reason=refusal.reason if refusal else "",
        )

    def escrow_events(self, first_block: int, last_block: int) -> list[EscrowEvent]:
        topics = [list(MONEY_EVENTS)]
        found: list[EscrowEvent] = []
        for start in range(first_block, last_block + 1, LOG_SPAN_BLOCKS):
            found += self._logs(start, min(start + LOG_SPAN_BLOCKS - 1, last_block), topics)
        return found

    def find_paid(self, payer: Address, content_id: ContentId, nonce: Bytes32, *, since_block: int) -> Paid | None:
        topics = [PAID, _topic_of(payer), None, content_id]
        head = self.head().number
        for start in range(since_block, head + 1, LOG_SPAN_BLOCKS):
            for event in self._logs(start, min(start + LOG_SPAN_BLOCKS - 1, head), topics):
                if isinstance(event, Paid) and event.nonce == nonce:
                    return event
        return None

    def proof(self, tx: Bytes32) -> dict[str, Any] | None:
        try:
            found = self._request("museclock_proof", tx)
        except ChainRefused:
            # Only the demo chain knows the question; others have a header with roots.
            return self._block_proof(tx)
        return found if isinstance(found, dict) else None

    def _block_proof(self, tx: Bytes32) -> dict[str, Any] | None:
        receipt = self._request("eth_getTransactionReceipt", tx)
        if not isinstance(receipt, dict) or receipt.get("blockHash") is None:
            return None
        block = self._request("eth_getBlockByHash", receipt["blockHash"], True)
        if not isinstance(block, dict):
            return None
        try:
            return block_proof(block, self._receipts(block), tx)
        except (KeyError, TypeError, ValueError):
            # A block in a form of that chain's own: its hash cannot be made again.
            return None

    def _receipts(self, block: dict[str, Any]) -> list[dict[str, Any]]:
        try:
            found = self._request("eth_getBlockReceipts", block["hash"])
        except ChainRefused:
            found = [self._request("eth_getTransactionReceipt", one["hash"]) for one in block["transactions"]]
        return list(found)

    def find_transfer(self, payer: Address, payee: Address, nonce: Bytes32, *, since_block: int) -> Transfer | None:
        used = [AUTHORIZATION_USED, _topic_of(payer), nonce]
        moved = [TRANSFER, _topic_of(payer), _topic_of(payee)]
        head = self.head().number
        for start in range(since_block, head + 1, LOG_SPAN_BLOCKS):
            stop = min(start + LOG_SPAN_BLOCKS - 1, head)
            uses = {log.tx for log in self._token_logs(start, stop, used)}
            for log in self._token_logs(start, stop, moved) if uses else ():
                if log.tx in uses:
                    return Transfer(log.tx, log.block_number, log.timestamp, Money(int.from_bytes(log.data, "big")))
        return None

    def _request(self, method: str, *params: object) -> Any:
        """Ask the node, after making sure once that it serves the chain we signed up for."""
        try:
            if not self._is_right_chain.is_set():
                self._compare_chain()
            return self._rpc.request(method, *params)
        except ChainUnreachable:
            # Whoever answers next may be another node.
            self._is_right_chain.clear()
            raise

    def _compare_chain(self) -> None:
        found = self._rpc.quantity("eth_chainId")
        if found != self._chain_id:
            raise WrongChain(expected=self._chain_id, found=found)
        self._is_right_chain.set()

    def _data(self, method: str, *params: object) -> bytes:
        return read_data(self._request(method, *params))

    def _number(self, call: Call) -> int:
        answer = self.ask(call)
        if len(answer) != 32:
            raise NotDeployed(str(call.to))
        return int.from_bytes(answer, "big")

    def _money(self, call: Call) -> Money:
        try:
            return Money(self._number(call))
        except OverflowError as exc:
            raise ChainUnreachable("the node gave an impossible balance") from exc

    def _logs(self, first: int, last: int, topics: list[Any]) -> list[EscrowEvent]:
        query = {"address": self._escrow, "fromBlock": hex(first), "toBlock": hex(last), "topics": topics}
        return self._events(self._request("eth_getLogs", query))

    def _events(self, logs: object) -> list[EscrowEvent]:
        if not isinstance(logs, list):
            raise ChainUnreachable("the node gave no list of logs")
        return read_events([self._log(log, self._escrow) for log in _ours(logs, self._escrow)], escrow=self._escrow)

    def _token_logs(self, first: int, last: int, topics: list[Any]) -> list[RawLog]:
        query = {"address": self._token, "fromBlock": hex(first), "toBlock": hex(last), "topics": topics}
        logs = self._request("eth_getLogs", query)
        if not isinstance(logs, list):
            raise ChainUnreachable("the node gave no list of logs")
        return [self._log(log, self._token) for log in _ours(logs, self._token)]

    def _log(self, log: dict[str, Any], emitter: Address) -> RawLog:
        number = read_quantity(log.get("blockNumber"))
        # Newer nodes put the block's time into the log; the others are asked for the block.
        moment = log.get("blockTimestamp")
        return RawLog(
            emitter=emitter,
            topics=tuple(read_bytes32(topic) for topic in log.get("topics", ())),
            data=read_data(log.get("data")),
            block_number=number,
            timestamp=read_quantity(moment) if moment is not None else self._block_time(number),
            tx=read_bytes32(log.get("transactionHash")),
            log_index=read_quantity(log.get("logIndex")),
        )

    def _fetch_block_time(self, number: int) -> int:
        return _read_block(self._request("eth_getBlockByNumber", hex(number), False)).timestamp

    def _refusal(self, receipt: dict[str, Any], tx: Bytes32, number: int) -> ChainReverted | None:
        """Read a revert from the receipt, where the node puts it there (the demo chain and Besu do).

        Else run the call again on the state before its block; None when that tells nothing.
        """
        if "revertReason" in receipt:
            return read_revert(read_data(receipt["revertReason"]))
        try:
            found = self._request("eth_getTransactionByHash", tx)
            if isinstance(found, dict):
                names = ("from", "to", "value", "input")
                replay = {name: found[name] for name in names if found.get(name) is not None}
                self._request("eth_call", replay, hex(number - 1))
        except ChainReverted as reverted:
            return reverted
        except ChainUnreachable:
            return None
        return None


def _topic_of(owner: Address) -> str:
    return "0x" + bytes(12).hex() + owner[2:]


def _ours(logs: Iterable[object], escrow: Address) -> list[dict[str, Any]]:
    # On Arc a USDC transfer emits a second, native Transfer log: only the emitter tells them apart.
    return [log for log in logs if isinstance(log, dict) and read_address(log.get("address")) == escrow]


def _read_block(found: object) -> Block:
    if not isinstance(found, dict):
        raise ChainUnreachable("the node gave no block")
    return Block(read_quantity(found.get("number")), read_quantity(found.get("timestamp")))


def _call_object(call: Call, sender: Address | None = None) -> dict[str, str]:
    found = {"input": "0x" + call.data.hex()}
    if call.to is not None:
        found["to"] = call.to
    if call.value:
        found["value"] = hex(call.value)
    if sender is not None:
        found["from"] = sender
    return found
