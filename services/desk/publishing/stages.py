"""The stages of an upload: what each one's state is, and the board on which work notes how far it has come."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Final

from anyio import to_thread

from services.desk.context import Desk
from services.desk.tables import Upload
from services.media.film import MediaFacts
from services.wire.base import ProblemOut
from services.wire.uploads import STAGES, StageName, StageOut, StageState

_SHOW_EVERY_S = 0.2
_FAIR_S = 0.3
_WORK: Final = STAGES[:5]
_SALE: Final = STAGES[5:]
_FIRST: Final[dict[str, StageState]] = {
    "working": "running",
    "publishing": "running",
    "paused": "paused",
    "failed": "failed",
    "cancelled": "failed",
}
"""What the first stage that is not done is, by the upload's state."""
_OF_NAMING = ("upload.file_missing", "upload.file_changed")
Counts = dict[str, list[int]]
"""By stage: done, total, bytes a second."""


def stages_of(row: Upload) -> tuple[StageOut, ...]:
    """Give all stages in their order."""
    return tuple(_stage(row, name) for name in STAGES)


def is_through(row: Upload, name: StageName) -> bool:
    """Say whether a stage's bar is full."""
    done, total = row.stages.get(name, (0, 0))[:2]
    return bool(total) and done >= total


def _stage(row: Upload, name: StageName) -> StageOut:
    done, total, rate = (*row.stages.get(name, (0, 0)), 0)[:3]
    state, problem = _state(row, name), (row.stage_problems or {}).get(name)
    return StageOut(
        name=name,
        state=state,
        done=done,
        total=total,
        bytes_per_s=rate if state == "running" else 0,
        problem=None if problem is None else ProblemOut.model_validate(problem),
        can_retry=_can_retry(row, name, state),
    )


def _can_retry(row: Upload, name: StageName, state: StageState) -> bool:
    if row.state == "published":
        return name in ("pin", "elsewhere") and state in ("failed", "waiting")
    return state == "failed" and (row.state in ("failed", "cancelled") or name in _SALE)


def _state(row: Upload, name: StageName) -> StageState:
    if name in (row.stage_problems or {}):
        return "failed"
    if is_through(row, name) or _is_past(row, name):
        return "done"
    return _open_state(row, name)


def _is_past(row: Upload, name: StageName) -> bool:
    # Films from before a stage was counted have it behind them all the same.
    return row.sealed is not None if name in _WORK else row.state == "published" and name != "elsewhere"


def _open_state(row: Upload, name: StageName) -> StageState:
    first = next(stage for stage in STAGES if not _is_done(row, stage))
    if name != first:
        # The first ones overlap: parts are sealed while others are cut.
        return "running" if row.state == "working" and name in row.stages and name in _WORK else "waiting"
    is_refused = row.state == "ready" and row.problem is not None
    is_proving = row.state == "published" and name in row.stages
    return "failed" if is_refused else "running" if is_proving else _FIRST.get(row.state, "waiting")


def _is_done(row: Upload, name: StageName) -> bool:
    """Say whether a stage is behind the upload, or beside what failed: naming goes on while the film is cut."""
    is_aside = name == "hash" and row.state == "failed" and row.problem["code"] not in _OF_NAMING
    return is_aside or is_through(row, name) or _is_past(row, name)


class StageBoard:
    """Notes progress at once and shows it a few times a second. Belongs to one event loop.

    size_bytes: what a whole stage moves, for its speed.
    """

    def __init__(self, desk: Desk, row: Upload) -> None:
        self.stages: Counts = {name: list(counts) for name, counts in row.stages.items()}
        self._desk, self._upload_id, self._size = desk, row.id, row.size_bytes
        self._facts: dict[str, object] | None = None
        self._begun: dict[str, tuple[float, int]] = {}
        self._showing: asyncio.Task[None] | None = None

    def note(self, stage: str, done: int, total: int, *, rate: int | None = None) -> None:
        """Take in how far a stage is. rate: bytes a second, where it is not the file's share."""
        if rate is None:
            rate = self._rate(stage, done, total)
        self.stages = {**self.stages, stage: [done, total, rate]}
        self._show_soon()

    def tell(self, facts: MediaFacts) -> None:
        """Take in what the file holds."""
        self._facts = facts.to_json()
        self._show_soon()

    def _show_soon(self) -> None:
        if self._showing is None or self._showing.done():
            self._showing = self._desk.spawn(self._show(), name=f"stages {self._upload_id}")

    async def close(self) -> None:
        """Stop showing, and keep what was noted last."""
        if self._showing is not None:
            self._showing.cancel()
            await asyncio.wait([self._showing])
            await self._save()

    def _rate(self, stage: str, done: int, total: int) -> int:
        began, first = self._begun.setdefault(stage, (time.monotonic(), done))
        seconds = time.monotonic() - began
        return int((done - first) * self._size / max(total, 1) / seconds) if seconds > _FAIR_S else 0

    async def _show(self) -> None:
        await self._save()
        await asyncio.sleep(_SHOW_EVERY_S)

    async def _save(self) -> None:
        await to_thread.run_sync(partial(_keep, self._desk, self._upload_id, self.stages, self._facts))
        self._desk.events.publish("upload", self._upload_id)


def _keep(desk: Desk, upload_id: str, stages: Counts, facts: dict[str, object] | None) -> None:
    with desk.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is not None:
            row.stages = stages
            row.facts = facts or row.facts
