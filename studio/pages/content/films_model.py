"""The own films as the node lists them: searched, filtered, in order, a page at a time; and changed many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal

from studio.kit.paged import PAGE
from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.client.bulk import Changed
    from services.wire.access import AccessOut, Visibility
    from services.wire.figures import ItemPageOut
    from studio.kit.context import PageContext

NEWEST = "newest"
_TYPING_MS = 250


@dataclass(frozen=True, slots=True)
class FilmsState:
    """total: how many films fit; None before the first answer. access: a visibility, empty for all."""

    query: str = ""
    access: str = ""
    order: str = NEWEST
    total: int | None = None
    chosen: tuple[str, ...] = ()
    """The ids of the films that are marked."""
    undo: tuple[AccessOut, ...] = ()
    """What the last change of many replaced."""
    busy: bool = False
    unchanged: Problem | None = None
    """Why the last change of many stopped; what was changed before it can be undone."""
    problem: Problem | None = None

    @property
    def is_asked(self) -> bool:
        """True when something else than all films, the newest first, is wanted."""
        return bool(self.query or self.access or self.order != NEWEST)

    @property
    def is_long(self) -> bool:
        """True when there are more films than one page holds."""
        return self.total is not None and self.total > PAGE


class FilmsViewModel(ViewModel[FilmsState]):
    """Signals: ``listed(page)`` for the first page of another list, ``paged(page)`` for another one of it."""

    listed = Signal(object)
    paged = Signal(object)
    watches = frozenset({"catalogue"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, FilmsState())
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self.refresh)

    def refresh(self) -> None:
        """Load the first page."""
        wish = self._wish()
        self._fetch(lambda desk: desk.figures.items(limit=PAGE, **wish), lambda page: self._on_page(page, wish))

    def load(self, offset: int) -> None:
        """Load another page."""
        wish = self._wish()

        def shown(page: ItemPageOut) -> None:
            if wish == self._wish():
                self.paged.emit(page)

        self._act(lambda desk: desk.figures.items(limit=PAGE, offset=offset, **wish), shown)

    def search(self, query: str) -> None:
        """Look for words in the title, when the typing rests."""
        if query.strip() != self.state.query:
            self._set(query=query.strip(), chosen=())
            self._typing.start()

    def filter(self, access: str) -> None:
        """Show the films that are had in one way; empty for all."""
        if access != self.state.access:
            self._set(access=access, chosen=())
            self.refresh()

    def sort(self, order: str) -> None:
        """Put them in another order."""
        if order != self.state.order:
            self._set(order=order, chosen=())
            self.refresh()

    def mark(self, films: tuple[str, ...]) -> None:
        """Note which films are marked."""
        self._set(chosen=films)

    def change_access(self, visibility: Visibility) -> None:
        """Let all marked films be had in one way; members-only keeps a film's tiers, or takes all."""
        films = self.state.chosen
        if films and not self.state.busy:
            self._set(busy=True, unchanged=None, undo=())
            self._act(lambda desk: desk.bulk.change_access(films, visibility), self._on_changed, self._on_unchanged)

    def take_back(self) -> None:
        """Make the last change of many undone."""
        before = self.state.undo
        if before and not self.state.busy:
            self._set(busy=True, unchanged=None, undo=())
            self._act(lambda desk: desk.bulk.restore_access(before), self._on_restored, self._on_unchanged)

    def _wish(self) -> dict[str, Any]:
        return {"query": self.state.query, "access": self.state.access, "order": self.state.order}

    def _on_page(self, page: ItemPageOut, wish: dict[str, Any]) -> None:
        if wish == self._wish():
            self._set(total=page.total, problem=None)
            self.listed.emit(page)

    def _on_changed(self, done: Changed) -> None:
        self._set(busy=False, undo=done.before, unchanged=None if done.problem is None else Problem.of(done.problem))
        self.refresh()

    def _on_restored(self, _done: None) -> None:
        self._set(busy=False)
        self.refresh()

    def _on_unchanged(self, problem: Problem) -> None:
        self._set(busy=False, unchanged=problem)
        self.refresh()
