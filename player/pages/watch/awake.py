"""Keeps the screen on while a film plays: asks the desktop over D-Bus where there is one, else does nothing."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject

from studio.kit.words import tr

_SERVICE, _PATH = "org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver"
BUS = "DBUS_SESSION_BUS_ADDRESS"
_OURS = "museclock-awake"


class Awake(QObject):
    """Holds at most one inhibition, on a connection of its own: the desktop lets go of it when that is closed.

    No call waits for an answer, and a desktop without a screen saver changes nothing.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_kept = False

    def keep(self, *, awake: bool) -> None:
        """Keep the screen on, or let it go."""
        if awake == self.is_kept or not os.environ.get(BUS):
            return
        self.is_kept = awake
        # Not loaded before a film plays, nor where there is no desktop to ask.
        from PySide6.QtDBus import QDBusConnection, QDBusMessage

        if not awake:
            QDBusConnection.disconnectFromBus(_OURS)
            return
        call = QDBusMessage.createMethodCall(_SERVICE, _PATH, _SERVICE, tr("Inhibit"))
        call.setArguments([tr("Museclock"), tr("A film is playing")])
        QDBusConnection.connectToBus(QDBusConnection.BusType.SessionBus, _OURS).asyncCall(call)
