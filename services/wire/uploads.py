"""Uploads: a file on this computer on its way to a published item."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import Answer, Moment, MoneyField, ProblemOut, Request

StageName = Literal["hash", "check", "cut", "seal", "store", "pin", "register", "elsewhere"]
StageState = Literal["waiting", "running", "paused", "done", "failed"]
UploadState = Literal["queued", "working", "paused", "ready", "publishing", "published", "failed", "cancelled"]
"""``queued``: others are being worked on. ``paused``: a person stopped it; it goes on where it was."""
STAGES: tuple[StageName, ...] = ("hash", "check", "cut", "seal", "store", "pin", "register", "elsewhere")


class UploadIn(Request):
    """Start an upload of a file by its absolute path."""

    path: str


class DraftIn(Request):
    """The form, saved at each key stroke: raw text, checked only on publishing."""

    title: str = ""
    description: str = ""
    price_text: str = ""
    """Dollars per ten seconds as typed, such as ``0.01``."""
    preview_chunks: int = 1
    node: Annotated[str, Field(max_length=600)] = ""
    """The node to publish on, by its address; empty for the one on this computer."""


class StageOut(Answer):
    """One named stage with its bar."""

    name: StageName
    state: StageState
    done: int = 0
    total: int = 0
    bytes_per_s: int = 0
    """How fast it was when it was last looked at; 0 where that means nothing."""
    problem: ProblemOut | None = None
    """Why it failed, where the upload itself went on."""
    can_retry: bool = False
    """Whether this stage alone can be done again."""


class FileFacts(Answer):
    """What was measured in the file."""

    duration_ms: int
    width: int
    height: int
    fps_text: str
    video_codec: str
    audio_codec: str | None
    chunk_count: int | None
    """None until the file is cut."""


class UploadOut(Answer):
    """An upload with its stages, its form and, when there is one, its problem."""

    id: str
    file_name: str
    size_bytes: int
    state: UploadState
    stages: tuple[StageOut, ...]
    facts: FileFacts | None
    draft: DraftIn
    problem: ProblemOut | None
    content_id: str | None
    poster: str | None
    """CID of the poster, to be fetched with ``blob``."""
    created_at: Moment


class PriceQuote(Answer):
    """What a price per ten seconds means for this film."""

    per_ten_seconds: MoneyField
    per_minute: MoneyField
    whole: MoneyField
    """The price of all chunks that are not free."""
    creator_share: MoneyField
    """Nine tenths of whole, for one viewer who watches all of it."""
