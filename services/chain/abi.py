"""The part of Solidity's ABI that our calls, answers and errors use, without the cost of a general library.

Source: Solidity's contract ABI specification, strict encoding. The tests compare it with eth_abi.
"""

from __future__ import annotations

from services.chain.hashing import keccak256
from services.units.address import Address, Bytes32, address, bytes32, raw

WORD = 32
_UINT256_END = 1 << 256


def selector(signature: str) -> bytes:
    """Give the four bytes that name a function or an error, such as ``pause()``."""
    return keccak256(signature.encode())[:4]


def topic(signature: str) -> Bytes32:
    """Give the first topic of an event, such as ``Pause()``."""
    return bytes32(keccak256(signature.encode()))


def uint_word(value: int) -> bytes:
    """Encode a whole number; raises ValueError outside of 256 bits."""
    if not 0 <= value < _UINT256_END:
        raise ValueError(f"not a uint256: {value}")
    return value.to_bytes(WORD, "big")


def address_word(value: Address) -> bytes:
    """Encode an address, padded on the left."""
    return bytes(12) + raw(value)


def bytes32_word(value: Bytes32) -> bytes:
    """Encode a bytes32."""
    return raw(value)


def dynamic_bytes(value: bytes) -> bytes:
    """Encode the tail of a ``bytes`` argument: length, then data padded on the right."""
    return uint_word(len(value)) + value + bytes(-len(value) % WORD)


def words(data: bytes) -> list[bytes]:
    """Cut an answer into words; raises ValueError when it is not whole words."""
    if len(data) % WORD:
        raise ValueError(f"{len(data)} bytes are not whole words")
    return [data[start : start + WORD] for start in range(0, len(data), WORD)]


def read_uint(word: bytes) -> int:
    """Decode a whole number; raises ValueError when the answer is not one word."""
    if len(word) != WORD:
        raise ValueError(f"{len(word)} bytes are not one word")
    return int.from_bytes(word, "big")


def read_address(word: bytes) -> Address:
    """Decode an address; raises ValueError when the padding is not zero."""
    if len(word) != WORD or any(word[:12]):
        raise ValueError("not an address word")
    return address("0x" + word[12:].hex())


def read_text(data: bytes) -> str:
    """Decode a single ``string`` argument; raises ValueError when it is cut short."""
    size = read_uint(data[WORD : 2 * WORD])
    text = data[2 * WORD : 2 * WORD + size]
    if len(text) != size:
        raise ValueError("the text is cut short")
    return text.decode("utf-8", errors="replace")
