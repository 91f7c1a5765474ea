"""What D-Bus sees of a film, by MPRIS 2.2 (specifications.freedesktop.org/mpris-spec); loaded only where a bus is.

The kinds of the values are declared, because the specification's are 64-bit where Python's own become 32-bit: a client
that insists on them would take nothing. Inside ``Metadata`` Qt chooses them, so a length below 36 minutes is 32-bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import ClassInfo, Property, QObject, Signal, Slot
from PySide6.QtDBus import QDBusAbstractAdaptor, QDBusObjectPath

if TYPE_CHECKING:
    from player.pages.watch.media_keys import MediaKeys

# PySide's stubs know neither how ClassInfo is called nor that types may be named as in C++.
_interface: Any = ClassInfo
_property: Any = Property
_signal: Any = Signal


def _fact(kind: str, name: str, *, is_set: bool = False) -> Any:
    """Declare a property that its owner answers, and takes if it may be set."""

    def read(self: _Part) -> Any:
        return self.owner.facts()[name]

    def write(self: _Part, value: Any) -> None:
        self.owner.take(name, float(value))

    return _property(kind, read, write) if is_set else _property(kind, read)


class _Part(QDBusAbstractAdaptor):
    """One interface of the object; ``owner`` does what it is asked."""

    def __init__(self, parent: QObject, owner: MediaKeys) -> None:
        super().__init__(parent)
        self.owner = owner


@_interface({"D-Bus Interface": "org.mpris.MediaPlayer2"})
class RootPart(_Part):
    """The application."""

    Identity = _fact("QString", "Identity")
    DesktopEntry = _fact("QString", "DesktopEntry")
    CanQuit = _fact("bool", "CanQuit")
    CanRaise = _fact("bool", "CanRaise")
    HasTrackList = _fact("bool", "HasTrackList")
    SupportedUriSchemes = _fact("QStringList", "SupportedUriSchemes")
    SupportedMimeTypes = _fact("QStringList", "SupportedMimeTypes")

    @Slot()
    def Raise(self) -> None:
        self.owner.act("Raise")

    @Slot()
    def Quit(self) -> None:
        self.owner.act("Quit")


@_interface({"D-Bus Interface": "org.mpris.MediaPlayer2.Player"})
class PlayerPart(_Part):
    """The film. Signal: ``seeked(position in microseconds)``."""

    seeked = _signal("qlonglong", name="Seeked")

    PlaybackStatus = _fact("QString", "PlaybackStatus")
    Rate = _fact("double", "Rate", is_set=True)
    MinimumRate = _fact("double", "MinimumRate")
    MaximumRate = _fact("double", "MaximumRate")
    Volume = _fact("double", "Volume", is_set=True)
    Metadata = _fact("QVariantMap", "Metadata")
    Position = _fact("qlonglong", "Position")
    CanGoNext = _fact("bool", "CanGoNext")
    CanGoPrevious = _fact("bool", "CanGoPrevious")
    CanPlay = _fact("bool", "CanPlay")
    CanPause = _fact("bool", "CanPause")
    CanSeek = _fact("bool", "CanSeek")
    CanControl = _fact("bool", "CanControl")

    @Slot()
    def PlayPause(self) -> None:
        self.owner.act("PlayPause")

    @Slot()
    def Play(self) -> None:
        self.owner.act("Play")

    @Slot()
    def Pause(self) -> None:
        self.owner.act("Pause")

    @Slot()
    def Stop(self) -> None:
        self.owner.act("Stop")

    @Slot()
    def Next(self) -> None:
        self.owner.act("Next")

    @Slot()
    def Previous(self) -> None:
        self.owner.act("Previous")

    @Slot("qlonglong")
    def Seek(self, by_us: int) -> None:
        self.owner.skip(by_us // 1000)

    @Slot(QDBusObjectPath, "qlonglong")
    def SetPosition(self, track: QDBusObjectPath, to_us: int) -> None:
        self.owner.seek(track.path(), to_us // 1000)


@_interface({"D-Bus Interface": "org.freedesktop.DBus.Properties"})
class MediaObject(QObject):
    """Carries both parts, and says what changed; for the values themselves Qt answers.

    Signal: ``changed(interface, values, names without values)``.
    """

    changed = _signal("QString", "QVariantMap", "QStringList", name="PropertiesChanged")

    def __init__(self, owner: MediaKeys) -> None:
        super().__init__()
        self.root, self.player = RootPart(self, owner), PlayerPart(self, owner)
