"""Runs transactions on pyrevm and keeps the state that they leave.

Each run starts with cold storage and an empty journal, as on a real chain: pyrevm keeps everything warm that it ever
touched, so a run is always reverted in pyrevm's journal, and what it changed is then written below the journal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pyrevm

from services.chain.hashing import keccak256
from services.chain.rlp import encode, encode_uint
from services.units.address import Address, Bytes32, address, bytes32, raw

# Arc's baseline is Osaka, of which Prague is the part that our contracts use.
SPEC = "PRAGUE"
BASE_FEE_WEI = 20 * 10**9
BLOCK_GAS = 30_000_000
_FLOOR_TOKEN_GAS = 10  # EIP-7623: gas for a calldata token, of which a non-zero byte has four
_TOKEN_GAS = 4
_TX_GAS = 21_000
_CREATE_GAS = 32_000  # EIP-2
_INIT_WORD_GAS = 2  # EIP-3860
_CODE_PADDING = 33
_COINBASE = "0x" + 40 * "0"

_REVERT = re.compile(r"^Revert \{ gas_used: (\d+), output: 0x([0-9a-f]*) \}$")
_HALT = re.compile(r"^Halt \{ reason: (\w+)")
_STORED = re.compile(r"StorageChange \{ address: (0x[0-9a-f]{40}), key: (\d+), had_value: Some")
_ADDRESS = re.compile(r"(?:address|from|to): (0x[0-9a-f]{40})")


@dataclass(frozen=True, slots=True)
class Account:
    """What an address has: gas money in wei, transaction count, code."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""


@dataclass(frozen=True, slots=True)
class Message:
    """A call (or, without ``to``, a creation) from an account, with its gas limit and price in wei."""

    sender: Address
    to: Address | None
    data: bytes
    value: int
    gas: int
    gas_price: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """What a contract emitted."""

    emitter: Address
    topics: tuple[Bytes32, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message ended. gas_used is what a sender pays for; output is the answer or the revert data."""

    is_ok: bool
    gas_used: int
    output: bytes = b""
    logs: tuple[Log, ...] = ()
    created: Address | None = None
    halt: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Accounts, and storage slots by their contract: all of a chain's, or what a run changed."""

    accounts: dict[Address, Account]
    storage: dict[tuple[Address, int], int]


_NONE = State({}, {})


class Evm:
    """The state of one chain. Not thread-safe: its owner holds a lock."""

    def __init__(self, chain_id: int) -> None:
        self._chain_id = chain_id
        self._evm = pyrevm.EVM(spec_id=SPEC, env=pyrevm.Env(cfg=pyrevm.CfgEnv(chain_id=chain_id)))
        self._accounts: dict[Address, Account] = {}
        self._storage: dict[tuple[Address, int], int] = {}

    @property
    def state(self) -> State:
        """All that is not empty; valid until the next change."""
        return State(self._accounts, self._storage)

    def load(self, state: State) -> None:
        """Put a whole state in the place of an empty one."""
        self._write(state)

    def account(self, owner: Address) -> Account:
        """Give an account; empty when nothing ever touched it."""
        return self._accounts.get(owner, Account())

    def storage(self, owner: Address, slot: int) -> int:
        """Read one storage slot."""
        checkpoint = self._evm.snapshot()
        try:
            return int(self._evm.storage(owner, slot))
        finally:
            self._evm.revert(checkpoint)

    def install(self, owner: Address, account: Account, storage: dict[int, int] | None = None) -> None:
        """Put an account into the state, as a genesis does."""
        self._write(State({owner: account}, {(owner, slot): value for slot, value in (storage or {}).items()}))

    def set_block(self, number: int, timestamp: int) -> None:
        """Say in which block the next message runs."""
        self._evm.set_block_env(
            pyrevm.BlockEnv(
                number=number,
                timestamp=timestamp,
                coinbase=_COINBASE,
                basefee=BASE_FEE_WEI,
                gas_limit=BLOCK_GAS,
                prevrandao=bytes(32),
            )
        )

    def call(self, message: Message) -> Outcome:
        """Run a message and forget what it did."""
        with self._forgotten():
            return self._message(message)

    def execute(self, message: Message) -> Outcome:
        """Run a transaction and keep what it did: gas is charged and the nonce counts, however it ends.

        The caller has checked nonce, balance and intrinsic gas.
        """
        before = self.account(message.sender)
        self.install(message.sender, replace(before, balance=before.balance - message.gas * message.gas_price))
        with self._forgotten():
            outcome = self._message(message)
            changes = self._changes() if outcome.is_ok else _NONE
        self._write(changes)
        after = self.account(message.sender)
        refund = (message.gas - outcome.gas_used) * message.gas_price
        self.install(message.sender, replace(after, balance=after.balance + refund, nonce=before.nonce + 1))
        return outcome

    @contextmanager
    def _forgotten(self) -> Iterator[None]:
        """Take back what a run within does to pyrevm's own state."""
        checkpoint = self._evm.snapshot()
        try:
            yield
        finally:
            self._evm.revert(checkpoint)
            self._evm.reset_transient_storage()

    def _message(self, message: Message) -> Outcome:
        created: Address | None = None
        output = b""
        try:
            if message.to is None:
                created = created_address(message.sender, self.account(message.sender).nonce)
                self._evm.deploy(message.sender, message.data, value=message.value, gas=message.gas)
            else:
                output = bytes(
                    self._evm.message_call(
                        message.sender,
                        message.to,
                        calldata=message.data,
                        value=message.value,
                        # No gas price: pyrevm would want the gas money a second time. The GASPRICE instruction,
                        # which none of the contracts has, gives 0.
                        gas=message.gas,
                    )
                )
        except RuntimeError as error:
            return _failed(str(error), message)
        result = self._evm.result
        if result is None:
            raise RuntimeError("the EVM gave no result")
        return Outcome(
            is_ok=True,
            gas_used=max(result.gas_used, floor_gas(message.data)),
            output=output,
            logs=tuple(_log(log) for log in result.logs),
            created=created,
        )

    def _changes(self) -> State:
        """Read what the run left in pyrevm's journal; it has no other way to tell."""
        text: str = self._evm.journal_str
        journal = text[text.rindex("journal: [") : text.rindex("spec: ")]
        if "AccountDestroyed" in journal:
            raise RuntimeError("the demo chain's contracts do not destroy themselves")
        stored = {(address(where), int(slot)) for where, slot in _STORED.findall(journal)}
        touched = {address(found) for found in _ADDRESS.findall(journal)} - {_COINBASE}
        return State(
            accounts={owner: self._current(owner) for owner in sorted(touched)},
            storage={(owner, slot): int(self._evm.storage(owner, slot)) for owner, slot in sorted(stored)},
        )

    def _current(self, owner: Address) -> Account:
        info = self._evm.basic(owner)
        code = self.account(owner).code or _unpadded(self._evm.get_code(owner) or b"", info.code_hash or b"")
        return Account(balance=int(info.balance), nonce=int(info.nonce), code=code)

    def _write(self, changes: State) -> None:
        for owner, account in changes.accounts.items():
            if self._accounts.get(owner) == account:
                continue
            self._accounts[owner] = account
            self._evm.insert_account_info(
                owner,
                # pyrevm's own type stub forgets the balance.
                pyrevm.AccountInfo(balance=account.balance, nonce=account.nonce, code=account.code or None),  # type: ignore[call-arg]
            )
        self._storage |= changes.storage
        for (owner, slot), value in changes.storage.items():
            # pyrevm writes below its journal only for an account that the journal does not hold.
            checkpoint = self._evm.snapshot()
            self._evm.insert_account_storage(owner, slot, value)
            self._evm.revert(checkpoint)


def intrinsic_gas(message: Message) -> int:
    """Compute what a transaction costs before its first instruction (yellow paper, EIP-2028, EIP-3860)."""
    gas = _TX_GAS + _TOKEN_GAS * _tokens(message.data)
    if message.to is None:
        gas += _CREATE_GAS + _INIT_WORD_GAS * ((len(message.data) + 31) // 32)
    return gas


def floor_gas(data: bytes) -> int:
    """Compute the least that a transaction with these data costs (EIP-7623)."""
    return _TX_GAS + _FLOOR_TOKEN_GAS * _tokens(data)


def created_address(sender: Address, nonce: int) -> Address:
    """Tell where a sender's transaction with this nonce puts the contract that it creates."""
    return address("0x" + keccak256(encode([raw(sender), encode_uint(nonce)]))[-20:].hex())


def _tokens(data: bytes) -> int:
    return 4 * len(data) - 3 * data.count(0)


def _unpadded(code: bytes, code_hash: bytes) -> bytes:
    """Undo the zero bytes that the EVM appends to code for its own use."""
    plain = code[:-_CODE_PADDING]
    return plain if keccak256(plain) == code_hash else code


def _failed(text: str, message: Message) -> Outcome:
    reverted = _REVERT.match(text)
    if reverted is not None:
        gas_used = max(int(reverted.group(1)), floor_gas(message.data))
        return Outcome(is_ok=False, gas_used=gas_used, output=bytes.fromhex(reverted.group(2)))
    halted = _HALT.match(text)
    if halted is None:
        raise RuntimeError(f"the EVM gave up: {text[:300]}")
    return Outcome(is_ok=False, gas_used=message.gas, halt=halted.group(1))


def _log(log: pyrevm.Log) -> Log:
    topics, data = log.data
    return Log(address(log.address), tuple(bytes32(topic) for topic in topics), bytes(data))
