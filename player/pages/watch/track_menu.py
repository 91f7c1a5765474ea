"""The menu of captions, sound tracks and chapters."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from player.pages.watch.tracks import FROM_FILE
from studio.kit.format import duration
from studio.kit.words import tr

if TYPE_CHECKING:
    from player.pages.watch.tracks import Tracks


class TrackMenu(QMenu):
    """Signals: ``captions_wanted(place)``, ``captions_left``, ``file_wanted(path)``, ``sound_wanted(place)``,
    ``chapter_wanted(start_ms)``.
    """

    captions_wanted = Signal(int)
    captions_left = Signal()
    file_wanted = Signal(str)
    sound_wanted = Signal(int)
    chapter_wanted = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("watch.tracks.menu")

    def show_tracks(self, tracks: Tracks, chapter: str) -> None:
        """List what there is; chapter: the name of the one that is shown."""
        self.clear()
        self._list_captions(tracks)
        if len(tracks.sounds) > 1:
            self._head(tr("Sound"))
            group = QActionGroup(self)
            for place, sound in enumerate(tracks.sounds):
                said = _language(sound.language) or tr("Track {number}", number=place + 1)
                _choice(self, group, said, is_on=place == tracks.sound).triggered.connect(
                    partial(self.sound_wanted.emit, place)
                )
        if tracks.chapters:
            chapters = self.addMenu(tr("Chapters"))
            group = QActionGroup(chapters)
            for one in tracks.chapters:
                action = _choice(chapters, group, f"{duration(one.start_ms)}  {one.title}", is_on=one.title == chapter)
                action.triggered.connect(partial(self.chapter_wanted.emit, one.start_ms))

    def _head(self, words: str) -> None:
        """A line that names what follows; a section's own name is not drawn."""
        if self.actions():
            self.addSeparator()
        self.addAction(words).setEnabled(False)

    def _list_captions(self, tracks: Tracks) -> None:
        self._head(tr("Captions"))
        group = QActionGroup(self)
        _choice(self, group, tr("None"), is_on=tracks.chosen is None).triggered.connect(self.captions_left)
        for place, one in enumerate(tracks.captions):
            parts = (_language(one.language), one.name)
            said = " · ".join(part for part in parts if part) or tr("Captions {number}", number=place + 1)
            _choice(self, group, said, is_on=tracks.chosen == place).triggered.connect(
                partial(self.captions_wanted.emit, place)
            )
        if tracks.file_name:
            _choice(self, group, tracks.file_name, is_on=tracks.chosen == FROM_FILE).triggered.connect(
                partial(self.captions_wanted.emit, FROM_FILE)
            )
        self.addAction(tr("From a file…")).triggered.connect(self._choose_file)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self.window(), tr("Captions from a file"), "", tr("Captions") + " (*.vtt *.srt)")
        dialog.setObjectName("watch.captions.file")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.file_wanted)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _choice(menu: QMenu, group: QActionGroup, words: str, *, is_on: bool) -> QAction:
    # A single ampersand would be taken for a key's mark.
    action = menu.addAction(words.replace("&", "&&"))
    action.setCheckable(True)
    action.setChecked(is_on)
    group.addAction(action)
    return action


def _language(code: str) -> str:
    """Name a language in itself; empty for none and for one that is not known."""
    known = QLocale.codeToLanguage(code) if code else QLocale.Language.AnyLanguage
    if known in (QLocale.Language.AnyLanguage, QLocale.Language.C):
        return code
    # Of the whole world: of a country it would say which English.
    name = QLocale(known, QLocale.Country.World).nativeLanguageName()
    return name[:1].upper() + name[1:]
