"""Messages of members to creators."""

from __future__ import annotations

from typing import Literal

from services.http.door import Door
from services.units.address import Address
from services.wire.messages import AnswerIn, MessageIn, MessageOut, MessagesOut


class MessagesClient:
    """Calls of the messages slice. node: where the tier is sold, empty for the own one.

    Problem codes of each: node.not_found, node.unreachable.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    async def list(self, side: Literal["creator", "viewer"], *, node: str = "") -> MessagesOut:
        """List the messages to this creator, or of this member; those without an answer first."""
        return await self._door.call(MessagesOut, "GET", "/messages", query={"side": side, "node": node})

    async def write(self, creator: Address, text: str, *, node: str = "") -> MessageOut:
        """Write to a creator. Problem codes: message.not_member, message.limit, request.invalid."""
        body = MessageIn(creator=creator, text=text)
        return await self._door.call(MessageOut, "POST", "/messages", body=body, query={"node": node})

    async def answer(self, message_id: str, text: str, *, node: str = "") -> MessageOut:
        """Answer a member. Problem codes: message.not_found, request.invalid."""
        path = f"/messages/{message_id}/answer"
        return await self._door.call(MessageOut, "POST", path, body=AnswerIn(text=text), query={"node": node})
