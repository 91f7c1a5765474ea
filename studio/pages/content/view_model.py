"""Films for sale and uploads on their way, as one list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from datetime import datetime

    from services.units.money import Money
    from services.wire.catalogue import ItemOut
    from services.wire.nodes import LinkOut, NodeOut
    from services.wire.uploads import UploadOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

RowState = Literal["live", "queued", "working", "paused", "ready", "publishing", "failed", "cancelled"]


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
    node_name: str = ""
    moving: str = ""
    poster: str | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContentState:
    """None: not loaded yet."""

    items: tuple[ItemOut, ...] | None = None
    uploads: tuple[UploadOut, ...] | None = None
    nodes: tuple[NodeOut, ...] = ()
    chosen_id: str = ""
    """The film whose place is shown; empty for none."""
    picked: str | None = None
    """Where the chosen film is meant to go; None until a person says so."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def chosen(self) -> ItemOut | None:
        """The film whose place is shown."""
        return next((item for item in self.items or () if item.content_id == self.chosen_id), None)

    @property
    def target(self) -> str | None:
        """The address where the chosen film would go; None where there is no other place."""
        item = self.chosen
        if item is None:
            return None
        places = [place for place in ("", *(node.address for node in self.nodes)) if place != item.node]
        return self.picked if self.picked in places else next(iter(places), None)

    @property
    def target_node(self) -> NodeOut | None:
        """The node where it would go; None for this computer."""
        return next((node for node in self.nodes if node.address == self.target), None)

    @property
    def can_move(self) -> bool:
        """True when a click on "move" would be taken."""
        knows = self.target_node is None or self.target_node.is_agreed
        return self.target is not None and knows and not self.busy

    @property
    def here(self) -> int:
        """How many films sell from this computer only while it is awake."""
        return sum(1 for item in self.items or () if not item.node)

    @property
    def rows(self) -> tuple[ContentRow, ...] | None:
        """What waits first, then what is live; None until both lists are there."""
        if self.items is None or self.uploads is None:
            return None
        waiting = [_of_upload(upload) for upload in self.uploads if upload.state != "published"]
        return (*waiting, *(_of_item(item) for item in self.items))


class ContentViewModel(ViewModel[ContentState]):
    """Loads films, uploads and nodes. Signal: ``link(text, is_reachable)`` when a link was asked for and came."""

    link = Signal(str, bool)

    watches = frozenset({"upload", "catalogue", "node"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ContentState())

    def refresh(self) -> None:
        """Load films and uploads."""
        self._fetch(lambda desk: desk.earnings.items(), self._on_items)
        self._act(lambda desk: desk.uploads.list(), self._on_uploads)
        self._act(lambda desk: desk.nodes.list(), self._on_nodes, self._no_nodes)

    def choose(self, content_id: str) -> None:
        """Show the place of a film; empty for none."""
        if content_id != self.state.chosen_id:
            self._set(chosen_id=content_id, picked=None)

    def pick(self, address: str) -> None:
        """Say where the chosen film is meant to go."""
        self._set(picked=address)

    def agree(self, address: str) -> None:
        """Note that the person knows what a node can do with films."""
        self._act(lambda desk: desk.nodes.agree(address), self._on_nodes)

    def move(self) -> None:
        """Move the chosen film to where it is meant to go."""
        content_id, target = self.state.chosen_id, self.state.target
        if self.state.can_move and target is not None:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.earnings.move(content_id, node=target), self._on_moved)

    def copy_link(self) -> None:
        """Put the link to the chosen film on the clipboard."""
        content_id = self.state.chosen_id
        self._act(lambda desk: desk.earnings.link(content_id), self._on_link)

    def _on_moved(self, items: tuple[ItemOut, ...]) -> None:
        self._set(items=items, busy=False, picked=None, problem=None)

    def _on_link(self, link: LinkOut) -> None:
        self.link.emit(link.text, link.is_reachable)

    def _on_nodes(self, nodes: tuple[NodeOut, ...]) -> None:
        self._set(nodes=nodes)

    def _no_nodes(self, _problem: Problem) -> None:
        """Films at home need no list."""

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
        node_name=item.node_name,
        moving=item.moving,
        poster=item.poster,
        opens_at=item.opens_at,
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
        poster=upload.poster,
    )
