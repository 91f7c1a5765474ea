"""Orders films from processes that draw and seal them, and waits for each when it is needed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.host.demo_world.cast import Channel, Part, key_of
from services.media.film import Ingested, MediaFacts, SealedChunk, whole_film
from services.units.address import bytes32
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import ProblemError

Waiting = asyncio.Future[dict[str, Any]]
_MAX_LINE_BYTES = 1024 * 1024
_MOST_PROCESSES = 4
_FILM_LOAD = 0.3
"""Sealing a film and drawing its poster takes so much of the time for drawing a loop."""
_LOOKS = 2
"""Distinct films a channel; its other films share their pictures, under keys and posters of their own."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A film to be made: whose, which, and under which id and secret."""

    channel: Channel
    number: int
    content: ContentId
    secret: bytes

    @property
    def part(self) -> Part:
        """What the resources say of it."""
        return self.channel.films[self.number]


def shot_of(seed: str, channel: Channel, number: int) -> Shot:
    """Give the shot of a channel's film; id and secret follow from the seed."""
    name = f"{channel.id} film {number}"
    return Shot(channel, number, ContentId(bytes32(key_of(seed, f"{name} id"))), key_of(seed, f"{name} secret"))


@dataclass(slots=True)
class Bench:
    """One process at work; its answers come in the order of its orders. load: what was ordered, in loops to draw."""

    process: asyncio.subprocess.Process
    load: float = 0.0
    _waiting: list[Waiting] = field(default_factory=list)
    _done: int = 0

    def order(self, order: dict[str, object]) -> Waiting:
        """Order something."""
        answer: Waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        if self.process.stdin is None:
            raise RuntimeError("the studio was opened without its pipes")
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        return answer

    async def listen(self) -> None:
        """Hand the answers out until the process ends."""
        news = self.process.stdout
        while news is not None and (line := await news.readline()):
            if not self._waiting[self._done].cancelled():
                self._waiting[self._done].set_result(json.loads(line))
            self._done += 1
        for answer in (one for one in self._waiting[self._done :] if not one.done()):
            answer.set_exception(ProblemError("media.worker_failed", reason="studio"))

    def forget(self) -> None:
        """Wait for nothing any more."""
        for answer in self._waiting:
            answer.cancel()


@dataclass(slots=True)
class Studio:
    """Some processes; what shows the same loop goes to the same one, which has it drawn by then."""

    benches: Sequence[Bench]
    folder: Path
    store: Path
    small_by: int = 1
    _at: dict[str, Bench] = field(default_factory=dict)

    def film(self, shot: Shot) -> Waiting:
        """Order a film."""
        part, look = shot.part, shot.number % _LOOKS
        variant = look + 1 if part.size[0] > part.size[1] else look + 11
        return self._bench(f"{shot.channel.scene}-{variant}", _FILM_LOAD).order(
            {
                "job": "film",
                "source": str(self.folder / f"{shot.channel.id}-{variant}-{part.loops}.mp4"),
                "scene": shot.channel.scene,
                "palette": shot.channel.palette,
                "variant": variant,
                "size": [side // self.small_by for side in part.size],
                "loops": part.loops,
                "moment": 0.13 + 0.17 * shot.number,
                "secret": shot.secret.hex(),
                "content_id": shot.content,
                "store": str(self.store),
                "notes": str(self.folder / "notes" / f"{shot.channel.id}-{shot.number}"),
            }
        )

    def portrait(self, channel: Channel) -> Waiting:
        """Order a channel's avatar and banner."""
        return self._bench(f"{channel.id} portrait", 0.0).order(
            {
                "job": "portrait",
                "scene": channel.scene,
                "palette": channel.palette,
                "variant": 7,
                "store": str(self.store),
                "small_by": self.small_by,
            }
        )

    def _bench(self, loop: str, load: float) -> Bench:
        """Choose who does it: who has drawn the loop, else who has least to do."""
        found = self._at.get(loop)
        if found is None:
            found = self._at[loop] = min(self.benches, key=lambda one: one.load)
            found.load += 1.0
        found.load += load
        return found


def sealed(answer: dict[str, Any]) -> Ingested:
    """Read a sealed film."""
    chunks = tuple(SealedChunk.from_json(chunk) for chunk in answer["chunks"])
    return whole_film(MediaFacts.from_json(answer["facts"]), answer["summary"], chunks)


def picture(answer: dict[str, Any], name: str) -> Cid:
    """Read the name of a picture."""
    return Cid.parse(answer[name])


@contextlib.asynccontextmanager
async def open_studio(folder: Path, store: Path, *, small_by: int = 1) -> AsyncIterator[Studio]:
    """Start a process for each core, up to a few; they end with the block, the folder is there already."""
    async with contextlib.AsyncExitStack() as stack:
        count = max(1, min(_MOST_PROCESSES, os.cpu_count() or 1))
        yield Studio([await stack.enter_async_context(_bench()) for _ in range(count)], folder, store, small_by)


@contextlib.asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.host.demo_world.filming"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_MAX_LINE_BYTES,
        start_new_session=True,
    )
    bench = Bench(process)
    listening = asyncio.create_task(bench.listen())
    try:
        yield bench
    finally:
        bench.forget()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        listening.cancel()
        await asyncio.wait([listening])
