"""Signed sign-in messages: read, and shown to be the account's own words."""

from __future__ import annotations

from services.chain.message import checksum, recover_signer
from services.wire.problems import ProblemError
from services.wire.sign_in import SignIn, parse


def read_signed(message: str, signature: str) -> SignIn:
    """Read a message and check who signed it. Raises ProblemError: account.sign_in_refused."""
    found = parse(message)
    if f"\n{checksum(found.address)}\n" not in message:
        # The standard wants the checksum of EIP-55, which is what a wallet shows.
        raise ProblemError("account.sign_in_refused", reason="form")
    if recover_signer(message, signature) != found.address:
        raise ProblemError("account.sign_in_refused", reason="signature")
    return found
