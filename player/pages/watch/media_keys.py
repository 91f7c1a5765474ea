"""Media keys, headsets and the desktop's own controls: MPRIS (specifications.freedesktop.org/mpris-spec, 2.2) by D-Bus.

Where there is no session bus, the keys reach the window itself while it has the focus (see keys.py).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject

from player.core.playback import State
from player.pages.watch.awake import BUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    from player.pages.watch.state import WatchState
    from player.pages.watch.view_model import WatchViewModel

PATH, SERVICE = "/org/mpris/MediaPlayer2", "org.mpris.MediaPlayer2.museclock"
_ROOT, _PLAYER = "org.mpris.MediaPlayer2", "org.mpris.MediaPlayer2.Player"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_OURS = "museclock-media-keys"
_SHOWN = ("PlaybackStatus", "Metadata", "CanGoNext")

_ACTS: Final[dict[str, Callable[[WatchViewModel], None]]] = {
    "PlayPause": lambda model: model.toggle(),
    "Play": lambda model: model.play(),
    "Pause": lambda model: model.pause(),
    "Stop": lambda model: model.pause(),
    "Next": lambda model: model.open_next(),
    "Previous": lambda model: model.seek(0),
}


class MediaKeys(QObject):
    """Offers one film to the desktop while it is open; nothing of it pays, and the bus is asked only for a film.

    A second window of Museclock finds the name taken and goes without.
    """

    def __init__(self, model: WatchViewModel, raise_window: Callable[[], None]) -> None:
        super().__init__()
        self._model, self._raise = model, raise_window
        self._bus: QDBusConnection | None = None
        self._object: QObject | None = None
        self._told: dict[str, Any] = {}

    @property
    def is_offered(self) -> bool:
        """Whether the desktop knows of the film."""
        return self._bus is not None

    def follow(self, state: WatchState) -> None:
        """Offer the film that is open, and tell what changed about it."""
        if state.item is None or state.playback.state is State.EMPTY:
            if state.item is None:
                self.close()
            return
        if self._bus is None and not self._offer():
            return
        shown = _player_facts(state)
        changed = {name: shown[name] for name in _SHOWN if shown[name] != self._told.get(name)}
        if changed and self._bus is not None:
            from PySide6.QtDBus import QDBusMessage

            self._told |= changed
            news = QDBusMessage.createSignal(PATH, _PROPERTIES, "PropertiesChanged")
            news.setArguments([_PLAYER, changed, []])
            self._bus.send(news)

    def close(self) -> None:
        """Take the film back. Idempotent."""
        if self._bus is not None:
            from PySide6.QtDBus import QDBusConnection

            self._bus.unregisterObject(PATH)
            self._bus = self._object = None
            self._told = {}
            QDBusConnection.disconnectFromBus(_OURS)

    def answer(self, message: QDBusMessage, bus: QDBusConnection) -> bool:
        """Do what the desktop asks; False for what is not ours."""
        name, given = message.member(), message.arguments()
        if message.interface() == _PROPERTIES:
            facts = self._facts(str(given[0]) if given else "")
            if name == "GetAll":
                return bus.send(message.createReply(facts))
            if name == "Get" and len(given) > 1 and given[1] in facts:
                from PySide6.QtDBus import QDBusVariant

                return bus.send(message.createReply(QDBusVariant(facts[given[1]])))
            return False
        if not self._act(name, given):
            return False
        return bus.send(message.createReply())

    def _act(self, name: str, given: list[Any]) -> bool:
        if name in _ACTS:
            _ACTS[name](self._model)
        elif name == "Seek" and given:
            self._model.skip(int(given[0]) // 1000)
        elif name == "Raise":
            self._raise()
        else:
            return False
        return True

    def _offer(self) -> bool:
        if not os.environ.get(BUS):
            return False
        from PySide6.QtDBus import QDBusConnection

        from player.pages.watch.media_object import MediaObject

        bus = QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, _OURS)
        made = MediaObject(self)
        if not bus.isConnected() or not bus.registerVirtualObject(PATH, made) or not bus.registerService(SERVICE):
            QDBusConnection.disconnectFromBus(_OURS)
            return False
        self._bus, self._object = bus, made
        return True

    def _facts(self, interface: str) -> dict[str, Any]:
        if interface == _ROOT:
            return {
                "Identity": "Museclock",
                "DesktopEntry": "museclock",
                "CanQuit": False,
                "CanRaise": True,
                "HasTrackList": False,
                "SupportedUriSchemes": [],
                "SupportedMimeTypes": [],
            }
        return _player_facts(self._model.state) if interface == _PLAYER else {}


def _player_facts(state: WatchState) -> dict[str, Any]:
    item = state.item
    status = "Playing" if state.is_playing else "Stopped" if state.playback.state is State.EMPTY else "Paused"
    return {
        "PlaybackStatus": status,
        "Rate": state.speed,
        "MinimumRate": 1.0,
        "MaximumRate": 1.0,
        "Volume": state.volume / 100,
        "Metadata": {} if item is None else {"xesam:title": item.title, "xesam:artist": [item.creator_name]},
        "CanGoNext": state.following is not None,
        "CanGoPrevious": True,
        "CanPlay": True,
        "CanPause": True,
        "CanSeek": True,
        "CanControl": True,
    }
