"""Pictures by CID: each is asked for once, kept on this disk, and taken from there while no service has it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from player.parts.last_seen import LastSeen
    from services.client import DeskClient
    from studio.kit.problems import Problem


class _Act(Protocol):
    """As a view-model asks its desk."""

    def __call__(
        self,
        job: Callable[[DeskClient], Awaitable[bytes]],
        on_ok: Callable[[bytes], None],
        on_problem: Callable[[Problem], None],
    ) -> object: ...


class KeptPictures:
    """Gives ``on_picture(cid, encoded)`` what it could find; what it could not is asked for when it is wanted again."""

    def __init__(self, act: _Act, last_seen: LastSeen | None, on_picture: Callable[[str, bytes], None]) -> None:
        self._act, self._last_seen, self._on_picture = act, last_seen, on_picture
        self._asked: set[str] = set()

    def want(self, cids: Iterable[str | None]) -> None:
        """Ask for the pictures that were not asked for yet."""
        for cid in cids:
            if cid is not None and cid not in self._asked:
                self._asked.add(cid)
                self._load(cid)

    def _load(self, cid: str) -> None:
        last_seen = self._last_seen

        async def load(desk: DeskClient) -> bytes:
            data = await desk.catalogue.blob(cid)
            if last_seen is not None:
                await asyncio.to_thread(last_seen.keep_poster, cid, data)
            return data

        def on_ok(data: bytes) -> None:
            self._on_picture(cid, data)

        def on_problem(_problem: Problem) -> None:
            kept = last_seen.poster(cid) if last_seen is not None else None
            if kept is not None:
                self._on_picture(cid, kept)
            self._asked.discard(cid)

        self._act(load, on_ok, on_problem)
