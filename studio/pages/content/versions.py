"""What is signed with a film: its title and picture; a new version says them anew, and what was said before stays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout

from studio.kit.format import moment
from studio.kit.languages import language_name
from studio.kit.problems import advice
from studio.kit.widgets import text
from studio.kit.widgets.button import bare, ghost, secondary
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.fields import Field
from studio.kit.widgets.flow import Flow
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.node import VersionOut
    from studio.pages.content.versions_model import VersionsState

_CHANGED = {
    "title": mark("title"),
    "poster": mark("picture"),
    "captions": mark("captions"),
    "chapters": mark("chapters"),
    "price": mark("price"),
    "free": mark("free parts"),
}
_LONGEST = 120
_LISTED = 6


class VersionsCard(Card):
    """Hidden until the versions are known.

    Signals: ``typed(title)``, ``captions_chosen(path)``, ``captions_dropped(language, name)``, ``publish_wanted``,
    ``undo_wanted``.
    """

    typed = Signal(str)
    publish_wanted = Signal()
    undo_wanted = Signal()
    captions_chosen = Signal(str)
    captions_dropped = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(tr("Signed with the film"))
        self.setObjectName("item.versions")
        self._title = QLineEdit()
        self._title.setObjectName("item.new_title")
        self._title.setMaxLength(_LONGEST)
        self._title.textEdited.connect(self.typed)
        self._field = Field(tr("Title"), self._title)
        self._note = text.caption(
            tr("A new version has another title, picture or captions. Parts and keys stay as they were sold."),
            wrap=True,
        )
        self._publish = secondary(tr("Publish a new version"), name="item.revise", icon="arrow-right")
        self._publish.clicked.connect(self.publish_wanted)
        self._undo = ghost(tr("Undo"), name="item.revise.undo", icon="retry")
        self._undo.clicked.connect(self.undo_wanted)
        self._captions = text.muted()
        self._captions.setObjectName("item.captions")
        self._add = bare(tr("Add captions"), name="item.captions.add", icon="plus")
        self._add.clicked.connect(self._ask)
        self._dialog: QFileDialog | None = None
        self._problem = text.Text(ink="bad", wrap=True)
        spoken = row(spacing=8)
        spoken.addWidget(self._captions, 1)
        spoken.addWidget(self._add)
        buttons = row(self._undo, self._publish, spacing=8)
        buttons.insertStretch(0, 1)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        self.body.addWidget(self._field)
        self.body.addLayout(spoken)
        self._each = Flow()
        self.body.addLayout(self._each)
        self.body.addWidget(self._note)
        self.body.addWidget(self._problem)
        self.body.addLayout(buttons)
        self.body.addLayout(self._lines)
        self._shown: tuple[VersionOut, ...] = ()
        self._listed: list[tuple[str, str, bool]] = []
        self.hide()

    def show_state(self, state: VersionsState) -> None:
        """Show the title as it is being written, and the versions so far."""
        self.setVisible(bool(state.versions) and state.is_own)
        if not state.versions:
            return
        if self._title.text() != state.title:
            self._title.setText(state.title)
        self._field.show_mistake(state.mistake)
        self._publish.setEnabled(state.can_publish)
        self._publish.set_text(tr("Publishing…") if state.busy else tr("Publish a new version"))
        there = [language_name(of) or name for of, name in state.captions if (of, name) not in state.dropped]
        there += [tr("{name} (new)", name=name) for _, name, _ in state.new_captions]
        self._captions.setText(tr("Captions: {names}", names=", ".join(there) or tr("none")))
        self._show_each(state)
        self._add.setEnabled(not state.busy)
        self._problem.setVisible(state.problem is not None)
        self._problem.setText("" if state.problem is None else advice(state.problem).sentence)
        self._undo.setVisible(bool(state.undo))
        self._undo.setEnabled(not state.busy)
        if state.versions != self._shown:
            self._shown = state.versions
            self._list(state.versions)

    def _show_each(self, state: VersionsState) -> None:
        listed = [(*one, one in state.dropped) for one in state.captions]
        listed += [(language, name, False) for language, name, _ in state.new_captions]
        if listed == self._listed:
            return
        self._listed = listed
        while (item := self._each.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for language, name, is_dropped in listed:
            said = language_name(language) or name
            words = tr("Keep {name}", name=said) if is_dropped else tr("Remove {name}", name=said)
            button = ghost(words, name="item.captions.keep" if is_dropped else "item.captions.remove")
            button.clicked.connect(partial(self.captions_dropped.emit, language, name))
            self._each.addWidget(button)

    def _ask(self) -> None:
        if self._dialog is None:
            self._dialog = QFileDialog(self, tr("Choose captions"), "", "SubRip, WebVTT (*.srt *.vtt)")
            self._dialog.setObjectName("item.captions.dialog")
            self._dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            self._dialog.fileSelected.connect(self.captions_chosen)
        self._dialog.open()

    def _list(self, versions: tuple[VersionOut, ...]) -> None:
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for version in versions[:_LISTED]:
            changed = ", ".join(tr(_CHANGED[name]) for name in version.changed if name in _CHANGED)
            what = tr("new {what}", what=changed) if changed else tr("“{title}”", title=version.title)
            when = moment(version.published_at)
            said = tr("Version {number}, {when}: {what}", number=version.version, when=when, what=what)
            line = text.caption(said, wrap=True)
            line.setObjectName("item.version")
            self._lines.addWidget(line)
