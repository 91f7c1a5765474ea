"""The own films as the node lists them: searched, filtered, in order, a page at a time; and changed many at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal

from services.units.money import ZERO, Money
from studio.kit.paged import PAGE
from studio.kit.problems import Problem
from studio.kit.view_model import ViewModel
from studio.pages.content.item_model import MOST_PER_TEN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.client.bulk import Changed, PriceWas, Repriced
    from services.wire.access import AccessOut, Visibility
    from services.wire.figures import ItemPageOut
    from studio.kit.context import PageContext

NEWEST = "newest"
ARCHIVED = "archived"
_TYPING_MS = 250


@dataclass(frozen=True, slots=True)
class FilmsState:
    """total: how many films fit; None before the first answer. access: a visibility or ARCHIVED, empty for all."""

    query: str = ""
    access: str = ""
    order: str = NEWEST
    several: bool = False
    """Whether films are picked to be changed together."""
    total: int | None = None
    reading: bool = False
    """Whether films that are marked are being read."""
    chosen: tuple[str, ...] = ()
    """The ids of the films that are marked."""
    undo: tuple[AccessOut, ...] = ()
    """How the films that were changed last were to be had."""
    undo_prices: tuple[PriceWas, ...] = ()
    """What the films that were changed last cost."""
    price: Money | None = None
    """What all marked films are to cost per ten seconds, while that is asked back; None when nothing is."""
    repriced: int | None = None
    """How many films the last change of price reached; None before one."""
    failed: tuple[tuple[str, Problem], ...] = ()
    """Title of each film that it did not reach, and why."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The names of the films that it was for, by their ids."""
    busy: bool = False
    unchanged: Problem | None = None
    """Why the last change of many stopped; what was changed before it can be undone."""
    problem: Problem | None = None

    @property
    def can_undo(self) -> bool:
        """True when the last change of many can be taken back."""
        return bool(self.undo or self.undo_prices)

    @property
    def is_asked(self) -> bool:
        """True when something else than all films, the newest first, is wanted."""
        return bool(self.several or self.query or self.access or self.order != NEWEST)

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

    def load_marked(self, offsets: tuple[int, ...]) -> None:
        """Load the pages of films that are marked and were never looked at, one after the other."""
        wish = self._wish()

        def shown(found: tuple[ItemPageOut, ...]) -> None:
            self._set(reading=False)
            if wish == self._wish():
                for page in found:
                    self.paged.emit(page)

        self._set(reading=True, unchanged=None)
        self._act(lambda desk: desk.figures.item_pages(offsets, limit=PAGE, **wish), shown, self._on_unchanged)

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

    def pick_several(self, *, on: bool) -> None:
        """Begin to pick films that are to be changed together, or go back to the whole list."""
        if on != self.state.several:
            self._set(several=on, chosen=(), price=None, repriced=None, failed=())

    def mark(self, films: tuple[str, ...]) -> None:
        """Note which films are marked."""
        if films != self.state.chosen:
            self._set(chosen=films, price=None)

    def change_access(self, visibility: Visibility) -> None:
        """Let all marked films be had in one way; members-only keeps a film's tiers, or takes all."""
        films = self.state.chosen
        if films and not self.state.busy:
            self._set(busy=True, unchanged=None, undo=(), undo_prices=(), repriced=None, failed=())
            self._act(lambda desk: desk.bulk.change_access(films, visibility), self._on_changed, self._on_unchanged)

    def ask_price(self, price: Money | None) -> None:
        """Ask back before all marked films get a price; None to leave it."""
        if price is None or ZERO < price <= MOST_PER_TEN_SECONDS:
            self._set(price=price, repriced=None, failed=())

    def change_price(self, titles: Mapping[str, str]) -> None:
        """Put all marked films at the price that was asked back. titles: the films' names, for those that fail."""
        films, price = self.state.chosen, self.state.price
        if films and price is not None and not self.state.busy:
            self._set(busy=True, price=None, unchanged=None, undo=(), undo_prices=())
            self._set(repriced=None, failed=(), titles=dict(titles))
            self._act(lambda desk: desk.bulk.change_price(films, price), self._on_repriced, self._on_unchanged)

    def take_back(self) -> None:
        """Make the last change of many undone."""
        before, prices = self.state.undo, self.state.undo_prices
        if self.state.busy or not (before or prices):
            return
        self._set(busy=True, unchanged=None, undo=(), undo_prices=(), repriced=None, failed=())
        if prices:
            self._act(
                lambda desk: desk.bulk.restore_prices(prices),
                lambda done: self._on_old_prices(done, prices),
                self._on_unchanged,
            )
        else:
            self._act(lambda desk: desk.bulk.restore_access(before), self._on_restored, self._on_unchanged)

    def _wish(self) -> dict[str, Any]:
        is_archived = self.state.access == ARCHIVED
        access = "" if is_archived else self.state.access
        return {"query": self.state.query, "access": access, "order": self.state.order, "archived": is_archived}

    def _on_page(self, page: ItemPageOut, wish: dict[str, Any]) -> None:
        if wish == self._wish():
            self._set(total=page.total, problem=None)
            self.listed.emit(page)

    def _on_changed(self, done: Changed) -> None:
        self._set(busy=False, undo=done.before, unchanged=None if done.problem is None else Problem.of(done.problem))
        self.refresh()

    def _on_repriced(self, done: Repriced) -> None:
        self._set(busy=False, repriced=len(done.done), failed=self._named(done), undo_prices=done.before)
        self.refresh()

    def _on_old_prices(self, done: Repriced, prices: tuple[PriceWas, ...]) -> None:
        missed = {film for film, _ in done.failed}
        left = tuple(one for one in prices if one.film in missed)
        self._set(busy=False, failed=self._named(done), undo_prices=left)
        self.refresh()

    def _named(self, done: Repriced) -> tuple[tuple[str, Problem], ...]:
        titles = self.state.titles
        return tuple((titles.get(film, film), Problem.of(problem)) for film, problem in done.failed)

    def _on_restored(self, _done: None) -> None:
        self._set(busy=False)
        self.refresh()

    def _on_unchanged(self, problem: Problem) -> None:
        self._set(busy=False, reading=False, unchanged=problem)
        self.refresh()
