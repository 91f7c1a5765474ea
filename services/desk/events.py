"""Tells the window what changed: kinds and ids, never the data itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from services.wire.base import LISTENING, EventOut

_WAITING = 256
_PULSE_S = 15.0


class EventBus:
    """Hands each event to every listener. Belongs to one event loop."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[EventOut | None]] = set()
        self._is_closed = False

    def publish(self, kind: str, *ids: str) -> None:
        """Tell everybody; a listener that does not keep up loses its oldest events, and refetches anyway."""
        event = EventOut(kind=kind, ids=ids)
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    async def listen(self) -> AsyncIterator[str]:
        """Yield server-sent events, and a comment now and then so that a dead connection shows."""
        if self._is_closed:
            return
        queue: asyncio.Queue[EventOut | None] = asyncio.Queue(_WAITING)
        self._listeners.add(queue)
        try:
            # What changed between a page's first look and this moment would otherwise be missed.
            yield f"data: {EventOut(kind=LISTENING).model_dump_json()}\n\n"
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _PULSE_S)
                except TimeoutError:
                    yield ": pulse\n\n"
                    continue
                if event is None:
                    return
                yield f"data: {event.model_dump_json()}\n\n"
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every listener's stream; new ones end at once."""
        self._is_closed = True
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
