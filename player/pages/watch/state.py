"""What the watch page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from player.core.deposit import Deposit, announced
from player.core.figures import Figures
from player.core.playback import Playback, State
from player.core.timeline import Access, Chunk, Stretch, Timeline, price_per_minute
from player.pages.watch.joining import Joining
from player.pages.watch.tracks import Tracks
from services.units.money import ZERO, Money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.wire.catalogue import BudgetOut, ItemOut, PlaybackOut
    from services.wire.desk import ReceiptOut
    from studio.kit.problems import Problem

# Answers in which money may have moved: look it up, never offer to pay again.
_UNSETTLED = ("payment.unknown", "payment.in_progress", "transaction.unknown")
# After these nothing more of the film is sold: a card that offers it would ask for money that is refused.
_ENDS_SALE = ("content.wrong_key", "content.not_for_sale")
FIVE_MINUTES_MS = 300_000


class Cause(Enum):
    """Why playback stands at a locked part."""

    LOCKED = "locked"
    BUDGET = "budget"
    DEPOSIT = "deposit"
    """More has to go into the channel than was allowed: the viewer is asked again."""
    BUYING = "buying"
    MEMBERS = "members"
    """Nobody buys it by the part: only members of its tiers watch it."""
    UNKNOWN = "unknown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Way:
    """How the next purchase of a film is paid, as its service announced it; why: see services.wire.catalogue."""

    by_channel: bool = True
    why: str = ""
    usual_deposit: Money = ZERO

    @classmethod
    def of(cls, film: PlaybackOut) -> Way:
        """Read it."""
        payment = film.payment
        return cls(payment.method == "channel", payment.why, payment.deposit)


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """A purchase that waits for the viewer to confirm a larger deposit."""

    stretch: Stretch
    deposit: Deposit


@dataclass(frozen=True, slots=True)
class Paywall:
    """The card over the last frame.

    wanted: what the first button buys. stretch: all locked parts in a row from here; minutes: those of the next five
    minutes. deposit: what goes into the channel with a click; nothing while there is enough in it.
    """

    cause: Cause
    wanted: Stretch
    per_ten_seconds: Money
    rest: Money
    stretch: Stretch
    minutes: Stretch
    way: Way
    deposit: Deposit
    creator: str
    limit: Money | None
    available: Money | None
    problem: Problem | None
    joining: Joining = field(default_factory=Joining)

    @property
    def is_selling(self) -> bool:
        """Whether parts are offered here."""
        if self.cause is Cause.REFUSED and self.problem is not None:
            return self.problem.code not in _ENDS_SALE
        return self.cause is not Cause.MEMBERS and self.joining.quote is None

    @property
    def per_minute(self) -> Money:
        """The price of a minute."""
        return price_per_minute(self.per_ten_seconds)


@dataclass(frozen=True, slots=True)
class WatchState:
    """``item`` is None until a film is chosen and read; ``problem`` is about the film, ``refusal`` about a purchase."""

    content_id: str = ""
    item: ItemOut | None = None
    timeline: Timeline | None = None
    playback: Playback = field(default_factory=Playback)
    position_ms: int = 0
    bought: frozenset[int] = frozenset()
    spent: Money = ZERO
    budget: BudgetOut | None = None
    available: Money | None = None
    buying: frozenset[int] = frozenset()
    refusal: Problem | None = None
    way: Way = field(default_factory=Way)
    chosen_deposit: Money | None = None
    """What the viewer typed; None: as announced."""
    asked: AskedAgain | None = None
    joining: Joining = field(default_factory=Joining)
    problem: Problem | None = None
    poster: bytes | None = None
    receipts: tuple[ReceiptOut, ...] | None = None
    shows_receipts: bool = False
    asked_back: Mapping[str, str] = field(default_factory=dict)
    """How the refunds stand that were asked for, by receipt (services.wire.memberships.RefundState)."""
    volume: int = 100
    muted: bool = False
    speed: float = 1.0
    tracks: Tracks = field(default_factory=Tracks)
    figures: Figures = field(default_factory=Figures)
    shows_figures: bool = False
    shows_keys: bool = False
    following: ItemOut | None = None
    """What to watch next: the creator's next film, else any other."""
    busy: bool = False

    @property
    def is_playing(self) -> bool:
        """Whether the film runs, or will as soon as it can."""
        state = self.playback.state
        return state in (State.PLAYING, State.STALLED) or (state is State.OPENING and self.playback.wanted)

    @property
    def here(self) -> Chunk | None:
        """The chunk at the position."""
        return None if self.timeline is None else self.timeline.chunk_at(self.position_ms)

    @property
    def paywall(self) -> Paywall | None:
        """The card to show, None while nothing has to be decided."""
        here, item = self.here, self.item
        if self.playback.state is not State.PAYWALLED or here is None or item is None or self.timeline is None:
            return None
        timeline = self.timeline
        here_only = Stretch(here.index, 1, here.price)
        return Paywall(
            cause=self._cause(here),
            wanted=here_only if self.asked is None else self.asked.stretch,
            per_ten_seconds=item.price_per_ten_seconds,
            rest=timeline.rest_price(here.index),
            stretch=timeline.locked_stretch(here.index),
            minutes=timeline.locked_stretch(here.index, within_ms=FIVE_MINUTES_MS),
            way=self.way,
            deposit=self._deposit(here),
            creator=item.creator_name,
            limit=None if self.budget is None else self.budget.limit,
            available=self.available,
            problem=self.refusal,
            joining=self.joining,
        )

    def _deposit(self, here: Chunk) -> Deposit:
        if not self.way.by_channel:
            return Deposit()
        if self.asked is not None:
            return self.asked.deposit.with_choice(self.chosen_deposit)
        usual = announced(self.way.usual_deposit, price=here.price, available=self.available)
        return usual.with_choice(self.chosen_deposit)

    def _cause(self, here: Chunk) -> Cause:
        if here.index in self.buying:
            return Cause.BUYING
        if self.joining.is_members_only and here.access is Access.LOCKED:
            return Cause.MEMBERS
        if self.refusal is not None and not self._has_money_now(self.refusal):
            return self._cause_of(self.refusal)
        if here.access is Access.BUYING:
            return Cause.UNKNOWN
        if self.budget is not None and self.budget.limit - self.budget.spent < here.price:
            return Cause.BUDGET
        return Cause.LOCKED

    def _has_money_now(self, refusal: Problem) -> bool:
        """Whether money was missing and is there by now: the card offers the part again, by a click."""
        amount = refusal.params.get("amount", "")
        is_short = refusal.code == "payment.insufficient" and self.available is not None and amount.isdecimal()
        return is_short and self.available is not None and self.available >= Money(int(amount))

    def _cause_of(self, refusal: Problem) -> Cause:
        if refusal.code in _UNSETTLED:
            return Cause.UNKNOWN
        if self.asked is not None:
            return Cause.DEPOSIT
        return Cause.BUDGET if refusal.code == "budget.session" else Cause.REFUSED


def timeline_of(film: PlaybackOut) -> Timeline:
    """Read a film's chunks; one whose payment is being looked up counts as being bought."""
    return Timeline(
        tuple(
            Chunk(
                chunk.index,
                chunk.start_ms,
                chunk.end_ms,
                chunk.price,
                Access.BUYING if chunk.access == "pending" else Access(chunk.access),
            )
            for chunk in film.chunks
        )
    )
