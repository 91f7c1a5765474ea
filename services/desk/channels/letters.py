"""A signed purchase as it goes to its node."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from services.desk.tables import Purchase
from services.wire.node import PayIn


@dataclass(frozen=True, slots=True)
class Letter:
    """Where a purchase goes, its body (JSON), and what stands in the header PAYMENT-SIGNATURE."""

    path: str
    body: bytes
    payment: str


def letter_of(purchase: Purchase) -> Letter:
    """Write a purchase out, always in the same bytes."""
    payment = base64.b64encode(json.dumps(purchase.payment, separators=(",", ":")).encode()).decode()
    body = PayIn(first_chunk=purchase.first_chunk, chunk_count=purchase.chunk_count).model_dump_json().encode()
    return Letter(f"/content/{purchase.content_id}/pay", body, payment)
