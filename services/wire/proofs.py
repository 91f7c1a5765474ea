"""Proofs of single actions: the text that a wallet signs for one request, and the header that carries the signature.

The reader writes the text himself, of what arrived, so that nothing but the request at hand can have been signed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.wire.problems import ProblemError

PROOF = "Museclock-Proof"
PROOF_VALIDITY = timedelta(minutes=5)
NONCE_BYTES = 16
_FORM = re.compile(
    r"nonce=(?P<nonce>[0-9a-f]{32}), issued=(?P<issued>[0-9]{1,11}), expires=(?P<expires>[0-9]{1,11}), "
    r"signature=(?P<signature>0x[0-9a-f]{130})"
)


@dataclass(frozen=True, slots=True)
class Action:
    """One request to one node, as its account means it."""

    domain: str
    uri: str
    chain_id: int
    method: str
    path: str
    """Below the node's address and decoded; with ``?`` and the query as sent, if there is one."""
    body: bytes

    def text(self, shown_address: str, *, nonce: str, issued: int, expires: int) -> str:
        """Write what is signed; ``shown_address`` is an address with its EIP-55 checksum, times are Unix seconds."""
        return (
            f"{self.domain} asks you to confirm one action of your account:\n{shown_address}\n\n"
            f"{self.method.upper()} {self.path}\n\n"
            f"URI: {self.uri}\nVersion: 1\nChain ID: {self.chain_id}\n"
            f"Body SHA-256: {hashlib.sha256(self.body).hexdigest()}\nNonce: {nonce}\n"
            f"Issued At: {_stamp(issued)}\nExpiration Time: {_stamp(expires)}"
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What the header says beside the request; ``issued`` and ``expires`` are Unix seconds."""

    nonce: str
    issued: int
    expires: int
    signature: str

    def header(self) -> str:
        """Write the header's value."""
        return f"nonce={self.nonce}, issued={self.issued}, expires={self.expires}, signature={self.signature}"

    @classmethod
    def read(cls, header: str) -> Proof:
        """Read the header's value. Raises ProblemError: account.proof_refused."""
        match = _FORM.fullmatch(header)
        if match is None:
            raise ProblemError("account.proof_refused", reason="form" if header else "missing")
        return cls(
            nonce=match["nonce"],
            issued=int(match["issued"]),
            expires=int(match["expires"]),
            signature=match["signature"],
        )


def _stamp(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
