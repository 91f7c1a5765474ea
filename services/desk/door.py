"""What a desk's route asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from services.desk.context import Desk
from services.units.address import bytes32
from services.units.ids import ContentId
from services.wire.problems import ProblemError


# Async, though nothing waits: a plain function would cost a thread's turn for each request.
async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskOf = Annotated[Desk, Depends(_desk)]


async def _content(content_id: Annotated[str, Path()]) -> ContentId:
    try:
        return ContentId(bytes32(content_id))
    except ValueError as exc:
        raise ProblemError("content.not_found") from exc


ContentOf = Annotated[ContentId, Depends(_content)]
