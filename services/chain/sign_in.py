"""Signed sign-in messages (EIP-4361): written for a node, and read and shown to be the account's own words."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from services.chain.hashing import address_of
from services.chain.message import checksum, recover_signer, sign_message
from services.wire.node import NonceOut, SignInIn
from services.wire.problems import ProblemError
from services.wire.sign_in import VALIDITY, SignIn, parse


def asks_for_itself(offered: NonceOut, origin: str) -> bool:
    """Tell whether the node at ``origin`` (as https://node.example) wants a sign-in to itself.

    Nobody signs for another: the node could sign in there with the answer.
    """
    return offered.domain == urlsplit(origin).netloc and f"{offered.uri}/".startswith(f"{origin}/")


def sign_in_answer(offered: NonceOut, key: bytes, *, now: datetime, label: str = "") -> SignInIn:
    """Sign what a node offered, as the account of a key; the caller has looked whom it asks for."""
    account = address_of(key)
    message = SignIn(
        domain=offered.domain,
        address=account,
        uri=offered.uri,
        chain_id=offered.chain_id,
        nonce=offered.nonce,
        issued_at=now,
        expires_at=now + VALIDITY,
    ).text(checksum(account))
    return SignInIn(message=message, signature=sign_message(message, key), label=label)


def read_signed(message: str, signature: str) -> SignIn:
    """Read a message and check who signed it. Raises ProblemError: account.sign_in_refused."""
    found = parse(message)
    if f"\n{checksum(found.address)}\n" not in message:
        # The standard wants the checksum of EIP-55, which is what a wallet shows.
        raise ProblemError("account.sign_in_refused", reason="form")
    if recover_signer(message, signature) != found.address:
        raise ProblemError("account.sign_in_refused", reason="signature")
    return found
