"""Who checks a creator's identity: an operator by hand, or a service asked over HTTP that reports back signed."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from services.units.address import Address
from services.units.time import unix_seconds
from services.wire.base import AddressField
from services.wire.kyc import Decision
from services.wire.problems import ProblemError

SIGNATURE: Final = "Museclock-Kyc-Signature"
"""``t=<Unix seconds>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>``."""
WINDOW: Final = timedelta(minutes=5)
"""How old, or how far ahead of this clock, a report may be."""
_TIMEOUT_S: Final = 15.0


class KycProvider(Protocol):
    """Checks who somebody is."""

    def begin(self, creator: Address) -> str:
        """Begin a check; gives the address of the page where the person goes on, empty where there is none.

        Blocking. Raises ProblemError: kyc.provider.
        """

    def read(self, body: bytes, signature: str, now: datetime) -> Report:
        """Read a report. Raises ProblemError: kyc.report_refused (reason: none, signature, time, body)."""


class Report(BaseModel):
    """What a provider found. id: of this report, so that it counts once."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    reference: AddressField
    status: Decision
    reason: str = ""


class ManualReview:
    """An operator looks at the documents and decides; there is nobody else to ask, and nobody who reports."""

    def begin(self, creator: Address) -> str:
        """Nothing to begin: the case waits in the operator's queue."""
        return ""

    def read(self, body: bytes, signature: str, now: datetime) -> Report:
        """Nobody reports."""
        raise ProblemError("kyc.report_refused", reason="none")


@dataclass(frozen=True, slots=True)
class HttpProvider:
    """A service that is asked by ``POST {url}/checks`` and reports to ``POST /kyc/reports`` of the node.

    key: shown to the service; secret: shared with it, for the signatures of its reports.
    """

    url: str
    key: str = field(repr=False)
    secret: bytes = field(repr=False)
    http: httpx.Client

    def begin(self, creator: Address) -> str:
        """Begin a check; the same account again goes on with the same one, by the idempotency key."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"museclock-kyc-{creator}"}
        try:
            answer = self.http.post(
                f"{self.url}/checks", json={"reference": creator}, headers=headers, timeout=_TIMEOUT_S
            )
            answer.raise_for_status()
            found: Any = answer.json()
            page = str(found["url"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as exc:
            raise ProblemError("kyc.provider") from exc
        if not page.startswith(("https://", "http://127.0.0.1")):
            raise ProblemError("kyc.provider")
        return page

    def read(self, body: bytes, signature: str, now: datetime) -> Report:
        """Check who sent a report, and when."""
        told = dict(part.partition("=")[::2] for part in signature.split(","))
        at, given = told.get("t", ""), told.get("v1", "")
        if not at.isdecimal() or not hmac.compare_digest(signed(self.secret, at, body), given):
            raise ProblemError("kyc.report_refused", reason="signature")
        if abs(int(at) - unix_seconds(now)) > WINDOW.total_seconds():
            raise ProblemError("kyc.report_refused", reason="time")
        try:
            return Report.model_validate_json(body)
        except ValidationError as exc:
            raise ProblemError("kyc.report_refused", reason="body") from exc


def signed(secret: bytes, at: str, body: bytes) -> str:
    """Sign a report as a provider does."""
    return hmac.new(secret, at.encode() + b"." + body, hashlib.sha256).hexdigest()
