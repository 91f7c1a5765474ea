"""The object that D-Bus sees of a film; loaded only where there is a bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusVirtualObject

if TYPE_CHECKING:
    from player.pages.watch.media_keys import MediaKeys

_METHODS = "".join(f'<method name="{name}"/>' for name in ("PlayPause", "Play", "Pause", "Stop", "Next", "Previous"))
_INTERFACES = (
    f'<interface name="org.mpris.MediaPlayer2.Player">{_METHODS}'
    '<method name="Seek"><arg name="Offset" type="x" direction="in"/></method>'
    '<property name="PlaybackStatus" type="s" access="read"/><property name="Metadata" type="a{sv}" access="read"/>'
    '<property name="CanGoNext" type="b" access="read"/><property name="CanControl" type="b" access="read"/>'
    '</interface><interface name="org.mpris.MediaPlayer2"><method name="Raise"/>'
    '<property name="Identity" type="s" access="read"/></interface>'
)


class MediaObject(QDBusVirtualObject):
    """Hands every call to its owner."""

    def __init__(self, owner: MediaKeys) -> None:
        super().__init__()
        self._owner = owner

    def introspect(self, _path: str) -> str:
        return _INTERFACES

    def handleMessage(self, message: QDBusMessage, connection: QDBusConnection) -> bool:
        return self._owner.answer(message, connection)
