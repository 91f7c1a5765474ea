"""What a desk answered last, for pages that show it while the service is slow or away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from player.parts.last_seen import last_seen_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from services.client import DeskClient
    from services.wire.base import Answer
    from studio.kit.context import PageContext

A = TypeVar("A", bound="Answer")


class KeptAnswers:
    """Answers by name, on this disk; without a profile nothing is kept."""

    def __init__(self, context: PageContext) -> None:
        self._last_seen = last_seen_of(context.profile_path, context.desk_id)

    def one(self, name: str, job: Callable[[DeskClient], Awaitable[A]]) -> Callable[[DeskClient], Awaitable[A]]:
        """Give a job that keeps the answer that it reads."""

        async def load(desk: DeskClient) -> A:
            answer = await job(desk)
            await self._keep(name, (answer,))
            return answer

        return load

    def several(
        self, name: str, job: Callable[[DeskClient], Awaitable[tuple[A, ...]]]
    ) -> Callable[[DeskClient], Awaitable[tuple[A, ...]]]:
        """Give a job that keeps the answers that it reads."""

        async def load(desk: DeskClient) -> tuple[A, ...]:
            answers = await job(desk)
            await self._keep(name, answers)
            return answers

        return load

    def recall(self, name: str, kind: type[A]) -> tuple[tuple[A, ...], datetime] | None:
        """Give what was kept and when it was read; None when there is nothing. Blocking, for a small file."""
        return None if self._last_seen is None else self._last_seen.recall_answer(name, kind)

    async def _keep(self, name: str, answers: tuple[A, ...]) -> None:
        if self._last_seen is not None:
            await asyncio.to_thread(self._last_seen.keep_answer, name, answers)
