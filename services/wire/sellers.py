"""What sellers say who speak x402 and not our problem codes, and their offers given back word for word."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from services.wire.problems import ProblemError
from services.wire.x402 import (
    BELOW_CLAIMED,
    CHANNEL_BUSY,
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    TOTAL_MISMATCH,
    PaymentRequired,
    Settled,
    decode,
    header_text,
)


def encode_payment(payment: Mapping[str, object]) -> str:
    """Write a payment that is kept as JSON as a header value, word for word."""
    return base64.b64encode(json.dumps(payment, separators=(",", ":")).encode()).decode()


def sent_offers(header: str) -> list[dict[str, Any]]:
    """Give the offers of PAYMENT-REQUIRED as they were written: x402 wants one back word for word in the payment.

    Raises ProblemError: request.invalid.
    """
    try:
        offers = [dict(offer) for offer in json.loads(header_text(header))["accepts"]]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise ProblemError("request.invalid", field="payment header") from exc
    if not all(isinstance(offer.get("scheme"), str) for offer in offers):
        raise ProblemError("request.invalid", field="payment header")
    return offers


def sent_offer(header: str, scheme: str) -> dict[str, Any] | None:
    """Give the first offer of a scheme as it was written. Raises ProblemError: request.invalid."""
    return next((offer for offer in sent_offers(header) if offer.get("scheme") == scheme), None)


def read_refusal(headers: Mapping[str, str], *, is_paid: bool) -> ProblemError | None:
    """Read a 402 of a seller who speaks x402 and not our problem codes; None when the headers say nothing.

    is_paid: a payment had been sent. Raises ProblemError: request.invalid.
    """
    if not headers.get(PAYMENT_REQUIRED):
        return None
    required = decode(PaymentRequired, headers[PAYMENT_REQUIRED])
    if headers.get(PAYMENT_RESPONSE):
        failed = decode(Settled, headers[PAYMENT_RESPONSE])
        return ProblemError("payment.refused", reason=(failed.error_reason or "")[:80])
    if not is_paid:
        return ProblemError("payment.required", amount=required.accepts[0].money.micros)
    if required.error in (TOTAL_MISMATCH, BELOW_CLAIMED):
        return ProblemError("channel.total")
    if required.error == CHANNEL_BUSY:
        return ProblemError("channel.busy")
    return ProblemError("payment.refused", reason=required.error[:80])
