"""The demo chain: takes signed transactions, makes a block of each, and answers from the state that they leave."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from services.chain.calls import Call, mint_call
from services.chain.demo.admission import RefusedError, check_transaction, message_of
from services.chain.demo.checkpoint import Checkpoint, read, written
from services.chain.demo.evm import BASE_FEE_WEI, Account, Evm, Message, Outcome, created_address
from services.chain.demo.genesis import FAUCET_KEY, NO_TRANSACTION, Genesis, block_hash, new_genesis
from services.chain.demo.journal import Journal, JournalRow, logs_json, result_hash
from services.chain.demo.lock import FileLock
from services.chain.gateway import Fees
from services.chain.hashing import SignatureError, keccak256
from services.chain.transaction import Transaction, TransactionError, read_transaction, sign_transaction
from services.units.address import Address, Bytes32, raw
from services.units.money import Money
from services.units.time import Clock, unix_seconds
from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from web3.providers.base import JSONBaseProvider

    from services.chain.demo.rpc import DemoRpc

# A quiet chain's latest block would tell an old time; Arc makes a block each half second, payments or not.
IDLE_BLOCK_S = 15
_MAX_QUEUED = 64
_CHECKPOINT_BLOCKS = 256
"""So many blocks take a fifth of a second to run again."""
_FAUCET_GAS = 200_000
_ESCROW_GAS = 8_000_000


@dataclass(frozen=True)
class MinedBlock:
    """A block with at most one transaction (its hash ``tx``, its signed bytes) and how that ended; hashes: 32 bytes."""

    number: int
    timestamp: int
    hash: bytes
    parent: bytes
    tx: bytes
    encoded: bytes | None
    outcome: Outcome | None

    @cached_property
    def transaction(self) -> Transaction | None:
        """Read the bytes, once: who signed them takes longer than all else of opening a chain."""
        return None if self.encoded is None else read_transaction(self.encoded)


class DemoChain:
    """One chain in one journal, held by one process. Thread-safe."""

    def __init__(self, *, lock: FileLock, journal: Journal, genesis: Genesis, clock: Clock) -> None:
        self._file_lock, self._journal, self._clock = lock, journal, clock
        self.genesis = genesis
        self.escrow = created_address(genesis.faucet, 0)
        self._guard = threading.RLock()
        self._queued: dict[Address, dict[int, Transaction]] = defaultdict(dict)
        self._reset()

    @classmethod
    def open(cls, path: Path, clock: Clock, *, chain_id: int | None = None) -> DemoChain:
        """Open the chain in a journal file, or begin one.

        The folder is made with mode 0700. chain_id: for a new chain, None for the demo chain's own.
        Raises ProblemError: service.busy_profile when another process holds it, chain.damaged when the journal does
        not replay to what it says.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(path.with_name(path.name + ".lock"))
        try:
            return cls._open(lock, path, clock, chain_id)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _open(cls, lock: FileLock, path: Path, clock: Clock, chain_id: int | None) -> DemoChain:
        try:
            journal = Journal(path)
        except sqlite3.DatabaseError as exc:
            raise ProblemError("chain.damaged", reason=str(exc)) from exc
        try:
            kept = journal.genesis()
            genesis = Genesis.from_json(kept) if kept else (new_genesis(chain_id) if chain_id else new_genesis())
            if kept is None:
                journal.begin(genesis.to_json())
            chain = cls(lock=lock, journal=journal, genesis=genesis, clock=clock)
            chain._replay()
            if chain.head.number == 0:
                chain._faucet(Call(None, genesis.escrow_creation), gas=_ESCROW_GAS)
        except (sqlite3.DatabaseError, ValueError, KeyError) as exc:
            journal.close()
            raise ProblemError("chain.damaged", reason=str(exc)) from exc
        except BaseException:
            journal.close()
            raise
        return chain

    @property
    def chain_id(self) -> int:
        """The chain id that transactions must carry."""
        return self.genesis.chain_id

    @property
    def token(self) -> Address:
        """Where the demo USDC is."""
        return self.genesis.token

    @cached_property
    def rpc(self) -> DemoRpc:
        """Answer JSON-RPC in this process, without loading web3."""
        from services.chain.demo.rpc import DemoRpc

        return DemoRpc(self)

    @cached_property
    def provider(self) -> JSONBaseProvider:
        """Answer JSON-RPC as a web3 provider; loads web3 (about a second)."""
        from services.chain.demo.provider import DemoProvider

        return DemoProvider(self.rpc)

    def fund(self, owner: Address, *, usdc: Money, gas_wei: int) -> None:
        """Give demo money, by transactions like any other; zero amounts are left out."""
        with self._guard:
            if usdc:
                self._faucet(mint_call(self.token, owner, usdc), gas=_FAUCET_GAS)
            if gas_wei:
                self._faucet(Call(owner, b"", gas_wei), gas=_FAUCET_GAS)

    def as_issuer(self, call: Call) -> None:
        """Do what only the token's issuer may, such as pausing it or blocking an account: a fault to try."""
        with self._guard:
            self._faucet(call, gas=_FAUCET_GAS)

    def close(self) -> None:
        """Close the journal and let go of the lock; once. What would take long to run again is kept as a state."""
        with self._guard:
            if self.head.number - self._kept >= _CHECKPOINT_BLOCKS:
                with suppress(sqlite3.Error):
                    self._journal.keep(written(self._checkpoint()))
            self._journal.close()
            self._file_lock.release()

    @property
    def head(self) -> MinedBlock:
        """The latest block."""
        return self._blocks[-1]

    def fresh_head(self) -> MinedBlock:
        """Give the latest block, after adding an empty one if the latest is old."""
        with self._guard:
            if self._now() - self.head.timestamp >= IDLE_BLOCK_S:
                self._seal(None, None, self._now())
            return self.head

    def block(self, number: int) -> MinedBlock | None:
        """Give a block by its number."""
        return self._blocks[number] if 0 <= number < len(self._blocks) else None

    def block_by_hash(self, wanted: bytes) -> MinedBlock | None:
        """Give a block by its hash."""
        number = self._numbers.get(wanted)
        return None if number is None else self._blocks[number]

    def mined(self, tx: Bytes32) -> MinedBlock | None:
        """Give the block that holds a transaction."""
        number = self._numbers.get(raw(tx))
        return None if number is None else self._blocks[number]

    def queued(self, tx: Bytes32) -> Transaction | None:
        """Give a transaction that waits for an earlier one of its sender."""
        with self._guard:
            waiting = [found for queue in self._queued.values() for found in queue.values()]
        return next((found for found in waiting if found.hash == tx), None)

    def account(self, owner: Address) -> Account:
        """Give an account's present state."""
        with self._guard:
            return self._evm.account(owner)

    def storage(self, owner: Address, slot: int) -> int:
        """Read a storage slot's present value."""
        with self._guard:
            return self._evm.storage(owner, slot)

    def call(self, message: Message) -> Outcome:
        """Run a message on the present state, in the block that would come next, and forget it."""
        with self._guard:
            self._evm.set_block(self.head.number + 1, self._now())
            return self._evm.call(message)

    def send(self, encoded: bytes) -> Bytes32:
        """Take a signed transaction; on return its block is on disk, or it waits for its sender's earlier ones.

        Raises RefusedError, and sqlite3.Error when the disk does not take it: in both cases it has no effect.
        """
        try:
            transaction = read_transaction(encoded)
        except (TransactionError, SignatureError) as exc:
            raise RefusedError(str(exc)) from exc
        with self._guard:
            self._admit(transaction)
            self._queued[transaction.sender][transaction.nonce] = transaction
            self._mine_queued(transaction.sender)
        return transaction.hash

    def _admit(self, transaction: Transaction) -> None:
        sender = self._evm.account(transaction.sender)
        if raw(transaction.hash) in self._numbers or self.queued(transaction.hash) is not None:
            raise RefusedError("already known")
        if transaction.chain_id != self.chain_id:
            raise RefusedError(f"invalid chain id for signer: have {transaction.chain_id} want {self.chain_id}")
        if transaction.nonce < sender.nonce:
            raise RefusedError(f"nonce too low: next nonce {sender.nonce}, tx nonce {transaction.nonce}")
        if transaction.nonce in self._queued[transaction.sender]:
            raise RefusedError("replacement transaction underpriced")
        if transaction.nonce > sender.nonce + _MAX_QUEUED:
            raise RefusedError("nonce too high")
        check_transaction(transaction, sender)

    def _mine_queued(self, sender: Address) -> None:
        queue = self._queued[sender]
        while (transaction := queue.pop(self._evm.account(sender).nonce, None)) is not None:
            try:
                # The money may have gone to an earlier transaction since this one was admitted.
                check_transaction(transaction, self._evm.account(sender))
            except RefusedError:
                return
            self._mine(transaction)

    def _mine(self, transaction: Transaction) -> None:
        timestamp = self._now()
        outcome = self._execute(transaction, timestamp)
        try:
            self._seal(transaction.encoded, outcome, timestamp)
        except sqlite3.Error:
            # The state is ahead of the journal: go back to what is on disk.
            self._reset()
            self._replay()
            raise

    def _execute(self, transaction: Transaction, timestamp: int) -> Outcome:
        self._evm.set_block(self.head.number + 1, timestamp)
        return self._evm.execute(message_of(transaction))

    def _seal(self, encoded: bytes | None, outcome: Outcome | None, timestamp: int) -> None:
        result = _result(outcome)
        block = self._next_block(encoded, outcome, result, timestamp)
        self._journal.append(
            JournalRow(
                number=block.number,
                timestamp=timestamp,
                hash=block.hash,
                transaction=encoded,
                result=result,
                logs=logs_json(outcome.logs if outcome else ()),
            )
        )
        self._append(block)

    def _next_block(self, encoded: bytes | None, outcome: Outcome | None, result: bytes, timestamp: int) -> MinedBlock:
        parent, number = self.head.hash, self.head.number + 1
        tx = NO_TRANSACTION if encoded is None else keccak256(encoded)
        found = block_hash(parent, number, timestamp, tx, result)
        return MinedBlock(number, timestamp, found, parent, tx, encoded, outcome)

    def _append(self, block: MinedBlock) -> None:
        self._blocks.append(block)
        self._numbers[block.hash] = block.number
        if block.encoded is not None:
            self._numbers[block.tx] = block.number

    def _reset(self) -> None:
        self._evm = Evm(self.genesis.chain_id)
        self.genesis.install(self._evm)
        self._kept = 0
        first = MinedBlock(0, 0, self.genesis.hash, bytes(32), NO_TRANSACTION, None, None)
        self._blocks: list[MinedBlock] = [first]
        self._numbers: dict[bytes, int] = {first.hash: 0}

    def _replay(self) -> None:
        """Run what the journal holds, from the kept state on where there is one that fits."""
        kept = self._journal.checkpoint()
        checkpoint = None if kept is None else read(kept)
        if checkpoint is not None and self._replay_after(checkpoint):
            self._kept = checkpoint.number
            return
        self._reset()
        if not self._replay_after(None):
            raise ProblemError("chain.damaged", reason=f"block {self.head.number + 1} does not replay")

    def _replay_after(self, checkpoint: Checkpoint | None) -> bool:
        """Tell whether each block is what the journal says."""
        last = -1
        if checkpoint is not None:
            self._evm.load(checkpoint.state)
            last = checkpoint.number
        for row in self._journal.blocks():
            outcome = None
            if row.transaction is not None:
                if checkpoint is not None and row.number <= last:
                    outcome = checkpoint.outcomes.get(row.number)
                else:
                    outcome = self._execute(read_transaction(row.transaction), row.timestamp)
            result = _result(outcome)
            block = self._next_block(row.transaction, outcome, result, row.timestamp)
            if (block.number, block.hash, result) != (row.number, row.hash, row.result):
                return False
            if checkpoint is not None and row.number == last and row.hash != checkpoint.block:
                return False
            self._append(block)
        return self.head.number >= last

    def _checkpoint(self) -> Checkpoint:
        outcomes = {block.number: block.outcome for block in self._blocks if block.outcome is not None}
        return Checkpoint(self.head.number, self.head.hash, self._evm.state, outcomes)

    def _faucet(self, call: Call, *, gas: int) -> None:
        nonce = self._evm.account(self.genesis.faucet).nonce
        fees = Fees(max_fee_per_gas=BASE_FEE_WEI, max_priority_fee_per_gas=0)
        signed = sign_transaction(call, key=FAUCET_KEY, nonce=nonce, gas=gas, fees=fees, chain_id=self.chain_id)
        self.send(signed.raw)

    def _now(self) -> int:
        """The time of the next block: the clock's, but never before the latest block's."""
        return max(unix_seconds(self._clock.now()), self.head.timestamp)


def _result(outcome: Outcome | None) -> bytes:
    return bytes(32) if outcome is None else result_hash(outcome)
