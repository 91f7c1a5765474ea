"""Sign-in with Ethereum: the text that a wallet signs, written and read strictly (EIP-4361)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.units.address import Address, address
from services.wire.problems import ProblemError

VALIDITY = timedelta(minutes=5)
STATEMENT = "Sign in to Museclock. This moves no money."

_FORM = re.compile(
    r"(?P<domain>[a-z0-9.:-]{1,253}) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
    + re.escape(STATEMENT)
    + r"\n\nURI: (?P<uri>[!-~]{1,500})\nVersion: 1\nChain ID: (?P<chain_id>[0-9]{1,12})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{16,64})\nIssued At: (?P<issued>[0-9TZ:.+-]{20,40})\n"
    r"Expiration Time: (?P<expires>[0-9TZ:.+-]{20,40})"
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """The fields of a sign-in message."""

    domain: str
    address: Address
    uri: str
    chain_id: int
    nonce: str
    issued_at: datetime
    expires_at: datetime

    def text(self, shown_address: str) -> str:
        """Write the message; ``shown_address`` is the address with its EIP-55 checksum."""
        return (
            f"{self.domain} wants you to sign in with your Ethereum account:\n{shown_address}\n\n{STATEMENT}\n\n"
            f"URI: {self.uri}\nVersion: 1\nChain ID: {self.chain_id}\nNonce: {self.nonce}\n"
            f"Issued At: {_stamp(self.issued_at)}\nExpiration Time: {_stamp(self.expires_at)}"
        )


def parse(text: str) -> SignIn:
    """Read a message. Raises ProblemError: account.sign_in_refused."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ProblemError("account.sign_in_refused", reason="form")
    try:
        issued, expires = datetime.fromisoformat(match["issued"]), datetime.fromisoformat(match["expires"])
    except ValueError as exc:
        raise ProblemError("account.sign_in_refused", reason="form") from exc
    if issued.tzinfo is None or expires.tzinfo is None:
        raise ProblemError("account.sign_in_refused", reason="form")
    return SignIn(
        domain=match["domain"],
        address=address(match["address"]),
        uri=match["uri"],
        chain_id=int(match["chain_id"]),
        nonce=match["nonce"],
        issued_at=issued,
        expires_at=expires,
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
