"""What is for sale, and the films a person can play."""

from __future__ import annotations

from typing import Literal

from services.units.money import ZERO
from services.wire.base import AddressField, Answer, ContentIdField, Moment, MoneyField, Request
from services.wire.desk import Method
from services.wire.memberships import QuoteKind
from services.wire.uploads import ChapterOut

Access = Literal["free", "owned", "pending", "locked"]


class ItemOut(Answer):
    """One film on a card."""

    content_id: ContentIdField
    title: str
    description: str
    creator: AddressField
    creator_name: str
    duration_ms: int
    width: int
    height: int
    price_per_ten_seconds: MoneyField
    chunk_count: int
    free_chunks: int
    owned_chunks: int
    """Bought by this desk's account; free chunks not counted."""
    poster: str | None
    position_ms: int
    """Where this desk stopped watching; 0 when it never did."""
    published_at: Moment
    node: str = ""
    """The address of the node that it comes from; empty for the one on this computer."""
    node_name: str = ""
    moving: Literal["", "coming", "leaving"] = ""
    """Of an own film: on its way to this node, or away from it."""
    tags: tuple[str, ...] = ()
    opens_at: Moment | None = None
    """When it will be there for everybody; None for a film that is. Who sees it before owns it, or has it early."""
    lock: Literal["", "members", "tier"] = ""
    """Why this account cannot watch it now, even by paying for parts: it is for members, and this account is none, or
    one of a tier that does not open it."""
    kept: Literal["", "waiting", "coming", "here", "failed"] = ""
    """Whether it is to be on this disk, and how far that is; told in the library only."""
    watched_at: Moment | None = None
    """When this desk watched it last; told in the library only."""
    may_keep: bool = False
    """Whether parts of it may be kept on this disk: free, owned, or lent by a tier with offline copies; told in the
    library only."""
    is_archived: bool = False
    """Taken out of list and sale by its creator; what was bought plays on."""


class ItemsPageOut(Answer):
    """A part of the list of films for sale; ``cursor`` asks for the next one, empty at the end."""

    items: tuple[ItemOut, ...]
    cursor: str


class ChunkOut(Answer):
    """A part of about ten seconds, with what this account may do with it."""

    index: int
    start_ms: int
    end_ms: int
    price: MoneyField
    access: Access


class BudgetOut(Answer):
    """ "Keep buying up to": what the service may spend on one film without asking again."""

    limit: MoneyField
    spent: MoneyField

    @property
    def remaining_micros(self) -> int:
        """What is left, in micro-USDC, never negative."""
        return max(0, self.limit.micros - self.spent.micros)


class FilmPaymentOut(Answer):
    """How the next part of a film would be paid.

    why: why not by channel, empty otherwise: setting (the person's choice), node (it offers none), withdrawing or
    refunding (the channel is on its way back), unknown_chain, not_deployed or other_code (the chain has no contract
    that we know), unreachable (the chain cannot be asked).
    """

    method: Method = "channel"
    why: str = ""
    deposit: MoneyField = ZERO
    """What the next purchase would put into the channel; 0 when there is enough in it."""


class AccessTierOut(Answer):
    """A tier that opens a film, with its price a period.

    kind: what joining it would be for this account; a downgrade begins when the present tier ends. due: what that costs
    before what counts toward it, where it is not the price. counted: what this account paid by the part this month.
    """

    tier_id: str
    name: str
    price: MoneyField
    kind: QuoteKind = "join"
    due: MoneyField | None = None
    counted: MoneyField = ZERO


class FilmAccessOut(Answer):
    """How a film is to be had: public, by the chunk, or for members of tiers only; as it was when it was opened."""

    visibility: Literal["public", "chunks", "members"] = "chunks"
    tiers: tuple[AccessTierOut, ...] = ()
    pass_tier: str = ""
    """The pass that opens it as well; empty where none does."""


class CaptionOut(Answer):
    """Captions that came with a film: whose words (a code of two or three letters, or empty), and what they are called.

    They are read by their place: /playback/{content_id}/captions/{place}.
    """

    language: str
    name: str


class PlaybackOut(Answer):
    """A film opened for playing: its timeline and its money."""

    item: ItemOut
    chunks: tuple[ChunkOut, ...]
    position_ms: int
    spent: MoneyField
    """Paid by this account for this film, ever."""
    budget: BudgetOut | None
    available: MoneyField | None
    payment: FilmPaymentOut = FilmPaymentOut()
    access: FilmAccessOut = FilmAccessOut()
    captions: tuple[CaptionOut, ...] = ()
    chapters: tuple[ChapterOut, ...] = ()


class BuyIn(Request):
    """Buy chunks first_chunk … first_chunk + chunk_count − 1. ``auto``: inside the budget, without a click.

    max_deposit: what a person allows to go into the channel; without it, what PlaybackOut.payment announced, or for
    an automatic purchase what the film's budget has left. shown: what the person was told that these chunks cost.
    """

    first_chunk: int
    chunk_count: int = 1
    auto: bool = False
    max_deposit: MoneyField | None = None
    shown: MoneyField | None = None


class PurchaseOut(Answer):
    """How a purchase ended. Only ``keyed`` means that the chunks can be played."""

    intent: str
    first_chunk: int
    chunk_count: int
    amount: MoneyField
    state: Literal["keyed", "unknown", "refused"]
    spent: MoneyField
    budget: BudgetOut | None
    available: MoneyField | None


PURCHASE = "Museclock-Purchase"
"""The header beside an unlocked chunk: PurchaseOut as JSON."""


class BudgetIn(Request):
    """Set the budget of a film; 0 takes it away."""

    limit: MoneyField


class PositionIn(Request):
    """Remember where a person is in a film."""

    position_ms: int
