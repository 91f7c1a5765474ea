"""The picture from edge to edge, with what lies on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from player.core.playback import State
from player.pages.watch.caption_text import CaptionText
from player.pages.watch.controls import POINTER_EVENTS, Controls, Fader
from player.pages.watch.next_up import NextCard
from player.pages.watch.overlay import BigPlay, MeterText, OverlayButton, RatesText, Shade, ShortenedText
from player.pages.watch.panels import OverlayLines, figure_lines, key_lines
from player.pages.watch.paywall import PaywallCard
from player.pages.watch.peek import STEP_MS
from player.pages.watch.peek_bubble import PeekBubble
from player.pages.watch.price_words import price_lines
from player.pages.watch.surface import VideoSurface
from studio.kit.format import duration, money
from studio.kit.theme import scaled
from studio.kit.tokens import HEADING, LEAD
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.scrolled import Scrolled
from studio.kit.widgets.text import Weight
from studio.kit.words import tr

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from player.pages.watch.state import WatchState

_BANNER_WIDTH = 560
_METER_RIGHT, _METER_TOP = 16, 20
_SIDE = 24
_BUBBLE_GAP = 6
_GAP = 8
# A film is mostly there before; a word that flashes says nothing.
_LATE_MS = 400


class Stage(QWidget):
    """Surface below, overlays above. Signals: what was pressed; ``stop_wanted`` ends buying without being asked."""

    receipts_wanted = Signal()
    channel_wanted = Signal()
    stop_wanted = Signal()
    peek_wanted = Signal(int)
    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(480, 320)
        self.setMouseTracking(True)
        self.surface = VideoSurface()
        self.surface.setParent(self)
        self.controls, self.paywall, self.start = Controls(), PaywallCard(), BigPlay()
        self.following = NextCard()
        self.banner = ProblemBanner(name="watch.problem")
        self.banner.setAutoFillBackground(True)
        self._head = Shade(at_top=True)
        self._title = ShortenedText(HEADING, name="watch.title", weight=Weight.DemiBold)
        self._by = ShortenedText(muted=True)
        self.meter = MeterText()
        self._price = MeterText("watch.price", LEAD)
        self._rates = RatesText("watch.rates")
        self._channel = OverlayButton("heart", tr("The creator’s channel"), name="watch.channel")
        self._channel.clicked.connect(self.channel_wanted)
        self._receipts = OverlayButton("receipt", tr("Receipts"), name="watch.receipts.toggle")
        self._receipts.clicked.connect(self.receipts_wanted)
        self._stop = OverlayButton("close", tr("Stop buying by itself"), name="watch.budget.end")
        self._stop.clicked.connect(self.stop_wanted)
        self._figures = OverlayLines("watch.figures", tr("This sitting"))
        self._keys = OverlayLines("watch.help", tr("Keys"))
        self._bubble = PeekBubble(self)
        self._captions = CaptionText(self)
        self._room = QWidget()
        self.patience = QTimer(self)
        self.patience.setSingleShot(True)
        self.patience.setInterval(_LATE_MS)
        self.patience.timeout.connect(self._on_late)
        self._said = ""
        self._pointed: tuple[int, str] | None = None
        self._build()
        self.surface.lower()
        self.fader = Fader(self, self._head, self.controls)
        for widget in (self, self.surface, self._head, self.controls):
            widget.installEventFilter(self)

    def _build(self) -> None:
        head = QHBoxLayout(self._head)
        head.setContentsMargins(24, 16, 16, 28)
        head.setSpacing(8)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self._title)
        names.addWidget(self._by)
        head.addLayout(names, 1)
        head.addWidget(self._room)
        for button in (self._stop, self._channel, self._receipts):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        # Beside the head, not in it: what is being spent stays in sight when the controls fade.
        self.meter.setParent(self)
        self.meter.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        for lines in (self._figures, self._keys):
            lines.setParent(self)
        self.controls.seek_bar.pointed.connect(self._on_pointed)
        self.controls.seek_bar.left.connect(self._on_left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addStretch(1)
        layout.addWidget(self.start, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(12)
        for line in (self._price, self._rates):
            layout.addWidget(line, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        low = QHBoxLayout()
        low.setContentsMargins(24, 0, 24, 8)
        low.addWidget(Scrolled(self.paywall))
        low.addWidget(self.following)
        low.addWidget(self.banner)
        low.addStretch(1)
        layout.addLayout(low)
        layout.addWidget(self.controls)

    def show_state(self, state: WatchState) -> None:
        """Draw the state."""
        item, paywall = state.item, state.paywall
        self._head.setVisible(item is not None)
        self.controls.setVisible(item is not None)
        if item is not None:
            self._title.setText(item.title)
            self._by.setText(f"{item.creator_name} · {duration(item.duration_ms)}")
        self.meter.setText(_meter(state))
        self.meter.setVisible(item is not None)
        self._stop.setVisible(state.budget is not None)
        self._place_meter()
        self.controls.show_state(state)
        self.start.setVisible(state.playback.state is State.EMPTY and item is not None and state.problem is None)
        price, rates = ("", "") if self.start.isHidden() else price_lines(state)
        self._say(price)
        if item is not None or state.problem is not None:
            self.patience.stop()
        elif state.content_id and not self.patience.isActive():
            self.patience.start()
        self._rates.show_rates(rates, self.width() - 2 * _SIDE)
        self._rates.setVisible(bool(rates))
        if paywall is not None:
            self.paywall.show_paywall(paywall)
        self.paywall.setVisible(paywall is not None)
        self.banner.show_problem(state.problem if paywall is None else None)
        self.surface.set_dimmed(dimmed=paywall is not None or state.problem is not None)
        self.following.show_film(state.following if state.playback.state is State.ENDED else None)
        self._figures.show_lines(figure_lines(state))
        self._keys.show_lines(key_lines(state))
        self._place_lines()
        self._said = "" if paywall is not None else state.tracks.said_at(state.position_ms)
        self._place_captions()
        self.fader.allow(rest=state.playback.state is State.PLAYING)

    def _say(self, words: str) -> None:
        self._price.setText(words)
        self._price.setVisible(bool(words))

    def _on_late(self) -> None:
        self._say(tr("Opening the film…"))

    def show_peek(self, position_ms: int, picture: QImage) -> None:
        """Show the picture at a position, if the pointer is there still."""
        if self._pointed is not None and abs(self._pointed[0] - position_ms) <= STEP_MS:
            self._show_bubble(picture)

    def _on_pointed(self, position_ms: int, words: str) -> None:
        self._pointed = (position_ms, words)
        self._show_bubble(QImage())
        self.peek_wanted.emit(position_ms)

    def _on_left(self) -> None:
        self._pointed = None
        self._bubble.hide()

    def _show_bubble(self, picture: QImage) -> None:
        if self._pointed is not None:
            position_ms, words = self._pointed
            bar = self.controls.seek_bar
            over = bar.mapTo(self, QPoint(bar.x_of(position_ms), 0))
            self._bubble.show_at(over.x(), over.y() - _BUBBLE_GAP, words, picture)

    def _place_lines(self) -> None:
        """Side by side; where there is no room for both, what the keys do is in front, and the figures wait."""
        top = self._head.sizeHint().height()
        # Beside the card, where there is one: both are read. Where there is no room the figures wait as well.
        beside = 0 if self.paywall.isHidden() else self.paywall.width() + _SIDE
        self._figures.move(_SIDE + beside, top)
        self._keys.move(max(0, self.width() - _SIDE - self._keys.width()), top)
        overlaps = not self._keys.isHidden() and self._figures.geometry().intersects(self._keys.geometry())
        has_no_room = bool(beside) and self._figures.geometry().right() > self.width()
        self._figures.set_covered(covered=overlaps or has_no_room)
        for lines in (self._figures, self._keys):
            lines.raise_()

    def _place_captions(self) -> None:
        """Above the bar of controls, also while that is faded: words that jump are hard to read."""
        bottom = self.controls.height() if self.controls.isVisible() else _SIDE
        self._captions.show_words(self._said, self.rect().adjusted(0, 0, 0, -bottom))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.surface.setGeometry(self.rect())
        room = self.width() - 2 * _SIDE
        self.banner.setFixedWidth(min(scaled(_BANNER_WIDTH), room))
        self._rates.fit(room)
        self._place_captions()
        self._place_meter()
        self._place_lines()
        super().resizeEvent(event)

    def _place_meter(self) -> None:
        """Left of the buttons; the title ends where it begins."""
        self.meter.adjustSize()
        self._room.setFixedWidth(self.meter.width() + _GAP)
        shown = [one for one in (self._stop, self._channel, self._receipts) if not one.isHidden()]
        buttons = sum(one.sizeHint().width() + _GAP for one in shown)
        self.meter.move(self.width() - _METER_RIGHT - buttons - self.meter.width(), _METER_TOP)
        self.meter.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in POINTER_EVENTS:
            self.fader.stir()
        if watched is self.surface and event.type() is QEvent.Type.MouseButtonPress:
            self.clicked.emit()
        return super().eventFilter(watched, event)


def _meter(state: WatchState) -> str:
    if state.item is None:
        return ""
    if state.budget is not None:
        return tr("spent {spent} of {limit}", spent=money(state.budget.spent), limit=money(state.budget.limit))
    return tr("spent {spent}", spent=money(state.spent)) if state.spent else tr("nothing spent")
