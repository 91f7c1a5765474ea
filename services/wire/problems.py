"""Problem codes: every expected failure that can reach a person, with its HTTP status and whether a retry can help.

The sentence for a code belongs to the window (studio.kit.problems); nothing below it writes prose for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True, slots=True)
class Kind:
    """How a problem code travels."""

    status: int
    retryable: bool = False


class ProblemBody(TypedDict):
    """A problem as JSON."""

    code: str
    params: dict[str, str]
    retryable: bool
    trace: str


KINDS: dict[str, Kind] = {
    "internal": Kind(500),
    "request.invalid": Kind(422),
    "request.not_found": Kind(404),
    "request.too_many": Kind(429, retryable=True),
    "service.unreachable": Kind(503, retryable=True),
    "service.timeout": Kind(504, retryable=True),
    "service.version": Kind(409),
    "service.busy_profile": Kind(409),
    "service.unauthorised": Kind(401),
    "service.world_failed": Kind(500, retryable=True),
    "profile.newer": Kind(409),
    "profile.in_flight": Kind(409),
    "profile.picture": Kind(413),
    "disk.full": Kind(507, retryable=True),
    "file.not_written": Kind(422, retryable=True),
    "file.not_read": Kind(422, retryable=True),
    "database.unreachable": Kind(503, retryable=True),
    "wallet.missing": Kind(409),
    "wallet.exists": Kind(409),
    "wallet.locked": Kind(423),
    "wallet.wrong_passphrase": Kind(403),
    "wallet.weak_passphrase": Kind(422),
    "wallet.damaged": Kind(409),
    "account.sign_in_refused": Kind(401),
    "account.forbidden": Kind(403),
    "account.proof_refused": Kind(401),
    "tier.price": Kind(400),
    "tier.limit": Kind(400),
    "tier.name": Kind(422),
    "tier.not_found": Kind(404),
    "upload.not_found": Kind(404),
    "upload.file_missing": Kind(422),
    "upload.file_changed": Kind(409, retryable=True),
    "upload.state": Kind(409),
    "upload.price": Kind(422),
    "upload.title": Kind(422),
    "media.empty": Kind(422),
    "media.unreadable": Kind(422),
    "media.no_video": Kind(422),
    "media.codec": Kind(422),
    "media.too_short": Kind(422),
    "media.too_long": Kind(422),
    "media.too_large": Kind(422),
    "media.limits": Kind(422),
    "media.picture": Kind(422),
    "media.captions": Kind(422),
    "captions.unreadable": Kind(422),
    "media.worker_failed": Kind(500, retryable=True),
    "manifest.invalid": Kind(422),
    "manifest.signature": Kind(422),
    "content.not_found": Kind(404),
    "archive.damaged": Kind(422),
    "evidence.invalid": Kind(422),
    "content.unopenable": Kind(502),
    "storage.address": Kind(422),
    "storage.file": Kind(409),
    "storage.token": Kind(422),
    "storage.refused": Kind(409, retryable=True),
    "store.quota": Kind(507),
    "download.nothing": Kind(409),
    "store.unreachable": Kind(503, retryable=True),
    "content.damaged": Kind(502, retryable=True),
    "content.missing": Kind(502, retryable=True),
    "content.wrong_key": Kind(502),
    "content.locked": Kind(402),
    "content.owned": Kind(409),
    "content.members_only": Kind(403),
    "content.tags": Kind(422),
    "content.taken_down": Kind(451),
    "content.not_for_sale": Kind(410),
    "content.not_yet": Kind(403),
    "message.not_member": Kind(403),
    "message.limit": Kind(409),
    "message.not_found": Kind(404),
    "account.blocked": Kind(403),
    "moderation.state": Kind(409),
    "access.no_tier": Kind(422),
    "membership.not_sold": Kind(409),
    "membership.not_found": Kind(404),
    "refund.not_found": Kind(404),
    "refund.state": Kind(409),
    "refund.shared_out": Kind(409),
    "payment.required": Kind(402),
    "payment.refused": Kind(402),
    "payment.terms_changed": Kind(409),
    "payment.insufficient": Kind(402),
    "send.address": Kind(422),
    "send.checksum": Kind(422),
    "send.own": Kind(422),
    "send.swallowed": Kind(422),
    "send.amount": Kind(422),
    "payment.unknown": Kind(409, retryable=True),
    "payment.in_progress": Kind(409, retryable=True),
    "payment.scheme": Kind(400),
    "channel.total": Kind(402, retryable=True),
    "channel.busy": Kind(402, retryable=True),
    "channel.balance": Kind(402),
    "channel.refused": Kind(402),
    "channel.not_found": Kind(404),
    "budget.session": Kind(402),
    "budget.day": Kind(402),
    "budget.creator": Kind(402),
    "deposit.confirm": Kind(402),
    "channel.state": Kind(409),
    "budget.invalid": Kind(422),
    "chain.unreachable": Kind(503, retryable=True),
    "chain.wrong_chain": Kind(409),
    "chain.not_deployed": Kind(409),
    "chain.reverted": Kind(409),
    "chain.refused": Kind(409),
    "chain.damaged": Kind(500),
    "chain.unconfirmed": Kind(409),
    "transaction.unknown": Kind(409, retryable=True),
    "node.unreachable": Kind(503, retryable=True),
    "node.address": Kind(422),
    "node.not_found": Kind(404),
    "node.not_a_node": Kind(502),
    "node.certificate": Kind(502),
    "node.unconfirmed": Kind(409),
    "node.in_use": Kind(409),
    "block.mismatch": Kind(422),
    "block.too_large": Kind(413),
    "block.quota": Kind(507),
    "backup.damaged": Kind(422),
    "pass.none": Kind(404),
    "pass.not_owner": Kind(409),
    "pass.month": Kind(409),
    "case.state": Kind(409),
    "kyc.provider": Kind(502, retryable=True),
    "kyc.report_refused": Kind(401),
    "kyc.listed": Kind(403),
    "kyc.required": Kind(403),
    "kyc.state": Kind(409),
    "kyc.too_large": Kind(413),
    "withdrawal.nothing": Kind(400),
    "withdrawal.unsigned": Kind(409),
    "withdrawal.no_gas": Kind(402),
    "withdrawal.in_progress": Kind(409),
    "ledger.damaged": Kind(500),
    "player.no_vlc": Kind(503),
    "player.failed": Kind(500, retryable=True),
}


class ProblemError(Exception):
    """An expected failure: a code of KINDS and what the sentence needs, as text.

    headers: what travels beside the body in HTTP, such as the offer of a 402; names in lower case.
    """

    def __init__(self, code: str, *, trace: str = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.params = {name: str(value) for name, value in params.items()}
        self.trace = trace
        self.headers: dict[str, str] = {}

    def body(self) -> ProblemBody:
        """Give the JSON that crosses the process border."""
        return {"code": self.code, "params": self.params, "retryable": self.kind.retryable, "trace": self.trace}

    def __str__(self) -> str:
        return self.code
