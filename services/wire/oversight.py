"""What waits for an operator."""

from __future__ import annotations

from services.wire.base import Answer
from services.wire.kyc import KycCaseOut
from services.wire.moderation import ReportedOut, TakedownOut


class OversightOut(Answer):
    """The queues, oldest first, and what is taken down."""

    cases: tuple[KycCaseOut, ...]
    """Creators whose verification is pending."""
    reports: tuple[ReportedOut, ...]
    down: tuple[TakedownOut, ...]
