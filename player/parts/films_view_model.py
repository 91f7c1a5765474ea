"""Lists of films: fetched from the desk, with their posters, narrowed by what the viewer wants to see."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QTimer

from player.parts.last_seen import last_seen_of
from player.parts.pictures_view_model import KeptPictures
from studio.kit.format import size
from studio.kit.problems import advice
from studio.kit.view_model import ViewModel
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut, ItemsPageOut
    from services.wire.moderation import ReportOut, ReportReason
    from services.wire.profiles import StandingsOut
    from services.wire.storage import ExportOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

# Watched for less than this, or to nearly the end, a film is not offered to go on with.
_BEGUN_MS, _OVER_MS = 2_000, 3_000
_ROW, _TAGS = 4, 10
# Tags are those of the newest films: a long list is not counted anew at every key.
_TAGGED = 500
# What stands beside the list is asked for when that is here, not to delay it, or after so long where a node is slow.
_BESIDES_MS = 150

Shelf = Literal["all", "owned", "begun", "history", "disk"]
_LINK = re.compile(r"museclock://[0-9]+/content/0x[0-9a-fA-F]{64}(\?node=\S+)?")


@dataclass(frozen=True, slots=True)
class FilmsState:
    """items is None until they are loaded; posters by CID, encoded. as_of: of a list that was seen before."""

    items: tuple[ItemOut, ...] | None = None
    watched: tuple[ItemOut, ...] = ()
    posters: Mapping[str, bytes] = field(default_factory=dict)
    query: str = ""
    tag: str = ""
    shelf: Shelf = "all"
    hides_locked: bool = False
    follows: frozenset[str] = frozenset()
    newest: tuple[ItemOut, ...] = ()
    """Of those who are followed; empty until it is read."""
    blocked: frozenset[str] = frozenset()
    as_of: datetime | None = None
    cursor: str | None = ""
    """Behind what is shown of a list that comes in parts; None at its end."""
    loading: bool = False
    """Whether the next part is on its way."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def shown(self) -> tuple[ItemOut, ...]:
        """The films of the list that the viewer wants to see."""
        on_shelf = (item for item in self._wanted() if _is_on(self.shelf, item))
        return tuple(item for item in on_shelf if not self.tag or self.tag in item.tags)

    @property
    def locked_away(self) -> int:
        """How many films are missing because they cannot be watched."""
        return sum(1 for item in self.items or () if item.lock) if self.hides_locked else 0

    @property
    def unfinished(self) -> ItemOut | None:
        """The first film that was begun and not ended."""
        begun = (item for item in self.watched or self.items or () if _is_begun(item))
        return next(begun, None)

    @property
    def fresh(self) -> tuple[ItemOut, ...]:
        """The newest films of followed creators; while they are not read, those that the list has."""
        found = self._wanted(self.newest) if self.newest else self._wanted()
        theirs = (item for item in found if item.creator in self.follows)
        return tuple(sorted(theirs, key=lambda item: item.published_at, reverse=True))[:_ROW]

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the list, the most used first."""
        counts: dict[str, int] = {}
        for item in self._wanted()[:_TAGGED]:
            for tag in item.tags:
                counts[tag] = counts.get(tag, 0) + 1
        return tuple(sorted(counts, key=lambda tag: (-counts[tag], tag))[:_TAGS])

    def _wanted(self, items: tuple[ItemOut, ...] | None = None) -> tuple[ItemOut, ...]:
        return tuple(
            item
            for item in items or self.items or ()
            if item.creator not in self.blocked and not (self.hides_locked and item.lock)
        )


def _is_on(shelf: Shelf, item: ItemOut) -> bool:
    match shelf:
        case "owned":
            return item.owned_chunks > 0
        case "begun":
            return _is_begun(item)
        case "history":
            return item.watched_at is not None
        case "disk":
            return bool(item.kept)
        case "all":
            return True


def _is_begun(item: ItemOut) -> bool:
    return _BEGUN_MS < item.position_ms < item.duration_ms - _OVER_MS


def _mentions(item: ItemOut, query: str) -> bool:
    said = " ".join((item.title, item.creator_name, *item.tags)).casefold()
    return all(word in said for word in query.casefold().split())


class FilmsViewModel(ViewModel[FilmsState]):
    """Loads a list by ``job`` and the posters that are not there yet; without a service, what it showed last.

    name: under which the list is kept for that; none: it is not.
    """

    watches = frozenset({"catalogue", "purchase", "library", "membership", "download"})

    def __init__(
        self,
        context: PageContext,
        job: Callable[[DeskClient, str], Awaitable[tuple[ItemOut, ...]]],
        *,
        name: str = "",
        is_home: bool = False,
    ) -> None:
        super().__init__(context, FilmsState())
        self._job, self._name, self._is_home = job, name, is_home
        self._last_seen = last_seen_of(context.profile_path, context.desk_id) if name else None
        self._pictures = KeptPictures(self._act, self._last_seen, self._on_poster)
        self._link = ""
        self._grown = False
        self._besides = QTimer(self)
        self._besides.setSingleShot(True)
        self._besides.setInterval(_BESIDES_MS)
        self._besides.timeout.connect(self._load_besides)

    def refresh(self) -> None:
        """Load the list again, and on the home page what it shows besides."""
        self._load_list()
        if self._is_home:
            self._besides.start()

    def _load_besides(self) -> None:
        self._besides.stop()
        self._act(lambda desk: desk.catalogue.library(), self._on_watched, self._not_now)
        self._act(lambda desk: desk.library.standings(), self._on_standings, self._not_now)
        self._act(lambda desk: desk.library.newest(), self._on_newest, self._not_now)

    def _go_on(self) -> None:
        """The list was answered for: what waited for that is asked for now."""
        if self._besides.isActive():
            self._load_besides()

    def _load_list(self) -> None:
        query = self.state.query
        self._set(busy=True)

        async def load(desk: DeskClient) -> tuple[ItemOut, ...]:
            items = await self._job(desk, query)
            if self._last_seen is not None and not query:
                await asyncio.to_thread(self._last_seen.keep, self._name, items)
            return items

        self._fetch(load, self._on_items, self._on_no_items)

    def search(self, query: str) -> None:
        """Narrow the list by words; a link to a film opens it."""
        words = query.strip()
        if _LINK.fullmatch(words):
            if words != self._link:
                self._link = words
                self._act(lambda desk: desk.nodes.open_link(words), self.open_film)
            return
        self._link = ""
        if words != self.state.query:
            self._set(query=words, cursor="", loading=False)
            self._grown = False
            # A key asks for the list only: what was watched and who is followed does not depend on it.
            self._load_list()

    def choose_tag(self, tag: str) -> None:
        """Show films with a tag only; empty for all."""
        self._set(tag="" if tag == self.state.tag else tag, cursor="", loading=False)
        if self._is_home and self.state.tag:
            self.load_more()

    def load_more(self) -> None:
        """Add the next part of the list, if there is one and it is not on its way."""
        state = self.state
        if state.items is None or state.cursor is None or state.loading or state.problem is not None:
            return
        self._set(loading=True)
        wish = (state.query, state.tag)
        self._act(
            lambda desk: desk.catalogue.page(query=wish[0], tag=wish[1], cursor=state.cursor or ""),
            partial(self._on_page, wish),
            partial(self._on_no_page, wish),
        )

    def _on_page(self, wish: tuple[str, str], page: ItemsPageOut) -> None:
        if wish != (self.state.query, self.state.tag):
            return
        known = {item.content_id for item in self.state.items or ()}
        fresh = tuple(item for item in page.items if item.content_id not in known)
        self._grown = self._grown or bool(fresh)
        self._set(items=(self.state.items or ()) + fresh, cursor=page.cursor or None, loading=False)
        self._load_posters(fresh)
        if not fresh:
            # The first part is what was there already.
            self.load_more()

    def _on_no_page(self, wish: tuple[str, str], _problem: Problem) -> None:
        # What is shown stays; scrolling on asks again.
        if wish == (self.state.query, self.state.tag):
            self._set(loading=False)

    def choose_shelf(self, shelf: Shelf) -> None:
        """Show all films, or those that were begun, that parts are owned of, that were watched, or that are here."""
        self._set(shelf=shelf)

    def export(self, item: ItemOut, path: str) -> None:
        """Write what is owned of a film to a file that plays without any service."""

        def on_ok(made: ExportOut) -> None:
            parts = tr("{parts} of {of} parts", parts=made.parts, of=made.of)
            self.context.notify(
                tr(
                    "“{title}” is saved: {parts}, {size_bytes}.",
                    title=item.title,
                    parts=parts,
                    size_bytes=size(made.size_bytes),
                )
            )

        def on_problem(problem: Problem) -> None:
            self.context.notify(tr("Nothing was saved. {sentence}", sentence=advice(problem).sentence))

        self._act(lambda desk: desk.storage.export(item.content_id, path), on_ok, on_problem)

    def open_channel(self, item: ItemOut) -> None:
        """Go to the creator's page."""
        params = {"creator": item.creator, "name": item.creator_name, "node": item.node}
        self.context.navigate("channel", params)

    def report(self, item: ItemOut, reason: ReportReason) -> None:
        """Tell the film's node what is wrong with it."""

        def on_ok(_told: ReportOut) -> None:
            self.context.notify(tr("Whoever runs the node of “{title}” is told.", title=item.title))

        def on_problem(problem: Problem) -> None:
            self.context.notify(advice(problem).sentence)

        self._act(lambda desk: desk.library.report(item.content_id, reason), on_ok, on_problem)

    def hide_channel(self, item: ItemOut) -> None:
        """Show nothing of a creator any more; the list of those is in the settings."""

        def on_ok(standings: StandingsOut) -> None:
            self._on_standings(standings)
            self.context.notify(
                tr("{channel} is hidden. The settings have the list of hidden channels.", channel=item.creator_name)
            )

        self._act(
            lambda desk: desk.library.stand("blocked", item.creator, name=item.creator_name, node=item.node),
            on_ok,
            self._not_now,
        )

    def hide_locked(self, *, hides: bool) -> None:
        """Hide films that this account cannot watch now, or show them."""
        self._set(hides_locked=hides)

    def open_film(self, item: ItemOut) -> None:
        """Go and watch."""
        self.context.navigate("watch", {"content_id": item.content_id})

    def _on_items(self, items: tuple[ItemOut, ...]) -> None:
        if self._grown:
            # Only the beginning was read again; what was scrolled to stays.
            fresh = {item.content_id for item in items}
            items += tuple(item for item in self.state.items or () if item.content_id not in fresh)
        self._set(items=items, busy=False, problem=None, as_of=None)
        self._load_posters(items)
        self._go_on()

    def _on_no_items(self, problem: Problem) -> None:
        self._go_on()
        state = self.state
        # What is shown stays, unless words were typed that nobody could look for: then what was seen is narrowed here.
        is_needed = state.items is None or state.as_of is not None or bool(state.query)
        seen = self._last_seen.recall(self._name) if self._last_seen is not None and is_needed else None
        if seen is None:
            self._set(problem=problem, busy=False)
            return
        items, as_of = seen
        items = tuple(item for item in items if _mentions(item, state.query))
        self._set(items=items, as_of=as_of, problem=problem, busy=False)
        self._load_posters(items)

    def _on_watched(self, items: tuple[ItemOut, ...]) -> None:
        self._set(watched=items)
        begun = self.state.unfinished
        if begun is not None:
            self._load_posters((begun,))

    def _on_newest(self, items: tuple[ItemOut, ...]) -> None:
        self._set(newest=items)
        self._load_posters(items)

    def _on_standings(self, standings: StandingsOut) -> None:
        self._set(
            follows=frozenset(one.creator for one in standings.follows),
            blocked=frozenset(one.creator for one in standings.blocked),
        )

    def _not_now(self, _problem: Problem) -> None:
        """The list itself says what is wrong."""

    def _load_posters(self, items: tuple[ItemOut, ...]) -> None:
        self._pictures.want(item.poster for item in items)

    def _on_poster(self, cid: str, data: bytes) -> None:
        self._set(posters={**self.state.posters, cid: data})
