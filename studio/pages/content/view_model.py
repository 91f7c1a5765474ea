"""Films for sale and uploads on their way, as one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from datetime import datetime

    from services.units.money import Money
    from services.wire.catalogue import ItemOut
    from services.wire.uploads import UploadOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

RowState = Literal["live", "working", "ready", "publishing", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class ContentRow:
    """One film or upload. Exactly one of content_id and upload_id is not empty."""

    title: str
    state: RowState
    duration_ms: int | None
    price: Money | None
    chunk_count: int | None
    free_chunks: int | None
    at: datetime
    content_id: str = ""
    upload_id: str = ""


@dataclass(frozen=True, slots=True)
class ContentState:
    """None: not loaded yet."""

    items: tuple[ItemOut, ...] | None = None
    uploads: tuple[UploadOut, ...] | None = None
    busy: bool = False
    problem: Problem | None = None

    @property
    def rows(self) -> tuple[ContentRow, ...] | None:
        """What waits first, then what is live; None until both lists are there."""
        if self.items is None or self.uploads is None:
            return None
        waiting = [_of_upload(upload) for upload in self.uploads if upload.state != "published"]
        return (*waiting, *(_of_item(item) for item in self.items))


class ContentViewModel(ViewModel[ContentState]):
    """Loads both lists."""

    watches = frozenset({"upload", "catalogue"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ContentState())

    def refresh(self) -> None:
        """Load films and uploads."""
        self._fetch(lambda desk: desk.earnings.items(), self._on_items)
        self._act(lambda desk: desk.uploads.list(), self._on_uploads)

    def _on_items(self, items: tuple[ItemOut, ...]) -> None:
        self._set(items=items, problem=None)

    def _on_uploads(self, uploads: tuple[UploadOut, ...]) -> None:
        self._set(uploads=uploads)


def _of_item(item: ItemOut) -> ContentRow:
    return ContentRow(
        title=item.title,
        state="live",
        duration_ms=item.duration_ms,
        price=item.price_per_ten_seconds,
        chunk_count=item.chunk_count,
        free_chunks=item.free_chunks,
        at=item.published_at,
        content_id=str(item.content_id),
    )


def _of_upload(upload: UploadOut) -> ContentRow:
    state: RowState = "live" if upload.state == "published" else upload.state
    return ContentRow(
        title=upload.draft.title.strip() or upload.file_name,
        state=state,
        duration_ms=upload.facts.duration_ms if upload.facts else None,
        price=None,
        chunk_count=upload.facts.chunk_count if upload.facts else None,
        free_chunks=None,
        at=upload.created_at,
        upload_id=upload.id,
    )
