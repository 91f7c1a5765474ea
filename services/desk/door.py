"""What a desk's route asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from services.desk.context import Desk
from services.http.bound import about
from services.units.address import Address, address, bytes32
from services.units.ids import ContentId
from services.wire.problems import ProblemError


# Async, though nothing waits: a plain function would cost a thread's turn for each request.
async def _desk(request: Request) -> Desk:
    desk: Desk = about(request.scope, "desk")
    return desk


DeskOf = Annotated[Desk, Depends(_desk)]


def content_of(text: str) -> ContentId:
    """Read a film's id in a path. Raises ProblemError: content.not_found."""
    try:
        return ContentId(bytes32(text))
    except ValueError as exc:
        raise ProblemError("content.not_found") from exc


async def _content(content_id: Annotated[str, Path()]) -> ContentId:
    return content_of(content_id)


ContentOf = Annotated[ContentId, Depends(_content)]


async def _address(creator: Annotated[str, Path()]) -> Address:
    try:
        return address(creator)
    except ValueError as exc:
        raise ProblemError("request.invalid", field="creator") from exc


AddressOf = Annotated[Address, Depends(_address)]
"""The path's ``creator``."""
