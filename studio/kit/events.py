"""What changed on a desk, announced as kinds and ids, so that views fetch again what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.client import Client
    from studio.kit.bridge import Bridge
    from studio.kit.ticket import Ticket


# services.wire.base.LISTENING, which loads pydantic: too slow to import here.
_LISTENING = "listening"


class EventHub(QObject):
    """Follows the events of one desk.

    Signals: ``changed(kind, ids)`` with ids as a tuple of text; ``resynced`` when events may have been missed.
    """

    changed = Signal(str, object)
    resynced = Signal()

    def __init__(self, bridge: Bridge, desk_id: str) -> None:
        super().__init__()
        self.desk_id = desk_id
        self._bridge = bridge
        self._ticket: Ticket | None = None

    def start(self) -> None:
        """Follow the stream until ``stop``; it comes back by itself after a break."""
        if self._ticket is None:
            self._bridge.stream_resumed.connect(self.resynced)
            self._ticket = self._bridge.follow(self, self._stream, self._announce)

    def stop(self) -> None:
        """Follow no more."""
        if self._ticket is not None:
            self._bridge.stream_resumed.disconnect(self.resynced)
            self._ticket.cancel()
            self._ticket = None

    def _stream(self, client: Client) -> AsyncIterator[Any]:
        return client.desk(self.desk_id).events()

    @Slot(object)
    def _announce(self, event: Any) -> None:
        if event.kind == _LISTENING:
            self.resynced.emit()
        else:
            self.changed.emit(event.kind, tuple(event.ids))
