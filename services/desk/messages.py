"""Messages of members to creators, kept by the node where the tier is sold."""

from __future__ import annotations

from typing import Literal

from services.desk.context import Desk
from services.desk.tiers import SellerDeskOf
from services.http.late_routes import LateRouter
from services.wire.messages import AnswerIn, MessageIn, MessageOut, MessagesOut

router = LateRouter(tags=["memberships"])


@router.get("/messages")
async def listed(desk: SellerDeskOf, side: Literal["creator", "viewer"]) -> MessagesOut:
    """List messages to this creator, or of this member."""
    found = await desk.node.call(MessagesOut, "GET", "/messages", query={"side": side})
    return MessagesOut(rows=tuple(_placed(desk, row) for row in found.rows))


@router.post("/messages", status_code=201)
async def write(desk: SellerDeskOf, body: MessageIn) -> MessageOut:
    """Write to a creator."""
    written = await desk.node.call(MessageOut, "POST", "/messages", body=body)
    desk.events.publish("message", written.id)
    return _placed(desk, written)


@router.post("/messages/{message_id}/answer")
async def answer(desk: SellerDeskOf, message_id: str, body: AnswerIn) -> MessageOut:
    """Answer a member."""
    answered = await desk.node.call(MessageOut, "POST", f"/messages/{message_id}/answer", body=body)
    desk.events.publish("message", answered.id)
    return _placed(desk, answered)


def _placed(desk: Desk, message: MessageOut) -> MessageOut:
    return message.model_copy(update={"node": "" if desk.home is None else desk.node.uri})
