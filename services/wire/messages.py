"""Messages of members to their creators."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from services.units.membership import MAX_MESSAGE
from services.wire.base import AddressField, Answer, Moment, Request


def _some(text: str) -> str:
    kept = text.strip()
    if not kept:
        raise ValueError("a message says something")
    return kept


MessageText = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE, pattern=r"^[^\x00]*$"), AfterValidator(_some)]


class MessageIn(Request):
    """What a member asks of a creator."""

    creator: AddressField
    text: MessageText


class AnswerIn(Request):
    """What the creator says to it."""

    text: MessageText


class MessageOut(Answer):
    """A message with its answer; answer is empty and answered_at None until there is one."""

    id: str
    creator: AddressField
    viewer: AddressField
    tier_name: str
    text: str
    at: Moment
    answer: str = ""
    answered_at: Moment | None = None
    node: str = ""
    """The address of the node where it lies; empty for the own one."""


class MessagesOut(Answer):
    """Messages, those without an answer first, then the newest."""

    rows: tuple[MessageOut, ...]
