"""Where a creator's till is, and the calls about it: any USDC that arrives there can only go to that creator's 90 %.

Sources: EIP-1014 (CREATE2) and EIP-1167 (minimal clone); the Escrow makes a till at its first collection.
"""

from __future__ import annotations

from functools import lru_cache

from services.chain.abi import address_word, selector
from services.chain.calls import Call
from services.chain.hashing import keccak256
from services.chain.rlp import encode, encode_uint
from services.units.address import Address, address, raw

_COLLECT = selector("collect(address)")
_TILL = selector("till(address)")
# A contract's first creation counts from 1 (EIP-161); the Escrow makes the tills' code in its constructor.
_FIRST_NONCE = 1
# OpenZeppelin's form of EIP-1167: nine bytes that return the rest, then the clone with its target in the middle.
_CLONE_HEAD = bytes.fromhex("3d602d80600a3d3981f3363d3d373d3d3d363d73")
_CLONE_TAIL = bytes.fromhex("5af43d82803e903d91602b57fd5bf3")


def till_address(escrow: Address, creator: Address) -> Address:
    """Compute a creator's till; it can be paid before it was ever made."""
    return create2_address(escrow, address_word(creator), _clone_hash(escrow))


def till_code_address(escrow: Address) -> Address:
    """Compute where the code is that an Escrow's tills run."""
    return address("0x" + keccak256(encode([raw(escrow), encode_uint(_FIRST_NONCE)]))[-20:].hex())


def create2_address(deployer: Address, salt: bytes, creation_hash: bytes) -> Address:
    """Compute where CREATE2 puts a contract; salt and the creation code's hash are 32 bytes each."""
    return address("0x" + keccak256(b"\xff" + raw(deployer) + salt + creation_hash)[-20:].hex())


def collect_call(escrow: Address, creator: Address) -> Call:
    """Credit everything in a creator's till, after making the till if need be; anyone may send it."""
    return Call(escrow, _COLLECT + address_word(creator))


def till_call(escrow: Address, creator: Address) -> Call:
    """Ask the Escrow where a creator's till is."""
    return Call(escrow, _TILL + address_word(creator))


@lru_cache(maxsize=16)
def _clone_hash(escrow: Address) -> bytes:
    return keccak256(_CLONE_HEAD + raw(till_code_address(escrow)) + _CLONE_TAIL)
