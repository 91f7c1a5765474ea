"""Asking a node for its terms, before anything is signed."""

from __future__ import annotations

from services.desk.context import Desk
from services.units.ids import ContentId
from services.wire.node import KeysOut, PayIn
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_REQUIRED, PaymentRequired, decode


async def ask(desk: Desk, content: ContentId, wanted: range) -> PaymentRequired:
    """Ask for the price: a node that answers with a key instead gives it away, which is its own affair."""
    body = PayIn(first_chunk=wanted.start, chunk_count=len(wanted))
    try:
        await desk.node.call(KeysOut, "POST", f"/content/{content}/pay", body=body)
    except ProblemError as problem:
        if problem.code != "payment.required":
            raise
        header = problem.headers.get(PAYMENT_REQUIRED.lower(), "")
        return decode(PaymentRequired, header).model_copy(update={"sent": header})
    raise ProblemError("payment.terms_changed")
