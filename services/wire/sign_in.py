"""Sign-in with Ethereum: the text that a wallet signs, written and read strictly (EIP-4361).

Every form that the standard's grammar allows is read; two texts never read as the same message, except for a moment
that is written in two notations. Accounts are keys: signatures of contracts (EIP-1271) are not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.units.address import Address, address
from services.wire.accounts import SCOPES, Scope
from services.wire.problems import ProblemError

VALIDITY = timedelta(minutes=5)
STATEMENT = "Sign in to Museclock. This moves no money."
MAX_CHARS = 4000
SCOPE_URN = "urn:museclock:scope:"
"""A resource that begins so bounds the session; without any, the session may do all that the account may."""

_MOMENT = (
    r"2[0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-][0-2][0-9]:[0-5][0-9])"
)
_URI = r"[a-zA-Z][a-zA-Z0-9+.-]*:[a-zA-Z0-9._~:/?#\[\]@!$&'()*+,;=%-]+"
# Source: EIP-4361, "ABNF Message Format"; moments as RFC 3339, 5.6, at the precision that is kept here.
_FORM = re.compile(
    r"(?:(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]{0,30})://)?"
    r"(?P<domain>[a-zA-Z0-9._:\[\]-]{1,253}) wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
    r"(?:(?P<statement>[a-zA-Z0-9._~:/?#\[\]@!$&'()*+,;= -]+)\n)?\n"
    rf"URI: (?P<uri>{_URI})\nVersion: 1\nChain ID: (?P<chain_id>[1-9][0-9]{{0,17}})\n"
    rf"Nonce: (?P<nonce>[a-zA-Z0-9]{{8,64}})\nIssued At: (?P<issued>{_MOMENT})"
    rf"(?:\nExpiration Time: (?P<expires>{_MOMENT}))?"
    rf"(?:\nNot Before: (?P<not_before>{_MOMENT}))?"
    r"(?:\nRequest ID: (?P<request_id>(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9a-fA-F]{2})*))?"
    rf"(?P<resources>\nResources:(?:\n- {_URI})*)?"
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
    expires_at: datetime | None
    statement: str | None = STATEMENT
    not_before: datetime | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None
    scheme: str | None = None

    def text(self, shown_address: str) -> str:
        """Write the message; ``shown_address`` is the address with its EIP-55 checksum."""
        origin = self.domain if self.scheme is None else f"{self.scheme}://{self.domain}"
        statement = "" if self.statement is None else f"{self.statement}\n"
        lines = [
            f"{origin} wants you to sign in with your Ethereum account:\n{shown_address}\n\n{statement}",
            f"URI: {self.uri}\nVersion: 1\nChain ID: {self.chain_id}\nNonce: {self.nonce}",
            f"Issued At: {_stamp(self.issued_at)}",
        ]
        if self.expires_at is not None:
            lines.append(f"Expiration Time: {_stamp(self.expires_at)}")
        if self.not_before is not None:
            lines.append(f"Not Before: {_stamp(self.not_before)}")
        if self.request_id is not None:
            lines.append(f"Request ID: {self.request_id}")
        if self.resources is not None:
            lines += ["Resources:", *(f"- {resource}" for resource in self.resources)]
        return "\n".join(lines)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What the session shall be for. Raises ProblemError: account.sign_in_refused for a scope that is unknown."""
        asked = {found.removeprefix(SCOPE_URN) for found in self.resources or () if found.startswith(SCOPE_URN)}
        if not asked <= set(SCOPES):
            raise ProblemError("account.sign_in_refused", reason="scope")
        return tuple(scope for scope in SCOPES if scope in asked) if asked else SCOPES


def scope_resources(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """Write scopes as a message's resources."""
    return tuple(SCOPE_URN + scope for scope in scopes)


def parse(text: str) -> SignIn:
    """Read a message. Raises ProblemError: account.sign_in_refused."""
    match = _FORM.fullmatch(text)
    if match is None or len(text) > MAX_CHARS:
        raise ProblemError("account.sign_in_refused", reason="form")
    resources = match["resources"]
    try:
        return SignIn(
            domain=match["domain"],
            address=address(match["address"]),
            uri=match["uri"],
            chain_id=int(match["chain_id"]),
            nonce=match["nonce"],
            issued_at=datetime.fromisoformat(match["issued"]),
            expires_at=_moment(match["expires"]),
            statement=match["statement"],
            not_before=_moment(match["not_before"]),
            request_id=match["request_id"],
            resources=None if resources is None else tuple(resources.split("\n- ")[1:]),
            scheme=match["scheme"],
        )
    except ValueError as exc:
        # Days and hours that no calendar has.
        raise ProblemError("account.sign_in_refused", reason="form") from exc


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _stamp(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{moment:%f}" if moment.microsecond else "") + "Z"
