"""Media keys, headsets and the desktop's own controls: MPRIS by D-Bus (see media_object.py).

Where there is no session bus, the keys reach the window itself while it has the focus (see keys.py).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from player.core.playback import State
from player.core.speed import SPEEDS
from player.pages.watch.awake import BUS
from player.pages.watch.projector import monotonic_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtDBus import QDBusConnection

    from player.pages.watch.media_object import MediaObject
    from player.pages.watch.state import WatchState
    from player.pages.watch.view_model import WatchViewModel

PATH, SERVICE = "/org/mpris/MediaPlayer2", "org.mpris.MediaPlayer2.museclock"
PLAYER: Final = "org.mpris.MediaPlayer2.Player"
_OURS = "museclock-media-keys"
# Position is asked for, never told; the rest is told when it changes.
_TOLD: Final = ("PlaybackStatus", "Rate", "Volume", "Metadata", "CanGoNext", "CanPlay")
_OVER = (State.EMPTY, State.ENDED, State.FAILED)
# What playing on does not explain was a jump.
_JUMP_MS = 1_000

_ROOT: Final[dict[str, Any]] = {
    "Identity": "Museclock",
    "DesktopEntry": "museclock",
    "CanQuit": True,
    "CanRaise": True,
    "HasTrackList": False,
    "SupportedUriSchemes": [],
    "SupportedMimeTypes": [],
}
_ACTS: Final[dict[str, Callable[[WatchViewModel], None]]] = {
    "PlayPause": lambda model: model.toggle(),
    "Play": lambda model: model.play(),
    "Pause": lambda model: model.pause(),
    "Stop": lambda model: model.pause(),
    "Next": lambda model: model.open_next(),
    "Previous": lambda model: model.seek(0),
}


class MediaKeys(QObject):
    """Offers one film to the desktop while it is open; the bus is asked only for a film.

    The card over a locked part is answered in the window alone; a budget given there holds for whoever plays on.
    Other programs of this person learn title, creator, length and position, never the film's id, a price or a sum. A
    second window is there by a name with its process in it, as MPRIS has it.
    """

    def __init__(self, model: WatchViewModel, raise_window: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__()
        self._model = model
        self._window_acts = {"Raise": raise_window, "Quit": leave}
        self._bus: QDBusConnection | None = None
        self._object: MediaObject | None = None
        self._is_tried = False
        self._told: dict[str, Any] = {}
        self._films = 0
        self._film = ""
        self._at: tuple[int, int, float] = (0, 0, 0.0)

    @property
    def is_offered(self) -> bool:
        """Whether the desktop knows of the film."""
        return self._bus is not None

    def follow(self, state: WatchState) -> None:
        """Offer the film that is open, and tell what changed about it."""
        if state.item is None:
            self.close()
            return
        if state.content_id != self._film:
            self._film, self._films = state.content_id, self._films + 1
        if self._object is None and (state.playback.state is State.EMPTY or not self._offer()):
            return
        if self._object is not None:
            facts = self.facts()
            changed = {name: facts[name] for name in _TOLD if facts[name] != self._told.get(name)}
            self._note_jump(state, is_other_film="Metadata" in changed)
            if changed:
                self._told |= changed
                self._object.changed.emit(PLAYER, changed, [])

    def close(self) -> None:
        """Take the film back. Idempotent."""
        self._is_tried, self._told, self._film = False, {}, ""
        if self._bus is not None:
            from PySide6.QtDBus import QDBusConnection

            self._bus.unregisterObject(PATH)
            self._bus = self._object = None
            QDBusConnection.disconnectFromBus(_OURS)

    # ── what the desktop asks ──

    def facts(self) -> dict[str, Any]:
        """Give the value of every property."""
        state = self._model.state
        return {
            **_ROOT,
            "PlaybackStatus": _status(state),
            "Rate": state.speed,
            "MinimumRate": SPEEDS[0],
            "MaximumRate": SPEEDS[-1],
            "Volume": 0.0 if state.muted else state.volume / 100,
            "Metadata": self._metadata(),
            "Position": self._model.projector.position_ms * 1000,
            "CanGoNext": state.following is not None,
            "CanGoPrevious": True,
            "CanPlay": state.playback.state is not State.PAYWALLED,
            "CanPause": True,
            "CanSeek": True,
            "CanControl": True,
        }

    def act(self, name: str) -> None:
        """Do what a method without values says."""
        if name in _ACTS:
            _ACTS[name](self._model)
        else:
            self._window_acts[name]()

    def take(self, name: str, value: float) -> None:
        """Set the rate or the volume; a rate of nothing is a pause (MPRIS)."""
        if name == "Volume":
            self._model.set_volume(round(value * 100))
        elif value:
            self._model.set_speed(value)
        else:
            self._model.pause()

    def skip(self, by_ms: int) -> None:
        """Go on or back."""
        self._model.skip(by_ms)

    def seek(self, track: str, to_ms: int) -> None:
        """Go to a place of the film that is meant, which may be over by now."""
        item = self._model.state.item
        if track == self._track and item is not None and 0 <= to_ms <= item.duration_ms:
            self._model.seek(to_ms)

    # ── the object ──

    @property
    def _track(self) -> str:
        return f"/org/museclock/film/{self._films}"

    def _metadata(self) -> dict[str, Any]:
        from PySide6.QtDBus import QDBusObjectPath

        item = self._model.state.item
        if item is None:
            return {}
        return {
            "mpris:trackid": QDBusObjectPath(self._track),
            "mpris:length": item.duration_ms * 1000,
            "xesam:title": item.title,
            "xesam:artist": [item.creator_name],
        }

    def _note_jump(self, state: WatchState, *, is_other_film: bool) -> None:
        """Tell of a place that playing on does not lead to: others count along by themselves."""
        was_ms, then_ms, pace = self._at
        now_ms, here_ms = monotonic_ms(), state.position_ms
        expected_ms = was_ms + (now_ms - then_ms) * pace
        self._at = (here_ms, now_ms, state.speed if state.playback.state is State.PLAYING else 0.0)
        if not is_other_film and abs(here_ms - expected_ms) > _JUMP_MS and self._object is not None:
            self._object.player.seeked.emit(here_ms * 1000)

    def _offer(self) -> bool:
        # Once a film: a bus that is not there is not asked at each picture.
        if self._is_tried or not os.environ.get(BUS):
            return False
        self._is_tried = True
        from PySide6.QtDBus import QDBusConnection

        from player.pages.watch.media_object import MediaObject

        bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, _OURS)
        made, parts = MediaObject(self), QDBusConnection.RegisterOption
        shown = parts.ExportAdaptors | parts.ExportScriptableSignals | parts.ExportNonScriptableSignals
        if (
            not bus.isConnected()
            or not bus.registerObject(PATH, made, shown)
            or not (bus.registerService(SERVICE) or bus.registerService(f"{SERVICE}.instance{os.getpid()}"))
        ):
            QDBusConnection.disconnectFromBus(_OURS)
            return False
        self._bus, self._object = bus, made
        return True


def _status(state: WatchState) -> str:
    if state.is_playing:
        return "Playing"
    return "Stopped" if state.playback.state in _OVER else "Paused"
