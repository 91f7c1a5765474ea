"""The page that shows while a demo world is built: what is being made, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.kit.icons import Icon
from studio.kit.theme import scaled
from studio.kit.tokens import GUTTER
from studio.kit.widgets import text
from studio.kit.widgets.button import ghost
from studio.kit.widgets.card import Card, row
from studio.kit.widgets.progress import ProgressBar
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.kit.service_process import ServiceProcess
    from studio.kit.service_state import Building
    from studio.window import Window

# Name, words, and its part of the whole in hundredths, of a usual and of a large world; ``more`` is only in large ones.
_STAGES: Final = (
    ("chain", mark("A chain of its own, with the real contracts"), 2, 1),
    ("history", mark("Films drawn and sealed, and their past lived through day by day"), 88, 23),
    ("more", mark("A hundred thousand films and a million payments entered"), 0, 52),
    ("books", mark("Sums made for each page, and checked"), 2, 12),
    ("kept", mark("Kept for the next time"), 4, 7),
    ("copy", mark("Brought to its place"), 4, 5),
)
_NAMES: Final = tuple(name for name, _, _, _ in _STAGES)
_WIDTH: Final = 560


class OpeningPage(QWidget):
    """Stages with one bar; it goes as soon as the service is ready. Signal: ``cancelled`` when nobody wants to wait."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page.opening")
        self.setAccessibleName(tr("The demo world is being built"))
        card = Card(spacing=12)
        card.setFixedWidth(scaled(_WIDTH))
        self._percent = text.lead("")
        self._percent.setObjectName("opening.percent")
        title = row(text.lead(tr("Building the demo world")))
        title.addStretch(1)
        title.addWidget(self._percent)
        card.body.addLayout(title)
        words = tr("Made once, from real transactions and sealed films, and kept for the next time.")
        card.body.addWidget(text.caption(words))
        card.body.addSpacing(8)
        self._bar = ProgressBar()
        self._bar.setObjectName("opening.bar")
        self._bar.setAccessibleName(tr("How far it is"))
        card.body.addWidget(self._bar)
        card.body.addSpacing(4)
        self._rows = {name: _Stage(name, tr(words)) for name, words, _, _ in _STAGES}
        for line in self._rows.values():
            card.body.addWidget(line)
        self._rows["more"].hide()
        self._is_large = False
        card.body.addSpacing(8)
        card.body.addLayout(self._way_out())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        layout.addStretch(2)
        layout.addWidget(Icon("mark", "accent", 64), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(GUTTER)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def _way_out(self) -> QHBoxLayout:
        cancel = ghost(tr("Cancel"), name="opening.cancel", says=tr("Stop building and close the window"))
        cancel.clicked.connect(self.cancelled)
        line = row(
            text.caption(tr("An empty world opens at once:")), text.muted("museclock demo --size empty", wrap=False)
        )
        line.addStretch(1)
        line.addWidget(cancel)
        return line

    def show_building(self, news: Building) -> None:
        """Show how far it is; a stage of a name that is not known changes nothing."""
        if news.stage not in _NAMES:
            return
        here = _NAMES.index(news.stage)
        if news.stage == "more":
            self._rows["more"].show()
            self._is_large = True
            if not news.part:
                # Only named, before anything is made.
                return
        for place, name in enumerate(_NAMES):
            self._rows[name].show_part(1.0 if place < here else news.part if place == here else 0.0)
        shares = [large if self._is_large else usual for _, _, usual, large in _STAGES]
        self._bar.show_progress(round(10 * (sum(shares[:here]) + shares[here] * news.part)), 1000)
        self._percent.setText(f"{self._bar.percent} %")


class Opening(QObject):
    """Puts the page up while a service builds, and takes it away when it is ready. ``show``: brings what was meant."""

    def __init__(self, process: ServiceProcess, window: Window, show: Callable[[], None]) -> None:
        super().__init__()
        self._process, self._window, self._show = process, window, show
        self._page: OpeningPage | None = None
        process.changed.connect(self._look)

    def stop(self) -> None:
        """Look no more."""
        self._process.changed.disconnect(self._look)

    @Slot()
    def _look(self) -> None:
        state = self._process.state
        if state.building is not None:
            if self._page is None:
                self._page = OpeningPage()
                self._page.cancelled.connect(self._window.close)
            # Whoever went elsewhere meanwhile finds nothing there yet.
            self._window.show_page(self._page, "opening")
            self._page.show_building(state.building)
        elif self._page is not None:
            page, self._page = self._page, None
            self._show()
            self._window.drop_page(page)


class _Stage(QWidget):
    """One line: a dot that becomes a tick, words, and the part of it that is done."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__()
        self.setObjectName(f"opening.{name}")
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._waits, self._done = Icon("clock", "neutral", 16), Icon("check", "ok", 16)
        self._done.hide()
        self._words = text.muted(words, wrap=False)
        self._part = text.caption("")
        for widget in (self._waits, self._done, self._words):
            self._line.addWidget(widget)
        self._line.addStretch(1)
        self._line.addWidget(self._part)

    def show_part(self, part: float) -> None:
        """Show how far this stage is, from 0 to 1."""
        is_done = part >= 1
        self._done.setVisible(is_done)
        self._waits.setVisible(not is_done)
        self._words.set_ink("text" if 0 < part < 1 else "muted")
        self._part.setText(f"{int(part * 100)} %" if 0 < part < 1 else "")
