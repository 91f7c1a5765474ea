"""A channel: who it is, what it sells, whether this viewer follows it, and joining one of its tiers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from player.parts.last_seen import last_seen_of
from player.parts.pictures_view_model import KeptPictures
from services.units.address import address
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.client import DeskClient
    from services.client.library import Standing
    from services.units.address import Address
    from services.wire.catalogue import ItemOut
    from services.wire.memberships import MembershipsOut, OwnMembershipOut, OwnPaymentOut, QuoteOut
    from services.wire.profiles import CreatorPageOut, StandingsOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class ChannelState:
    """page is None until it is read; pictures by CID, encoded. quote: the sum that waits for the viewer's consent.

    busy: while a sum is asked for or paid, until what it opened is known. refused: what was asked for last and did not
    happen. as_of: of a page that was seen before, while its node does not answer.
    """

    creator: str = ""
    name: str = ""
    node: str = ""
    page: CreatorPageOut | None = None
    as_of: datetime | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    standing: Standing | None = None
    memberships: tuple[OwnMembershipOut, ...] = ()
    quote: QuoteOut | None = None
    busy: bool = False
    problem: Problem | None = None
    refused: Problem | None = None

    @property
    def shown_name(self) -> str:
        """As the creator writes itself, else as its films name it."""
        return (self.page.profile.name if self.page is not None else "") or self.name

    @property
    def is_answered(self) -> bool:
        """Whether the creator answers this viewer's messages, by the tier that is paid for."""
        answering = () if self.page is None else self.page.answering
        return any(self.membership(tier_id) is not None for tier_id in answering)

    def membership(self, tier_id: str) -> OwnMembershipOut | None:
        """Give this viewer's membership of a tier while it is open."""
        mine = (one for one in self.memberships if one.membership.tier_id == tier_id and one.state != "lapsed")
        return next(mine, None)


class ChannelViewModel(ViewModel[ChannelState]):
    """Loads a creator's page from the node that has it."""

    watches = frozenset({"catalogue", "tier", "membership", "profile"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ChannelState())
        self._last_seen = last_seen_of(context.profile_path, context.desk_id)
        self._pictures = KeptPictures(self._act, self._last_seen, self._on_picture)

    @property
    def _creator(self) -> Address:
        return address(self.state.creator)

    def open(self, creator: str, name: str, node: str) -> None:
        """Show a creator."""
        if creator != self.state.creator:
            self._state = ChannelState()
        self._set(creator=creator, name=name, node=node)
        self.refresh()

    def refresh(self) -> None:
        """Read the page again."""
        if not self.state.creator:
            return
        creator, node = self._creator, self.state.node

        async def load(desk: DeskClient) -> CreatorPageOut:
            page = await desk.profiles.page(creator, node=node)
            if self._last_seen is not None:
                await asyncio.to_thread(self._last_seen.keep_channel, page)
            return page

        self._fetch(load, self._on_page, self._on_no_page)
        self._act(lambda desk: desk.library.standings(), self._on_standings, self._not_now)
        self._act(lambda desk: desk.memberships.mine(), self._on_memberships, self._not_now)

    def open_film(self, item: ItemOut) -> None:
        """Go and watch."""
        self.context.navigate("watch", {"content_id": item.content_id})

    # ── following ──

    def stand(self, kind: Standing) -> None:
        """Follow or block the creator, or do so no longer."""
        creator, name, node = self._creator, self.state.shown_name, self.state.node
        if self.state.standing == kind:
            self._act(lambda desk: desk.library.stand_no_more(kind, creator), self._on_standings, self._on_not_stood)
        else:
            self._act(
                lambda desk: desk.library.stand(kind, creator, name=name, node=node),
                self._on_standings,
                self._on_not_stood,
            )

    # ── joining ──

    def ask(self, tier_id: str) -> None:
        """Ask what a tier costs now; nothing is paid by that."""
        if not self.state.busy:
            node = self.state.node
            self._set(busy=True, refused=None)
            self._act(lambda desk: desk.memberships.quote(tier_id, node=node), self._on_quote, self._on_refused)

    def join(self) -> None:
        """Pay the sum that is shown."""
        quote, node = self.state.quote, self.state.node
        if quote is None or self.state.busy:
            return
        self._set(busy=True, refused=None)
        self._act(
            lambda desk: desk.memberships.join(quote.tier_id, amount=quote.amount, node=node),
            self._on_joined,
            self._on_refused,
        )

    def leave_quote(self) -> None:
        """Go back to the tiers; not while it is being paid."""
        if not self.state.busy:
            self._set(quote=None, refused=None)

    def _on_quote(self, quote: QuoteOut) -> None:
        self._set(quote=quote, busy=False)

    def _on_joined(self, _paid: OwnPaymentOut) -> None:
        self._act(lambda desk: desk.memberships.mine(), self._on_opened, self._on_refused)
        self.refresh()

    def _on_opened(self, mine: MembershipsOut) -> None:
        self._on_memberships(mine)
        self._set(quote=None, busy=False)

    def _on_refused(self, problem: Problem) -> None:
        self._set(quote=None, busy=False, refused=problem)

    # ── what comes back ──

    def _on_page(self, page: CreatorPageOut) -> None:
        self._set(page=page, as_of=None, problem=None)
        self._load_pictures(page)

    def _on_no_page(self, problem: Problem) -> None:
        seen = None
        if self._last_seen is not None and self.state.page is None:
            seen = self._last_seen.recall_channel(self.state.creator)
        self._set(problem=problem)
        if seen is not None:
            page, as_of = seen
            self._set(page=page, as_of=as_of)
            self._load_pictures(page)

    def _load_pictures(self, page: CreatorPageOut) -> None:
        pictures = (page.profile.avatar, page.profile.banner, *(film.poster for film in page.films))
        self._pictures.want(None if picture is None else str(picture) for picture in pictures)

    def _on_picture(self, cid: str, data: bytes) -> None:
        self._set(pictures={**self.state.pictures, cid: data})

    def _on_standings(self, standings: StandingsOut) -> None:
        creator = self.state.creator.lower()
        follows = any(row.creator.lower() == creator for row in standings.follows)
        blocked = any(row.creator.lower() == creator for row in standings.blocked)
        self._set(standing="follows" if follows else "blocked" if blocked else None)

    def _on_memberships(self, mine: MembershipsOut) -> None:
        creator = self.state.creator.lower()
        self._set(memberships=tuple(one for one in mine.memberships if one.membership.creator.lower() == creator))

    def _on_not_stood(self, problem: Problem) -> None:
        self._set(refused=problem)

    def _not_now(self, _problem: Problem) -> None:
        """The page is whole without it."""
