"""A purchase as its receipt."""

from __future__ import annotations

from typing import cast

from services.desk.tables import Purchase
from services.wire.desk import ReceiptOut, ReceiptState


def receipt_out(row: Purchase) -> ReceiptOut:
    """Write a purchase as a receipt."""
    return ReceiptOut(
        intent=row.intent,
        content_id=row.content_id,
        title=row.title,
        creator=row.creator,
        first_chunk=row.first_chunk,
        chunk_count=row.chunk_count,
        amount=row.amount,
        state=cast("ReceiptState", row.state),
        transaction=row.transaction,
        at=row.at,
        # As services.wire.memberships.RefundIn takes it.
        receipt=row.intent if row.channel_id is None or row.total is None else f"{row.channel_id}:{row.total.micros}",
        node=row.node or "",
    )
