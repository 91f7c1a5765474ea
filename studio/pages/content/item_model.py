"""One own film: what is said about it, where it came from, what it could cost; changes can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal

from services.units.money import ZERO, Money
from studio.kit.format import money_plain
from studio.kit.opening_time import parse
from studio.kit.price_words import category_in
from studio.kit.view_model import ViewModel
from studio.kit.words import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.wire.catalogue import ItemOut
    from services.wire.node import VersionOut
    from services.wire.nodes import LinkOut
    from services.wire.pricing import NarrativeOut, SuggestionOut
    from services.wire.uploads import Category, Intent, UploadOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


MOST_PER_TEN_SECONDS = Money(10_000_000)


@dataclass(frozen=True, slots=True)
class About:
    """What is said about a film beside its signed words."""

    description: str = ""
    category: Category = "other"
    tags: tuple[str, ...] = ()

    @property
    def all_tags(self) -> tuple[str, ...]:
        """The tags as the node keeps them, the category first."""
        return (self.category, *(tag for tag in self.tags if tag != self.category))


@dataclass(frozen=True, slots=True)
class ItemState:
    """item is None until it was loaded; upload is None for a film that was not published from this computer.

    about: as it is being written; undo: what the last change replaced, None for nothing.
    """

    film: str = ""
    item: ItemOut | None = None
    upload: UploadOut | None = None
    about: About = About()
    intent: Intent = "balance"
    opens_text: str = ""
    suggestion: SuggestionOut | None = None
    words: str = ""
    undo: About | None = None
    price_text: str | None = None
    """The price that is being written, in dollars; None for the one that holds."""
    free: int | None = None
    """The free parts that are being written; None for those that hold."""
    price_was: tuple[Money, int] | None = None
    """Price and free parts before the last change, for the way back; None for nothing."""
    asks: Literal["", "price", "archive"] = ""
    """What is asked back before it is done."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def wanted_price(self) -> Money | None:
        """The price as it is written; None for what is no price."""
        if self.item is None:
            return None
        if self.price_text is None:
            return self.item.price_per_ten_seconds
        try:
            price = Money.parse(self.price_text)
        except (ValueError, OverflowError):
            return None
        return price if ZERO < price <= MOST_PER_TEN_SECONDS else None

    @property
    def wanted_free(self) -> int:
        """The free parts as they are written."""
        held = 0 if self.item is None else self.item.free_chunks
        return held if self.free is None else self.free

    @property
    def can_change_price(self) -> bool:
        """True when something else than what holds is written, and can be."""
        if self.item is None or self.upload is None or self.busy or self.wanted_price is None:
            return False
        held = (self.item.price_per_ten_seconds, self.item.free_chunks)
        return (self.wanted_price, self.wanted_free) != held

    @property
    def kept(self) -> About | None:
        """What the node has."""
        return None if self.item is None else about_of(self.item)

    @property
    def is_changed(self) -> bool:
        """Whether something was written that is not kept yet."""
        return self.kept is not None and self.kept != self.about


class ItemViewModel(ViewModel[ItemState]):
    """Follows one film.

    Signals: ``link(text, is_reachable)`` when its link was asked for and came, ``revised`` when another price holds.
    """

    link = Signal(str, bool)
    revised = Signal()

    watches = frozenset({"catalogue", "upload"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ItemState())

    def open(self, params: Mapping[str, str]) -> None:
        """Show a film by its id."""
        film = params.get("content_id", "")
        if film and film != self.state.film:
            self._set(
                film=film, item=None, upload=None, about=About(), undo=None, suggestion=None, words="", problem=None,
                busy=False, opens_text="", price_text=None, free=None, price_was=None, asks="",
            )  # fmt: skip
        self.refresh()

    def refresh(self) -> None:
        """Load the film and what it was published from."""
        film = self.state.film
        if film:
            self._fetch(lambda desk: desk.own_films.get(film), self._on_item)
            self._act(lambda desk: desk.own_films.upload(film), self._on_upload, self._no_upload)

    def write(self, about: About) -> None:
        """Take over what is being written; it is kept when it is saved."""
        moved = about.category != self.state.about.category
        self._set(about=about)
        if moved:
            self._suggest()

    def save(self) -> None:
        """Keep what was written."""
        if self.state.is_changed and not self.state.busy:
            self._keep(self.state.about, undo=self.state.kept)

    def take_back(self) -> None:
        """Make the last change undone."""
        before = self.state.undo
        if before is not None and not self.state.busy:
            self._keep(before, undo=None)

    def aim(self, intent: Intent) -> None:
        """Say what the film is for; only the suggestion follows it."""
        self._set(intent=intent)
        self._suggest()

    def write_opening(self, typed: str) -> None:
        """Take over the moment as it is typed."""
        self._set(opens_text=typed)

    def move_opening(self) -> None:
        """Move the film's moment to what was typed."""
        if (moment := parse(self.state.opens_text)) is not None:
            self._open_at(moment)

    def write_price(self, price_text: str, free: int) -> None:
        """Take over price and free parts as they are typed; they hold when they are confirmed."""
        self._set(price_text=price_text, free=free, asks="")
        if self.state.wanted_price is not None:
            self._suggest()

    def ask(self, what: Literal["", "price", "archive"]) -> None:
        """Ask back before something is done; empty to leave it."""
        if what != "price" or self.state.can_change_price:
            self._set(asks=what)

    def change_price(self) -> None:
        """Sign the film at the price that was written; whoever buys from then on sees it first."""
        state = self.state
        price, free = state.wanted_price, state.wanted_free
        if state.asks == "price" and state.can_change_price and price is not None and state.item is not None:
            self._reprice(price, free, was=(state.item.price_per_ten_seconds, state.item.free_chunks))

    def take_price_back(self) -> None:
        """Sign the film at the price that it had before."""
        if self.state.price_was is not None and not self.state.busy:
            self._reprice(*self.state.price_was, was=None)

    def _reprice(self, price: Money, free: int, *, was: tuple[Money, int] | None) -> None:
        film = self.state.film
        self._set(busy=True, problem=None, asks="")

        def done(_versions: tuple[VersionOut, ...]) -> None:
            if film == self.state.film:
                self._set(busy=False, price_text=None, free=None, price_was=was)
                self.refresh()
                self.revised.emit()

        self._act(lambda desk: desk.own_films.revise(film, price=price, preview_chunks=free), done)

    def archive(self) -> None:
        """Take the film out of list and sale."""
        film = self.state.film
        if self.state.asks == "archive" and not self.state.busy:
            self._set(busy=True, problem=None, asks="")
            self._act(lambda desk: desk.own_films.archive(film), self._on_turned)

    def restore(self) -> None:
        """Bring it back."""
        film = self.state.film
        if not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.own_films.restore(film), self._on_turned)

    def _on_turned(self, item: ItemOut) -> None:
        self._set(item=item, busy=False)

    def copy_link(self) -> None:
        """Ask for the film's link."""
        film = self.state.film
        self._act(lambda desk: desk.earnings.link(film), self._on_link)

    def _on_link(self, link: LinkOut) -> None:
        self.link.emit(link.text, link.is_reachable)

    def open_now(self) -> None:
        """Let everybody have it now; that cannot be taken back."""
        self._open_at(None)

    def _open_at(self, moment: datetime | None) -> None:
        film = self.state.film
        if not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(lambda desk: desk.own_films.set_opening(film, moment), self._on_opening)

    def _keep(self, about: About, *, undo: About | None) -> None:
        film = self.state.film
        self._set(busy=True, problem=None)

        def kept(item: ItemOut) -> None:
            if str(item.content_id) == self.state.film:
                self._set(item=item, about=about_of(item), undo=undo, busy=False)

        self._act(lambda desk: desk.own_films.set_about(film, about.description, about.all_tags), kept)

    def _on_item(self, item: ItemOut) -> None:
        if str(item.content_id) != self.state.film:
            return
        about = self.state.about if self.state.is_changed else about_of(item)
        self._set(item=item, about=about, problem=None)
        self._suggest()

    def _on_opening(self, item: ItemOut) -> None:
        self._set(item=item, busy=False, opens_text="")

    def _on_upload(self, upload: UploadOut) -> None:
        if upload.content_id == self.state.film:
            if self.state.upload is None:
                self._set(intent=upload.draft.intent)
            self._set(upload=upload)
            self._suggest()

    def _no_upload(self, _problem: Problem) -> None:
        """Published on another computer: what was measured is there."""
        self._set(upload=None)

    def _suggest(self) -> None:
        state = self.state
        if state.upload is None or state.item is None:
            return
        wish = {"film": state.film, "category": state.about.category, "intent": state.intent}
        wish["price_text"] = money_plain(state.wanted_price or state.item.price_per_ten_seconds)
        self._act(lambda desk: desk.pricing.suggest(**wish), self._on_suggestion, self._no_suggestion)

    def _on_suggestion(self, found: SuggestionOut) -> None:
        before = self.state.suggestion
        same = before is not None and (before.score, before.inputs) == (found.score, found.inputs)
        self._set(suggestion=found, words=self.state.words if same else "")
        if found.is_told and not same:
            wish = {"film": self.state.film, "category": found.category, "intent": found.intent, "language": spoken()}
            self._act(lambda desk: desk.pricing.words(**wish), self._on_words, self._no_suggestion)

    def _on_words(self, told: NarrativeOut) -> None:
        self._set(words=told.text)

    def _no_suggestion(self, _problem: Problem) -> None:
        """The page is shown without it."""


def about_of(item: ItemOut) -> About:
    """Read what is said about a film; a category is a tag from the list of them."""
    category = category_in(item.tags)
    rest = tuple(tag for tag in item.tags if tag != category)
    return About(item.description, category, rest)
