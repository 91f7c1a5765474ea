"""What a person is told about without asking, and when."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from services.wire.base import Answer, Moment, Request

NoticeKind = Literal[
    "sale", "member_joined", "member_left", "payout_done", "payout_failed", "upload_done", "upload_failed", "low_gas",
    "renewal_failed", "request_came", "refund_asked", "case_opened", "backup_due",
]  # fmt: skip
NOTICE_KINDS: Final[tuple[NoticeKind, ...]] = get_args(NoticeKind)
Digest = Literal["at_once", "hourly", "daily"]
Minute = Annotated[int, Field(ge=0, lt=24 * 60)]


class NoticeOut(Answer):
    """One thing that happened. params: what its sentence needs, as text; money in whole micro-USDC (``amount``)."""

    id: str
    kind: NoticeKind
    params: dict[str, str]
    at: Moment
    is_read: bool


class NoticesOut(Answer):
    """The latest notices, newest first, and how many of all were not read."""

    rows: tuple[NoticeOut, ...]
    unread: int


class RulesOut(Answer):
    """What is told, and when. off: the kinds that are kept and not told.

    digest: one by one, or together once an hour or day. quiet_from, quiet_to: minutes of the local day between which
    nothing is told (it follows afterwards); both None for no such time; over midnight where from is the later one.
    """

    off: tuple[NoticeKind, ...] = ()
    digest: Digest = "at_once"
    quiet_from: Minute | None = None
    quiet_to: Minute | None = None


class RulesIn(Request):
    """New rules, whole."""

    off: tuple[NoticeKind, ...] = ()
    digest: Digest = "at_once"
    quiet_from: Minute | None = None
    quiet_to: Minute | None = None
