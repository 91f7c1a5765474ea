"""One own film: what is said about it, where it came from, what it could cost; changes can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from studio.kit.format import money_plain
from studio.kit.opening_time import parse
from studio.kit.price_words import category_in
from studio.kit.view_model import ViewModel
from studio.kit.words import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from services.wire.catalogue import ItemOut
    from services.wire.nodes import LinkOut
    from services.wire.pricing import NarrativeOut, SuggestionOut
    from services.wire.uploads import Category, Intent, UploadOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


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
    busy: bool = False
    problem: Problem | None = None

    @property
    def kept(self) -> About | None:
        """What the node has."""
        return None if self.item is None else about_of(self.item)

    @property
    def is_changed(self) -> bool:
        """Whether something was written that is not kept yet."""
        return self.kept is not None and self.kept != self.about


class ItemViewModel(ViewModel[ItemState]):
    """Follows one film. Signal: ``link(text, is_reachable)`` when its link was asked for and came."""

    link = Signal(str, bool)

    watches = frozenset({"catalogue", "upload"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, ItemState())

    def open(self, params: Mapping[str, str]) -> None:
        """Show a film by its id."""
        film = params.get("content_id", "")
        if film and film != self.state.film:
            self._set(
                film=film, item=None, upload=None, about=About(), undo=None, suggestion=None, words="", problem=None,
                busy=False, opens_text="",
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
        wish["price_text"] = money_plain(state.item.price_per_ten_seconds)
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
