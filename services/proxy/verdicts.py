"""What a node's answer to a payment means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum

from services.proxy.payments import KeptAnswer
from services.wire.problems import ProblemError
from services.wire.x402 import (
    CHANNEL_BUSY,
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    TOTAL_MISMATCH,
    PaymentRequired,
    Settled,
    decode,
)

_EXCEEDS = "invalid_batch_settlement_evm_cumulative_exceeds_balance"
# After these nobody knows: the node may have taken the payment, or be about to.
_UNKNOWN_CODES = frozenset({"payment.unknown", "payment.in_progress", "account.sign_in_refused"})


class Verdict(Enum):
    """How a node answered a payment."""

    TAKEN = "taken"
    MISMATCH = "mismatch"
    """The voucher's total does not follow on what the node holds."""
    UNCOVERED = "uncovered"
    """The channel has too little in it, says the node."""
    BUSY = "busy"
    OWNED = "owned"
    """Nothing is sold twice; who paid has to say who he is."""
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Answered:
    """A node's answer to a payment, read: the 402's content where it is one."""

    verdict: Verdict
    answer: KeptAnswer
    required: PaymentRequired | None = None


def judge(answer: KeptAnswer) -> Answered:
    """Read an answer whose body is whole."""
    if 200 <= answer.status < 300:
        return Answered(Verdict.TAKEN, answer)
    if answer.status == 402:
        return _required(answer)
    code = problem_code(answer)
    if code == "content.owned":
        return Answered(Verdict.OWNED, answer)
    if code == "channel.not_found":
        return Answered(Verdict.UNCOVERED, answer)
    is_final = 400 <= answer.status < 500 and answer.status not in (408, 425, 429) and code not in _UNKNOWN_CODES
    return Answered(Verdict.REFUSED if is_final else Verdict.UNCLEAR, answer)


def read_required(headers: tuple[tuple[str, str], ...]) -> PaymentRequired | None:
    """Read a 402's offers; None where there are none that can be read."""
    try:
        return decode(PaymentRequired, header(headers, PAYMENT_REQUIRED))
    except ProblemError:
        return None


def read_settled(answer: KeptAnswer) -> Settled | None:
    """Read what a node says that it charged; None when it does not say."""
    try:
        return decode(Settled, header(answer.headers, PAYMENT_RESPONSE))
    except ProblemError:
        return None


def problem_code(answer: KeptAnswer) -> str:
    """Read the code of a node's problem; empty where there is none."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return ""
    code = found.get("code") if isinstance(found, dict) else None
    return code if isinstance(code, str) else ""


def header(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """Give the first header of a name; empty without one."""
    return next((value for given, value in headers if given.lower() == name.lower()), "")


def _required(answer: KeptAnswer) -> Answered:
    required = read_required(answer.headers)
    error = required.error if required is not None else ""
    # With a PAYMENT-RESPONSE it is no correction but a failure.
    if header(answer.headers, PAYMENT_RESPONSE) or required is None:
        return Answered(Verdict.REFUSED, answer, required)
    verdicts = {TOTAL_MISMATCH: Verdict.MISMATCH, CHANNEL_BUSY: Verdict.BUSY, _EXCEEDS: Verdict.UNCOVERED}
    return Answered(verdicts.get(error, Verdict.REFUSED), answer, required)
