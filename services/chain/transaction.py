"""Transactions as bytes: signing and reading type 2 (EIP-1559), the only type the project sends."""

from __future__ import annotations

from dataclasses import dataclass

from services.chain import rlp
from services.chain.calls import Call
from services.chain.gateway import Fees
from services.chain.hashing import SignatureError, address_of, keccak256, recover_address, sign_digest
from services.units.address import Address, Bytes32, address, bytes32, raw

_TYPE = b"\x02"
_FIELDS = 12


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction ready to send: its bytes, its hash, and whose nonce it uses."""

    raw: bytes
    hash: Bytes32
    sender: Address
    nonce: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction read from bytes. ``to`` is None when it creates a contract; fees are wei per gas."""

    encoded: bytes
    hash: Bytes32
    sender: Address
    chain_id: int
    nonce: int
    max_priority_fee_per_gas: int
    max_fee_per_gas: int
    gas: int
    to: Address | None
    value: int
    data: bytes
    signature: bytes


class TransactionError(ValueError):
    """Bytes that are no transaction of the type we take."""


def sign_transaction(call: Call, *, key: bytes, nonce: int, gas: int, fees: Fees, chain_id: int) -> SignedTransaction:
    """Sign a call; the same arguments always give the same bytes.

    key: 32 bytes. gas: limit in gas units.
    """
    fields: list[rlp.Item] = [
        *(rlp.encode_uint(number) for number in (chain_id, nonce, fees.max_priority_fee_per_gas, fees.max_fee_per_gas)),
        rlp.encode_uint(gas),
        b"" if call.to is None else raw(call.to),
        rlp.encode_uint(call.value),
        call.data,
        [],
    ]
    signature = sign_digest(keccak256(_TYPE + rlp.encode(fields)), key)
    r, s = signature[:32].lstrip(b"\0"), signature[32:64].lstrip(b"\0")
    encoded = _TYPE + rlp.encode([*fields, rlp.encode_uint(signature[64] - 27), r, s])
    return SignedTransaction(encoded, bytes32(keccak256(encoded)), address_of(key), nonce)


def read_transaction(encoded: bytes) -> Transaction:
    """Read bytes and recover who signed them. Raises TransactionError."""
    if encoded[:1] != _TYPE:
        raise TransactionError("transaction type not supported")
    try:
        fields = rlp.decode(encoded[1:])
        return _read(fields, encoded)
    except (ValueError, RecursionError) as exc:
        raise TransactionError(str(exc)) from exc


def _read(fields: rlp.Item, encoded: bytes) -> Transaction:
    if not isinstance(fields, list) or len(fields) != _FIELDS or fields[8] != []:
        raise TransactionError("not the fields of EIP-1559 with an empty access list")
    flat = [field for field in fields if isinstance(field, bytes)]
    if len(flat) != _FIELDS - 1:
        raise TransactionError("a field is a list")
    to, data = flat[5], flat[7]
    numbers = [_number(field) for field in (*flat[:5], flat[6], *flat[8:])]
    chain_id, nonce, tip, max_fee, gas, value, parity, r, s = numbers
    if parity > 1 or r.bit_length() > 256 or s.bit_length() > 256:
        raise SignatureError("not r, s and parity")
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((parity + 27,))
    return Transaction(
        encoded=encoded,
        hash=bytes32(keccak256(encoded)),
        sender=recover_address(keccak256(_TYPE + rlp.encode(fields[:9])), signature),
        chain_id=chain_id,
        nonce=nonce,
        max_priority_fee_per_gas=tip,
        max_fee_per_gas=max_fee,
        gas=gas,
        to=address("0x" + to.hex()) if to else None,
        value=value,
        data=data,
        signature=signature,
    )


def _number(field: bytes) -> int:
    if field[:1] == b"\0":
        raise TransactionError("a number has leading zeros")
    return int.from_bytes(field, "big")
