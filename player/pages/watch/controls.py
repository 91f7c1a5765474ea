"""The bar of controls over the lower edge of the picture."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QPropertyAnimation, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QGraphicsOpacityEffect, QHBoxLayout, QMenu, QSlider, QVBoxLayout, QWidget

from player.core.playback import State
from player.core.speed import LOUDEST, SPEEDS, speed_words
from player.pages.watch.overlay import OverlayButton, OverlayText, OverlayWord, Shade, ShortenedText
from player.pages.watch.seek_bar import SeekBar
from player.pages.watch.track_menu import TrackMenu
from studio.kit.format import duration
from studio.kit.theme import eased
from studio.kit.tokens import DARK, MOTION_MS
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from player.pages.watch.state import WatchState

REST_MS = 2_000
_LEAST_WITH_LENGTH = 400
_SLIDER = f"""
QSlider::groove:horizontal {{ height: 4px; background: rgba(232, 236, 241, 70); border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {DARK.text}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -4px 0; border-radius: 6px; background: {DARK.text}; }}
"""


class Controls(Shade):
    """Play, position, speed, sound, small window, full screen. Signals are what the viewer asked for."""

    toggle_wanted = Signal()
    skip_wanted = Signal(int)
    mute_wanted = Signal()
    volume_wanted = Signal(int)
    fullscreen_wanted = Signal()
    speed_wanted = Signal(float)
    small_wanted = Signal()
    keys_wanted = Signal()
    next_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(at_top=False)
        self.seek_bar = SeekBar()
        self.play = OverlayButton("play", "Play (Space)", name="watch.play", size=44)
        self._time = OverlayText(name="watch.time")
        self._is_narrow = False
        self._words = ShortenedText(name="watch.words", muted=True)
        self._sound = OverlayButton("volume", tr("Sound off (M)"), name="watch.mute")
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setObjectName("watch.volume")
        self._volume.setAccessibleName(tr("Loudness"))
        self._volume.setRange(0, LOUDEST)
        self._volume.setFixedWidth(96)
        self._volume.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._volume.setStyleSheet(_SLIDER)
        self._next = OverlayButton("next", tr("Next film (N)"), name="watch.following")
        self._speed = OverlayWord("1×", tr("Speed (< and >)"), name="watch.speed")
        self._tracks = OverlayWord("CC", tr("Captions, sound and chapters (C)"), name="watch.tracks")
        self.tracks = TrackMenu(self)
        self._keys = OverlayButton("info", tr("What the keys do (?)"), name="watch.keys")
        self._state: WatchState | None = None
        self._small = OverlayButton("inset", tr("Small window (P)"), name="watch.inset")
        self._full = OverlayButton("fullscreen", tr("Full screen (F)"), name="watch.fullscreen")
        self._build()
        self.play.clicked.connect(self.toggle_wanted)
        self._sound.clicked.connect(self.mute_wanted)
        self._volume.valueChanged.connect(self.volume_wanted)
        self._full.clicked.connect(self.fullscreen_wanted)
        self._small.clicked.connect(self.small_wanted)
        self._keys.clicked.connect(self.keys_wanted)
        self._next.clicked.connect(self.next_wanted)
        self._speed.clicked.connect(self._choose_speed)
        self._tracks.clicked.connect(self._open_tracks)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 12)
        layout.setSpacing(4)
        layout.addWidget(self.seek_bar)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.play)
        line.addWidget(self._next)
        line.addWidget(self._time)
        line.addSpacing(16)
        line.addWidget(self._words, 1)
        for widget in (self._tracks, self._speed, self._sound, self._volume, self._keys, self._small, self._full):
            line.addWidget(widget)
        layout.addLayout(line)

    def show_state(self, state: WatchState) -> None:
        """Draw the state."""
        timeline, playback = state.timeline, state.playback
        self.setEnabled(timeline is not None)
        if timeline is not None:
            self.seek_bar.show_bands(timeline.bands(state.position_ms, state.bought), state.position_ms)
            self.seek_bar.show_chapters(state.tracks.chapters)
            self._state = state
            self._show_time()
        ended = playback.state is State.ENDED
        icon = "pause" if state.is_playing else "retry" if ended else "play"
        says = tr("Pause") if state.is_playing else tr("Watch again") if ended else tr("Play")
        self.play.show_icon(icon, f"{says} (Space)")
        said = tr(_WORDS.get(playback.state, ""))
        self._words.setText(tr(said) if said else state.tracks.chapter_at(state.position_ms))
        self._sound.show_icon(
            "mute" if state.muted else "volume", tr("Sound on (M)") if state.muted else tr("Sound off (M)")
        )
        self._speed.show_word(speed_words(state.speed))
        self._next.setVisible(state.following is not None)
        self._volume.setToolTip(f"{state.volume} %")
        shown = 0 if state.muted else state.volume
        if self._volume.value() != shown:
            self._volume.blockSignals(True)
            self._volume.setValue(shown)
            self._volume.blockSignals(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # What has a key and is needed least goes first: letters twice as large leave no room for all.
        for least, part in ((560, self._keys), (500, self._volume), (440, self._small)):
            part.setVisible(event.size().width() >= eased(least))
        is_narrow = event.size().width() < eased(_LEAST_WITH_LENGTH)
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._show_time()

    def _show_time(self) -> None:
        """Say where the film is, and how long it is where there is room for that."""
        state = self._state
        if state is not None and state.timeline is not None:
            here, whole = duration(state.position_ms), duration(state.timeline.duration_ms)
            self._time.setText(here if self._is_narrow else f"{here} / {whole}")

    def _open_tracks(self) -> None:
        if self._state is not None:
            self.tracks.show_tracks(self._state.tracks, self._state.tracks.chapter_at(self._state.position_ms))
            self.tracks.popup(self._above(self._tracks, self.tracks))

    def _above(self, button: QWidget, menu: QMenu) -> QPoint:
        return button.mapToGlobal(button.rect().topLeft()) - QPoint(0, menu.sizeHint().height())

    def _choose_speed(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("watch.speeds")
        for speed in SPEEDS:
            menu.addAction(speed_words(speed)).triggered.connect(partial(self.speed_wanted.emit, speed))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._above(self._speed, menu))


_WORDS = {
    State.STALLED: mark("Waiting for the next part…"),
    State.PAYWALLED: mark("Stopped at a part that is not bought"),
    State.ENDED: mark("The end"),
}


class Fader:
    """Fades widgets away when the pointer rests. They stay where they are for keys and assistive technology."""

    def __init__(self, owner: QWidget, *widgets: QWidget) -> None:
        self._effects: list[QGraphicsOpacityEffect] = []
        self._animations: list[QPropertyAnimation] = []
        for widget in widgets:
            effect = QGraphicsOpacityEffect(widget)
            effect.setOpacity(1.0)
            effect.setEnabled(False)
            widget.setGraphicsEffect(effect)
            animation = QPropertyAnimation(effect, b"opacity", owner)
            animation.setDuration(MOTION_MS)
            self._effects.append(effect)
            self._animations.append(animation)
        self._owner, self._widgets = owner, widgets
        self._may_rest, self.away = False, False
        self._timer = QTimer(owner)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._rest)

    def stir(self) -> None:
        """The pointer moved or a key was pressed."""
        if self.away:
            self.away = False
            self._owner.unsetCursor()
            for animation, effect in zip(self._animations, self._effects, strict=True):
                animation.stop()
                effect.setOpacity(1.0)
                effect.setEnabled(False)
        if self._may_rest:
            self._timer.start()

    def allow(self, *, rest: bool) -> None:
        """Say whether the widgets may fade at all: only while the film runs."""
        if rest != self._may_rest:
            self._may_rest = rest
            self._timer.stop()
            self.stir()

    def _rest(self) -> None:
        if any(_busy(widget) for widget in self._widgets):
            self._timer.start()
            return
        self.away = True
        self._owner.setCursor(Qt.CursorShape.BlankCursor)
        for animation, effect in zip(self._animations, self._effects, strict=True):
            effect.setEnabled(True)
            animation.setStartValue(1.0)
            animation.setEndValue(0.0)
            animation.start()


def _busy(widget: QWidget) -> bool:
    """Whether the pointer rests on one of a widget's controls.

    A control alone does not know: Qt tells it nothing when the pointer left it while the window came anew under the
    pointer. The pointer's place alone does not tell either: some desktops keep the last one when it left the window.
    """
    pointed = widget.childAt(widget.mapFromGlobal(QCursor.pos()))
    return pointed is not None and pointed.underMouse()


POINTER_EVENTS = frozenset({QEvent.Type.MouseMove, QEvent.Type.HoverMove, QEvent.Type.MouseButtonPress})
