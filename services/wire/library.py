"""Films that a viewer keeps on this disk."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.wire.base import Answer, ContentIdField, Moment, ProblemOut, Request

DownloadState = Literal["waiting", "coming", "here", "failed"]
MAX_DISK_BYTES = 1_000_000_000_000


class DownloadOut(Answer):
    """A film that is to be on this disk, as far as it is this account's to keep."""

    content_id: ContentIdField
    title: str
    state: DownloadState
    done: int
    """Parts that are here."""
    of: int
    """Parts that this account may keep."""
    chunk_count: int
    size_bytes: int
    """What its parts take here."""
    beside_node: bool
    """Whether the node that has it keeps its parts on this very disk: nothing more is taken, nothing can be freed."""
    problem: ProblemOut | None
    at: Moment


class DownloadsOut(Answer):
    """All of them, latest first, and the room for films from elsewhere."""

    downloads: tuple[DownloadOut, ...]
    taken_bytes: int
    """By downloads, and by bought parts that were watched."""
    limit_bytes: int
    free_bytes: int
    """What the disk has left."""


class RoomIn(Request):
    """How much of the disk films may take, in bytes."""

    limit_bytes: Annotated[int, Field(ge=0, le=MAX_DISK_BYTES)]
