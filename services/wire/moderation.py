"""Reports, blocked accounts and takedowns, as owners, creators and moderators see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import AddressField, Answer, Moment, Request

ReportReason = Literal["illegal", "infringement", "violence", "sexual", "harassment", "misleading", "spam", "other"]
TakedownReason = Literal["illegal", "infringement", "abuse", "misleading", "spam", "other"]
"""illegal: also stops the keys of those who bought it; any other hides the item and ends its sale."""
ReportState = Literal["open", "dismissed", "upheld"]
SubjectId = Annotated[str, Field(pattern=r"^(0x[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")]
"""A film's content id, or the UUID of linked content."""
Text = Annotated[str, Field(max_length=500)]
LongText = Annotated[str, Field(min_length=1, max_length=2000)]


class ReportIn(Request):
    """Say what is wrong with an item."""

    reason: ReportReason
    text: Text = ""


class ReportOut(Answer):
    """A report as its author sees it."""

    id: int
    content_id: SubjectId
    reason: ReportReason
    text: str
    state: ReportState
    at: Moment


class ReportedOut(ReportOut):
    """A report as moderators see it."""

    account: AddressField
    title: str
    creator: AddressField


class ReportsOut(Answer):
    """A part of the queue, oldest first; ``cursor`` asks for the next, None at the end."""

    items: tuple[ReportedOut, ...]
    cursor: str | None


class NoteIn(Request):
    """Why something was decided, for the trail."""

    note: Text = ""


class TakedownIn(Request):
    """Take an item down. ``text`` is what its owner reads."""

    reason: TakedownReason
    text: LongText


class AppealIn(Request):
    """What an owner answers to a takedown."""

    text: LongText


class TakedownOut(Answer):
    """A takedown, to the item's owner and to moderators."""

    content_id: SubjectId
    title: str
    creator: AddressField
    reason: TakedownReason
    text: str
    at: Moment
    appeal: str | None
    appealed_at: Moment | None
    answer: str | None
    """Why the appeal was not followed."""


class TakedownsOut(Answer):
    """A part of what is taken down, the appeals that wait first."""

    items: tuple[TakedownOut, ...]
    cursor: str | None


class DecisionOut(Answer):
    """A line of the trail. ``subject``: a content id or an account."""

    at: Moment
    actor: AddressField
    action: str
    subject: str
    note: str


class DecisionsOut(Answer):
    """A part of the trail, newest first."""

    items: tuple[DecisionOut, ...]
    cursor: str | None


class BlockIn(Request):
    """Sell nothing more to an account. ``note`` is for the creator alone."""

    account: AddressField
    note: Text = ""


class BlockOut(Answer):
    """An account that a creator does not sell to."""

    account: AddressField
    note: str
    at: Moment
