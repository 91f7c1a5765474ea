"""Plain texts signed by a wallet (EIP-191 version 0x45, ``personal_sign``), and addresses as people read them."""

from __future__ import annotations

from services.chain.hashing import SignatureError, keccak256, recover_address, sign_digest
from services.units.address import Address
from services.wire.problems import ProblemError

_PREFIX = b"\x19Ethereum Signed Message:\n"


def sign_message(text: str, key: bytes) -> str:
    """Sign a text with a private key of 32 bytes; gives ``0x`` and 65 bytes."""
    return "0x" + sign_digest(_digest(text), key).hex()


def recover_signer(text: str, signature: str) -> Address:
    """Give the account that signed a text. Raises ProblemError: account.sign_in_refused."""
    try:
        return recover_address(_digest(text), bytes.fromhex(signature.removeprefix("0x")))
    except (SignatureError, ValueError) as exc:
        raise ProblemError("account.sign_in_refused", reason="signature") from exc


def checksum(account: Address) -> str:
    """Write an address with its checksum in the case of its letters (EIP-55)."""
    digits = account[2:]
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(mark, 16) >= 8 else digit for digit, mark in zip(digits, marks, strict=False)
    )


def _digest(text: str) -> bytes:
    data = text.encode()
    return keccak256(_PREFIX + str(len(data)).encode() + data)
