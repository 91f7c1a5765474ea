"""The versions of the film that is shown, and the next one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from services.units.ids import content_id
from studio.kit.view_model import ViewModel
from studio.kit.words import tr

if TYPE_CHECKING:
    from services.wire.catalogue import ItemOut, PlaybackOut
    from services.wire.node import VersionOut
    from services.wire.uploads import UploadOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class VersionsState:
    """kept: the title that is signed; title: as it is being written; undo: the title that the last version replaced.

    poster: the picture that the film has; chosen: the one that was chosen for the next version, None for none.
    """

    film: str = ""
    versions: tuple[VersionOut, ...] = ()
    kept: str = ""
    title: str = ""
    undo: str = ""
    poster: str | None = None
    chosen: str | None = None
    captions: tuple[tuple[str, str], ...] = ()
    """Language and name of those that the film has."""
    new_captions: tuple[tuple[str, str, str], ...] = ()
    """Language, name and file of those that the next version brings."""
    dropped: tuple[tuple[str, str], ...] = ()
    """Language and name of those that the next version leaves out."""
    is_own: bool = False
    """Whether it was published from this computer, where its keys are."""
    busy: bool = False
    problem: Problem | None = None

    @property
    def mistake(self) -> str:
        """What is wrong with the title; empty for nothing."""
        if not self.title.strip():
            return tr("A film has a title.")
        return "" if self.title.isprintable() else tr("The title has a sign in it that cannot be shown.")

    @property
    def can_publish(self) -> bool:
        """True when there is something new to say."""
        has_picture = self.chosen is not None and self.chosen != self.poster
        is_new = self.title.strip() != self.kept or has_picture or bool(self.new_captions or self.dropped)
        return is_new and self.is_own and not self.mistake and not self.busy


class VersionsViewModel(ViewModel[VersionsState]):
    """Follows one film. Signal: ``revised`` when a new version is for sale."""

    revised = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, VersionsState())

    def show(self, item: ItemOut, upload: UploadOut | None) -> None:
        """Show a film; a title that is being written stays."""
        film = str(item.content_id)
        if film != self.state.film:
            self._state = VersionsState(film=film, kept=item.title, title=item.title)
        is_written = self.state.title != self.state.kept
        self._set(
            kept=item.title,
            title=self.state.title if is_written else item.title,
            poster=item.poster,
            chosen=None if upload is None else upload.poster,
            is_own=upload is not None,
        )
        if not self.state.versions:
            self.refresh()

    def refresh(self) -> None:
        """Load the versions."""
        film = self.state.film
        if film:
            self._fetch(lambda desk: desk.uploads.versions(film), self._on_versions, self._no_versions)
            self._act(lambda desk: desk.playback.open(content_id(film)), self._on_playback, self._no_versions)

    def add_captions(self, path: str) -> None:
        """Bring captions with the next version; their language is the end of a name such as ``film.de.srt``."""
        stem = PurePath(path).stem
        language = stem.rpartition(".")[2].lower() if "." in stem else ""
        if not (language.isascii() and language.isalpha() and len(language) in (2, 3)):
            language = ""
        rest = [one for one in self.state.new_captions if one[:2] != (language, stem)]
        self._set(new_captions=(*rest, (language, stem, path)), problem=None)

    def drop_captions(self, language: str, name: str) -> None:
        """Leave captions out of the next version, or, said again, keep them; new ones are forgotten."""
        one = (language, name)
        if any(new[:2] == one for new in self.state.new_captions):
            self._set(new_captions=tuple(new for new in self.state.new_captions if new[:2] != one))
            return
        others = tuple(kept for kept in self.state.dropped if kept != one)
        self._set(dropped=others if one in self.state.dropped else (*others, one), problem=None)

    def write(self, title: str) -> None:
        """Take over the title as it is typed."""
        self._set(title=title, problem=None)

    def publish(self) -> None:
        """Sign the next version and have the node take it."""
        if self.state.can_publish:
            self._revise(" ".join(self.state.title.split()), undo=self.state.kept)

    def take_back(self) -> None:
        """Give the film the title again that the last version replaced."""
        if self.state.undo and not self.state.busy:
            self._revise(self.state.undo, undo="")

    def _revise(self, title: str, *, undo: str) -> None:
        film, was = self.state.film, self.state.kept
        self._set(busy=True, problem=None)

        def done(versions: tuple[VersionOut, ...]) -> None:
            if film == self.state.film:
                self._set(
                    versions=versions, kept=title, title=title, busy=False, undo=undo if undo != title else "",
                    poster=self.state.chosen, new_captions=(), dropped=(),
                )  # fmt: skip
                self.refresh()
                self.revised.emit()

        changed, new = None if title == was else title, self.state.new_captions
        taken = {one[:2] for one in new} | set(self.state.dropped)
        kept = tuple((*one, "") for one in self.state.captions if one not in taken)
        captions = (*kept, *new) if taken else None
        self._act(lambda desk: desk.own_films.revise(film, title=changed, captions=captions), done)

    def _on_playback(self, film: PlaybackOut) -> None:
        if str(film.item.content_id) == self.state.film:
            self._set(captions=tuple((one.language, one.name) for one in film.captions))

    def _on_versions(self, versions: tuple[VersionOut, ...]) -> None:
        self._set(versions=versions)

    def _no_versions(self, _problem: Problem) -> None:
        """A node that does not keep versions still sells the film."""
