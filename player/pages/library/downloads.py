"""The card of films on this disk: a line for each, and the room that they take and may take."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSpinBox, QVBoxLayout, QWidget

from studio.kit.format import moment, size
from studio.kit.problems import Problem, advice
from studio.kit.theme import font, scaled
from studio.kit.widgets import text
from studio.kit.widgets.badge import Badge
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.button import ghost, secondary
from studio.kit.widgets.card import Card, column, hairline
from studio.kit.widgets.fields import Field
from studio.kit.widgets.flow import Beside
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import mark, tr, tr_count

if TYPE_CHECKING:
    from player.pages.library.downloads_model import DownloadsState
    from services.units.ids import ContentId
    from services.wire.library import DownloadOut, DownloadsOut, DownloadState
    from studio.kit.problems import Action
    from studio.kit.tokens import Tone

_GIB = 1024**3
_MOST_GIB = 900
_FIELD_WIDTH = 160
_BADGES: dict[DownloadState, tuple[str, Tone]] = {
    "waiting": (mark("waiting"), "neutral"),
    "coming": (mark("on its way"), "info"),
    "here": (mark("on this disk"), "ok"),
    "failed": (mark("stopped"), "warn"),
}


class DownloadsCard(Card):
    """Signals: ``film_wanted(content_id)``, ``again(content_id)``, ``free(content_id)``, ``limited(bytes)``."""

    film_wanted = Signal(object)
    again = Signal(object)
    free = Signal(object)
    limited = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("On this disk"))
        self.setObjectName("library.downloads")
        self.banner = ProblemBanner(name="library.downloads.problem")
        self.banner.acted.connect(self._on_action)
        self._room = text.muted()
        self._room.setObjectName("library.downloads.room")
        self._bar = ProgressBar()
        self._lines = QVBoxLayout()
        self._lines.setSpacing(16)
        self._shown: tuple[ContentId, ...] = ()
        self._none = text.muted(
            tr(
                "No film is kept here yet. Choose “Keep on this disk” in a film’s menu: it plays without its seller "
                "and without a network."
            )
        )
        self.body.addWidget(self.banner)
        self.body.addWidget(self._room)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._none)
        self.body.addLayout(self._lines)
        self.body.addWidget(hairline())
        self.body.addWidget(self._limit_field())

    def _limit_field(self) -> QWidget:
        self._limit = QSpinBox()
        self._limit.setObjectName("library.downloads.limit")
        self._limit.setAccessibleName(tr("Room for films in gigabytes"))
        self._limit.setRange(1, _MOST_GIB)
        self._limit.setSuffix(" GB")
        self._limit.setKeyboardTracking(False)
        self._limit.setFixedWidth(scaled(_FIELD_WIDTH))
        self._limit.setFont(font(tabular=True))
        self._limit.lineEdit().setTextMargins(12, 0, 12, 0)
        self._limit.valueChanged.connect(self._on_limit)
        return Field(tr("Room for films"), self._limit, tr("For films from elsewhere; what is here already stays."))

    def show_state(self, state: DownloadsState) -> None:
        """Draw what is here."""
        self.banner.show_problem(state.refusal)
        found = state.downloads
        self._limit.setEnabled(found is not None)
        if found is None:
            return
        self._show_room(found)
        self._none.setVisible(not found.downloads)
        ids = tuple(one.content_id for one in found.downloads)
        if ids != self._shown:
            self._lay_out(ids)
        for at, one in enumerate(found.downloads):
            item = self._lines.itemAt(at)
            line = None if item is None else item.widget()
            if isinstance(line, DownloadLine):
                line.show_download(one, busy=state.busy)

    def _show_room(self, found: DownloadsOut) -> None:
        self._room.setText(
            tr(
                "{taken} of {limit} taken; the disk has {free} left.",
                taken=size(found.taken_bytes),
                limit=size(found.limit_bytes),
                free=size(found.free_bytes),
            )
        )
        self._bar.show_progress(min(found.taken_bytes, found.limit_bytes), max(1, found.limit_bytes))
        self._limit.blockSignals(True)
        self._limit.setValue(round(found.limit_bytes / _GIB))
        self._limit.blockSignals(False)

    def _lay_out(self, ids: tuple[ContentId, ...]) -> None:
        self._shown = ids
        while (item := self._lines.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for content in ids:
            line = DownloadLine()
            line.film_wanted.connect(partial(self.film_wanted.emit, content))
            line.again.connect(partial(self.again.emit, content))
            line.free.connect(partial(self.free.emit, content))
            self._lines.addWidget(line)

    def _on_limit(self, gib: int) -> None:
        self.limited.emit(gib * _GIB)

    def _on_action(self, _action: Action, _problem: Problem) -> None:
        self.banner.show_problem(None)


class DownloadLine(QWidget):
    """One film. Signals: ``film_wanted``, ``again``, ``free``."""

    film_wanted = Signal()
    again = Signal()
    free = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("library.download")
        self._title = text.Text(weight=text.Weight.DemiBold)
        self._title.setWordWrap(True)
        self._facts, self._why = text.caption(wrap=True), text.muted()
        self._why.set_ink("warn")
        self._bar, self._badge = ProgressBar(), Badge()
        self._play = secondary(tr("Watch"), name="library.download.watch", icon="play")
        self._again = secondary(tr("Try again"), name="library.download.again", icon="retry")
        self._free = ghost(tr("Take off this disk"), name="library.download.free")
        self._free.setToolTip(tr("What you own stays yours; it can be fetched again."))
        self._play.clicked.connect(self.film_wanted)
        self._again.clicked.connect(self.again)
        self._free.clicked.connect(self.free)
        words = column(self._title, self._facts, spacing=2)
        line = Beside(words, self._badge, self._free, self._again, self._play, least=600)
        self.setLayout(column(line, self._bar, self._why, spacing=4))

    def show_download(self, one: DownloadOut, *, busy: bool) -> None:
        """Draw how far it is."""
        words, tone = _BADGES[one.state]
        self._title.setText(one.title)
        self._badge.set_state(tr(words), tone)
        parts = tr("{done} of {of} parts", done=one.done, of=one.of)
        if one.of < one.chunk_count:
            rest = one.chunk_count - one.of
            parts += tr_count(rest, "; {count} more is not yours yet", "; {count} more are not yours yet")
        takes = tr("beside its seller, takes nothing more") if one.beside_node else size(one.size_bytes)
        self._facts.setText(f"{parts} · {takes} · {moment(one.at)}")
        self._bar.setVisible(one.state in ("waiting", "coming"))
        self._bar.show_progress(one.done, max(1, one.of))
        told = one.problem
        self._why.setVisible(told is not None)
        if told is not None:
            self._why.setText(advice(Problem(told.code, told.params, told.retryable)).sentence)
        self._again.setVisible(one.state == "failed")
        self._play.setVisible(one.state == "here")
        for button in (self._again, self._free):
            button.setEnabled(not busy)
        self.setAccessibleName(f"{one.title}, {tr(words)}, {parts}")
