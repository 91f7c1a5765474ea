"""The way of most payments: a voucher on an open channel, from nobody signed in, for chunks that the request names.

Says and does what the route ``pay`` says and does, by the same functions (services.http.quick).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError
from starlette.responses import Response

from services.http.bound import about
from services.http.quick import Asked, QuickRoute
from services.node.sales.routes import sell_chunks
from services.wire.node import PayIn
from services.wire.problems import ProblemError
from services.wire.x402 import (
    PAYMENT_RESPONSE,
    PAYMENT_SIGNATURE,
    ChannelPayment,
    VoucherPayload,
    decode_payment,
)

_PAYMENT = PAYMENT_SIGNATURE.lower().encode()
_ELSEWHERE = (b"authorization", b"idempotency-key")
_MOST_BYTES = 1_000


async def _pay(asked: Asked) -> Response | None:
    payment, wanted = _voucher_in(asked.headers), _wanted(asked.body)
    if payment is None or wanted is None:
        return None
    sold = await sell_chunks(about(asked.scope, "node"), asked.path.group(1), wanted, payment, None)
    body, header = sold.sent
    headers = {PAYMENT_RESPONSE: header, "Cache-Control": "private"}
    return Response(body, media_type="application/json", headers=headers)


def _voucher_in(headers: Mapping[bytes, bytes]) -> ChannelPayment | None:
    """Read a payment by a voucher alone; None for everything else."""
    header = headers.get(_PAYMENT)
    if header is None or any(name in headers for name in _ELSEWHERE):
        return None
    try:
        payment = decode_payment(header.decode("latin-1"))
    except ProblemError:
        return None
    return payment if isinstance(payment, ChannelPayment) and isinstance(payment.payload, VoucherPayload) else None


def _wanted(body: bytes) -> PayIn | None:
    """Read the body when it names its first chunk."""
    try:
        wanted = PayIn.model_validate_json(body)
    except ValidationError:
        return None
    return wanted if wanted.first_chunk is not None else None


PAY = QuickRoute("POST", re.compile(r"/content/([^/]+)/pay"), _pay, most_bytes=_MOST_BYTES)
