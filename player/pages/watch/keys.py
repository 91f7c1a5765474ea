"""What the keys do on the watch page: one table for the hands and for the help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from player.core.speed import faster, slower
from studio.kit.words import mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from player.pages.watch.view_model import WatchViewModel

_SKIP_MS, _STEP_MS, _LOUDER = 10_000, 5_000, 10
# With nothing between key pictures to go back to, back means a moment before this one.
_BACK_MS = 1_000

HELP: tuple[tuple[str, str], ...] = (
    ("Space  K", mark("play or pause")),
    ("←  →", mark("5 seconds back or on")),
    ("J  L", mark("10 seconds back or on")),
    ("0 – 9", mark("to a tenth of the film")),
    ("↑  ↓", mark("louder or softer, up to 150 %")),
    ("M", mark("sound off or on")),
    ("C", mark("captions on or off")),
    ("<  >", mark("slower or faster, 0.25 to 3")),
    (".  ,", mark("next picture, or a moment back")),
    (mark("PgUp  PgDn"), mark("chapter back or on")),
    ("F", mark("full screen")),
    ("P", mark("small window")),
    ("N", mark("next film")),
    ("R", "receipts"),
    ("I", mark("figures of this sitting")),
    ("?", mark("these keys")),
)


def _step(model: WatchViewModel) -> None:
    if model.state.is_playing:
        model.pause()
    else:
        model.step()


def _step_back(model: WatchViewModel) -> None:
    model.pause()
    model.skip(-_BACK_MS)


_ACTS: dict[Qt.Key, Callable[[WatchViewModel], None]] = {
    Qt.Key.Key_Space: lambda model: model.toggle(),
    Qt.Key.Key_K: lambda model: model.toggle(),
    Qt.Key.Key_MediaPlay: lambda model: model.play(),
    Qt.Key.Key_MediaTogglePlayPause: lambda model: model.toggle(),
    Qt.Key.Key_MediaPause: lambda model: model.pause(),
    Qt.Key.Key_MediaStop: lambda model: model.pause(),
    Qt.Key.Key_MediaNext: lambda model: model.open_next(),
    Qt.Key.Key_MediaPrevious: lambda model: model.seek(0),
    Qt.Key.Key_J: lambda model: model.skip(-_SKIP_MS),
    Qt.Key.Key_L: lambda model: model.skip(_SKIP_MS),
    Qt.Key.Key_Left: lambda model: model.skip(-_STEP_MS),
    Qt.Key.Key_Right: lambda model: model.skip(_STEP_MS),
    Qt.Key.Key_Up: lambda model: model.set_volume(model.state.volume + _LOUDER),
    Qt.Key.Key_Down: lambda model: model.set_volume(model.state.volume - _LOUDER),
    Qt.Key.Key_C: lambda model: model.toggle_captions(),
    Qt.Key.Key_PageUp: lambda model: model.previous_chapter(),
    Qt.Key.Key_PageDown: lambda model: model.next_chapter(),
    Qt.Key.Key_M: lambda model: model.toggle_mute(),
    Qt.Key.Key_Greater: lambda model: model.set_speed(faster(model.state.speed)),
    Qt.Key.Key_Less: lambda model: model.set_speed(slower(model.state.speed)),
    Qt.Key.Key_Period: _step,
    Qt.Key.Key_Comma: _step_back,
    Qt.Key.Key_N: lambda model: model.open_next(),
    Qt.Key.Key_R: lambda model: model.toggle_receipts(),
    Qt.Key.Key_I: lambda model: model.toggle_figures(),
    Qt.Key.Key_Question: lambda model: model.toggle_keys(),
}
_DIGITS = range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)
_TAKEN = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def act_on(event: QKeyEvent, model: WatchViewModel) -> bool:
    """Do what a key means to the film; False for a key that means nothing here."""
    if event.modifiers() & _TAKEN:
        return False
    if event.key() in _DIGITS:
        model.seek_share(event.key() - Qt.Key.Key_0)
        return True
    act = _ACTS.get(Qt.Key(event.key()))
    if act is None:
        return False
    act(model)
    return True
