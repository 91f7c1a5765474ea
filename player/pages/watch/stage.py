"""The picture from edge to edge, with what lies on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from player.core.playback import State
from player.pages.watch.controls import POINTER_EVENTS, Controls, Fader
from player.pages.watch.overlay import BigPlay, MeterText, OverlayButton, OverlayText, Shade
from player.pages.watch.paywall import PaywallCard
from player.pages.watch.surface import VideoSurface
from studio.kit.format import duration, money
from studio.kit.tokens import HEADING
from studio.kit.widgets.banner import ProblemBanner
from studio.kit.widgets.text import Weight

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from player.pages.watch.state import WatchState

_BANNER_WIDTH = 560
# Left of the button for receipts.
_METER_RIGHT, _METER_TOP = 64, 20


class Stage(QWidget):
    """Surface below, overlays above. Signal: ``receipts_wanted``; others belong to its parts."""

    receipts_wanted = Signal()
    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(480, 320)
        self.setMouseTracking(True)
        self.surface = VideoSurface()
        self.surface.setParent(self)
        self.controls, self.paywall, self.start = Controls(), PaywallCard(), BigPlay()
        self.banner = ProblemBanner(name="watch.problem")
        self.banner.setFixedWidth(_BANNER_WIDTH)
        self.banner.setAutoFillBackground(True)
        self._head = Shade(at_top=True)
        self._title = OverlayText(HEADING, name="watch.title", weight=Weight.DemiBold)
        self._by = OverlayText(muted=True)
        self.meter = MeterText()
        self._receipts = OverlayButton("receipt", "Receipts", name="watch.receipts.toggle")
        self._receipts.clicked.connect(self.receipts_wanted)
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
        head.addWidget(self._receipts, 0, Qt.AlignmentFlag.AlignTop)
        # Beside the head, not in it: what is being spent stays in sight when the controls fade.
        self.meter.setParent(self)
        self.meter.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addStretch(1)
        layout.addWidget(self.start, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        low = QHBoxLayout()
        low.setContentsMargins(24, 0, 24, 8)
        low.addWidget(self.paywall)
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
        self._place_meter()
        self.controls.show_state(state)
        self.start.setVisible(state.playback.state is State.EMPTY and item is not None and state.problem is None)
        if paywall is not None:
            self.paywall.show_paywall(paywall)
        self.paywall.setVisible(paywall is not None)
        self.banner.show_problem(state.problem if paywall is None else None)
        self.surface.set_dimmed(dimmed=paywall is not None or state.problem is not None)
        self.fader.allow(rest=state.playback.state is State.PLAYING)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.surface.setGeometry(self.rect())
        self._place_meter()
        super().resizeEvent(event)

    def _place_meter(self) -> None:
        self.meter.adjustSize()
        self.meter.move(self.width() - _METER_RIGHT - self.meter.width(), _METER_TOP)
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
        return f"spent {money(state.budget.spent)} of {money(state.budget.limit)}"
    return f"spent {money(state.spent)}" if state.spent else "nothing spent"
