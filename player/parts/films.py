"""Lists of films: fetched from the desk, with their posters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from services.client import DeskClient
    from services.wire.catalogue import ItemOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

# Watched for less than this, or to nearly the end, a film is not offered to go on with.
_BEGUN_MS, _OVER_MS = 2_000, 3_000

_LINK = re.compile(r"museclock://[0-9]+/content/0x[0-9a-fA-F]{64}(\?node=\S+)?")


@dataclass(frozen=True, slots=True)
class FilmsState:
    """items is None until they are loaded; posters by CID, encoded."""

    items: tuple[ItemOut, ...] | None = None
    posters: Mapping[str, bytes] = field(default_factory=dict)
    query: str = ""
    busy: bool = False
    problem: Problem | None = None

    @property
    def unfinished(self) -> ItemOut | None:
        """The first film that was begun and not ended."""
        begun = (item for item in self.items or () if _BEGUN_MS < item.position_ms < item.duration_ms - _OVER_MS)
        return next(begun, None)


class FilmsViewModel(ViewModel[FilmsState]):
    """Loads a list by ``job``, keeps what ``keep`` says, and loads the posters that are not there yet."""

    watches = frozenset({"catalogue", "purchase"})

    def __init__(
        self,
        context: PageContext,
        job: Callable[[DeskClient, str], Awaitable[tuple[ItemOut, ...]]],
        keep: Callable[[ItemOut], bool] = lambda _item: True,
    ) -> None:
        super().__init__(context, FilmsState())
        self._job, self._keep = job, keep
        self._asked: set[str] = set()
        self._link = ""

    def refresh(self) -> None:
        """Load the list again."""
        query = self.state.query
        self._set(busy=True)
        self._fetch(lambda desk: self._job(desk, query), self._on_items)

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
            self._set(query=words)
            self.refresh()

    def open_film(self, item: ItemOut) -> None:
        """Go and watch."""
        self.context.navigate("watch", {"content_id": item.content_id})

    def _on_items(self, found: tuple[ItemOut, ...]) -> None:
        items = tuple(item for item in found if self._keep(item))
        self._set(items=items, busy=False, problem=None)
        for item in items:
            if item.poster is not None and item.poster not in self._asked:
                self._asked.add(item.poster)
                self._load_poster(item.poster)

    def _load_poster(self, cid: str) -> None:
        def on_poster(data: bytes) -> None:
            self._set(posters={**self.state.posters, cid: data})

        def on_problem(_problem: Problem) -> None:
            self._asked.discard(cid)  # the card keeps its drawn ground; the next refresh asks again

        self._act(lambda desk: desk.catalogue.blob(cid), on_poster, on_problem)
