"""Plain-text messages signed by a wallet (EIP-191 version 0x45, ``personal_sign``)."""

from __future__ import annotations

from eth_account import Account
from eth_account.messages import encode_defunct
from eth_keys.exceptions import BadSignature
from eth_utils.address import to_checksum_address

from services.units.address import Address, address
from services.wire.problems import ProblemError


def sign_message(text: str, key: bytes) -> str:
    """Sign a text with a private key of 32 bytes; gives ``0x`` and 65 bytes."""
    signed = Account.sign_message(encode_defunct(text=text), key)
    return "0x" + bytes(signed.signature).hex()


def recover_signer(text: str, signature: str) -> Address:
    """Give the account that signed a text. Raises ProblemError: account.sign_in_refused."""
    try:
        return address(Account.recover_message(encode_defunct(text=text), signature=signature))
    except (BadSignature, ValueError) as exc:
        raise ProblemError("account.sign_in_refused", reason="signature") from exc


def checksum(account: Address) -> str:
    """Write an address with its EIP-55 checksum, as people compare it."""
    return to_checksum_address(account)
