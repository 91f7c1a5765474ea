"""Proofs of single actions, signed by the account's wallet (EIP-191) and checked."""

from __future__ import annotations

import secrets
from datetime import datetime

from services.chain.hashing import address_of
from services.chain.message import checksum, recover_signer, sign_message
from services.units.address import Address
from services.wire.problems import ProblemError
from services.wire.proofs import NONCE_BYTES, PROOF_VALIDITY, Action, Proof


def prove(action: Action, key: bytes, *, now: datetime) -> str:
    """Sign one action with a wallet's key (32 bytes) and give the value of the header Museclock-Proof; good once."""
    nonce, issued = secrets.token_hex(NONCE_BYTES), int(now.timestamp())
    expires = issued + int(PROOF_VALIDITY.total_seconds())
    text = action.text(checksum(address_of(key)), nonce=nonce, issued=issued, expires=expires)
    return Proof(nonce, issued, expires, sign_message(text, key)).header()


def check_signer(action: Action, proof: Proof, account: Address) -> None:
    """Check that the account signed this action. Raises ProblemError: account.proof_refused."""
    text = action.text(checksum(account), nonce=proof.nonce, issued=proof.issued, expires=proof.expires)
    try:
        signer = recover_signer(text, proof.signature)
    except ProblemError as exc:
        raise ProblemError("account.proof_refused", reason="signature") from exc
    if signer != account:
        raise ProblemError("account.proof_refused", reason="signature")
