"""One window a profile: it listens for second starts, comes forward, and opens what link they bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from studio.kit.links import MAX_CHARS, read_link
from studio.single import HERE, place

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES: Final = MAX_CHARS + 1


class Doorbell(QObject):
    """Listens until ``close``. Signal: ``rung(link)``, the link empty when none was brought or it is none."""

    rung = Signal(str)

    def __init__(self, profile: Path) -> None:
        super().__init__()
        self._name = place(profile)
        self._server = QLocalServer(self)
        # Nobody else on this computer is let in.
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_ring)

    def listen(self) -> bool:
        """Begin; what a killed window left there is taken away first."""
        QLocalServer.removeServer(self._name)
        return self._server.listen(self._name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    @Slot()
    def _on_ring(self) -> None:
        while (line := self._server.nextPendingConnection()) is not None:
            line.readyRead.connect(self._on_words)
            line.disconnected.connect(line.deleteLater)
            if line.bytesAvailable():
                self._hear(line)

    @Slot()
    def _on_words(self) -> None:
        line = self.sender()
        if isinstance(line, QLocalSocket):
            self._hear(line)

    def _hear(self, line: QLocalSocket) -> None:
        if not line.canReadLine():
            if line.bytesAvailable() > _MAX_BYTES:
                line.abort()
            return
        said = bytes(line.readLine(_MAX_BYTES + 1).data()).decode("utf-8", "replace").strip()
        line.write(HERE)
        line.flush()
        line.disconnectFromServer()
        found = read_link(said)
        self.rung.emit("" if found is None else found.text)
