"""What the upload page shows: the form as typed, and how far the file is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.opening_time import parse
from studio.pages.upload.mistakes import mistakes

if TYPE_CHECKING:
    from datetime import datetime

    from services.wire.access import Visibility
    from services.wire.nodes import NodeOut
    from services.wire.pricing import SuggestionOut
    from services.wire.tiers import TierOut
    from services.wire.uploads import Category, Intent, LookOut, PriceQuote, UploadOut
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as typed."""

    title: str = ""
    description: str = ""
    price_text: str = ""
    preview_chunks: int = 1
    node: str = ""
    """Where to publish: a node's address, empty for this computer."""
    visibility: Visibility = "chunks"
    tiers: tuple[str, ...] = ()
    """Which of that node's tiers open it."""
    category: Category = "other"
    intent: Intent = "balance"
    tags: tuple[str, ...] = ()
    opens_text: str = ""
    """When it is to be there for everybody, as typed; empty for as soon as it is published."""

    @property
    def opens_at(self) -> datetime | None:
        """The moment that was typed; None for none, or what is no moment yet."""
        return parse(self.opens_text)


@dataclass(frozen=True, slots=True)
class UploadState:
    """loaded is False until the service was asked once; upload is None while no file was chosen."""

    loaded: bool = False
    upload: UploadOut | None = None
    draft: Draft = Draft()
    quote: PriceQuote | None = None
    poster: bytes | None = None
    busy: bool = False
    leaving: bool = False
    """Whether the upload is discarded in a moment, and can be taken back until then."""
    unsaved: bool = False
    problem: Problem | None = None
    nodes: tuple[NodeOut, ...] = ()
    path: str = ""
    """A file that was chosen and not begun yet."""
    look: LookOut | None = None
    suggestion: SuggestionOut | None = None
    words: str = ""
    """The suggestion as somebody else explains it; empty for nobody."""
    tiers: tuple[TierOut, ...] = ()
    """The creator's tiers at the node where it is meant to go."""

    @property
    def mistakes(self) -> dict[str, str]:
        """What is wrong with the form, a sentence a field; a field that is still empty is not wrong yet."""
        return mistakes(self.draft)

    @property
    def place(self) -> NodeOut | None:
        """The node that is chosen; None for this computer."""
        return next((node for node in self.nodes if node.address == self.draft.node), None)

    @property
    def is_place_settled(self) -> bool:
        """Whether the film may go where it is meant to: the person knows what that node can do with it."""
        place = self.place
        return place.is_agreed if place is not None else not self.draft.node

    @property
    def can_publish(self) -> bool:
        """True when a click on "publish" would be taken."""
        ready = self.upload is not None and self.upload.state == "ready" and self.is_place_settled
        complete = bool(self.draft.title.strip()) and self.quote is not None and not self.mistakes
        has_tier = self.draft.visibility != "members" or bool(self.draft.tiers)
        return ready and not self.busy and complete and has_tier
