"""Gifts: an owner lets somebody have an item for good, and nobody pays."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.db.dialects import insert_into
from services.http.late_routes import LateRouter
from services.node.access import GIFT
from services.node.door import NodeOf, Publisher
from services.node.tables import Entitlement, Item
from services.units.address import address
from services.wire.access import GiftOut
from services.wire.problems import ProblemError

router = LateRouter(tags=["memberships"])
_ADD = insert_into(Entitlement).on_conflict_do_nothing()


@router.put("/content/{content_id}/gifts/{account}")
def give(
    node: NodeOf, caller: Publisher, content_id: str, account: Annotated[str, Path(pattern="^0x[0-9a-fA-F]{40}$")]
) -> GiftOut:
    """Give an account all chunks of one's own item. Again changes nothing; it is not taken back.

    Problem codes: content.not_found, account.forbidden.
    """
    receiver = address(account)
    with node.database.write() as session:
        item = session.get(Item, content_id.lower())
        if item is None:
            raise ProblemError("content.not_found")
        if item.creator != caller:
            raise ProblemError("account.forbidden")
        rows = [
            {"account": receiver, "content_id": item.content_id, "index": index, "transaction": GIFT}
            for index in range(item.chunk_count)
        ]
        session.execute(_ADD, rows)
    return GiftOut(content_id=item.content_id, account=receiver)
