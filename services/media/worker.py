"""Starts a worker process a film, relays its news, and ends it when nobody waits any longer.

Never loads a decoder: that is services.media.jobs, in the worker.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import services
from services.media.fields import Json, text
from services.media.film import Ingested, MediaFacts, Progress, SealedChunk, whole_film
from services.media.outlook import Outlook
from services.units.cid import Cid
from services.units.ids import ContentId
from services.wire.problems import KINDS, ProblemError

# A worker says something at least once a chunk; the longest silence is a chunk of large pictures that is coded anew.
SILENCE_S = 300.0
_MAX_LINE_BYTES = 64 * 1024
# A computer that slept may count its sleep as silence: who is awake again says something soon.
WAKING_S = 30.0
# A part is stored within a fraction of it.
_ENDING_S = 2.0
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ", "SYSTEMROOT", "TEMP", "MUSECLOCK_ENCODER")
_log = logging.getLogger(__name__)
Pipe = TypeVar("Pipe", asyncio.StreamReader, asyncio.StreamWriter)


async def probe(path: Path) -> MediaFacts:
    """Find out what a file holds.

    Raises ProblemError: upload.file_missing, media.empty, media.unreadable, media.no_video, media.codec,
    media.limits, media.worker_failed.
    """
    return MediaFacts.from_json(await _result(_request("probe", source=path), _ignore))


async def look(path: Path) -> Outlook:
    """Find out what a file holds and what preparing it will take. Raises ProblemError as probe()."""
    result = await _result(_request("look", source=path), _ignore)
    with _as_worker_failure():
        return Outlook.from_json(result)


async def keep_picture(path: Path, *, at_ms: int | None, store_root: Path) -> Cid:
    """Put a picture into a block store: what a film shows at a moment, or, without one, a picture file.

    Raises ProblemError as probe(), and media.picture, disk.full.
    """
    request = _request("picture", source=path, store_root=store_root)
    result = await _result(request if at_ms is None else request | {"at_ms": str(at_ms)}, _ignore)
    with _as_worker_failure():
        return Cid.parse(text(result, "cid"))


async def keep_captions(path: Path, *, store_root: Path) -> Cid:
    """Put a subtitle file into a block store as WebVTT.

    Raises ProblemError: upload.file_missing, media.captions, media.worker_failed, disk.full.
    """
    result = await _result(_request("captions", source=path, store_root=store_root), _ignore)
    with _as_worker_failure():
        return Cid.parse(text(result, "cid"))


async def frame(path: Path, at_ms: int) -> bytes:
    """Give a small JPEG of what a film shows at a moment; nothing is kept. Raises ProblemError as probe()."""
    result = await _result(_request("frame", source=path) | {"at_ms": str(at_ms)}, _ignore)
    with _as_worker_failure():
        return base64.b64decode(str(result["jpeg"]), validate=True)


async def make_clip(path: Path, seconds: int = 66) -> None:
    """Make the timecode clip (see services.media.clip) in a worker. Raises ProblemError: disk.full among others."""
    await _result(_request("clip", source=path) | {"seconds": str(seconds)}, _ignore)


async def ingest(
    source: Path,
    *,
    secret: bytes,
    content_id: ContentId,
    store_root: Path,
    resume_dir: Path,
    on_progress: Callable[[Progress], None],
    on_facts: Callable[[MediaFacts], None] = lambda _: None,
) -> Ingested:
    """Cut, seal and store a film; cancelling ends the worker at once.

    secret: the 32 bytes that this version's chunk keys come from. resume_dir: a folder of this ingest alone; called
    again with the same arguments after any interruption, the work goes on and ends with the same CIDs. Its owner
    removes it when the film is published or given up. on_progress and on_facts are called on the event loop; the
    latter once before the film was read and once after it, when its length is known to a frame; once more if it turns
    out then that the film's index was wrong.
    Raises ProblemError: as probe(), and media.too_short, disk.full.
    """
    facts: list[MediaFacts] = []
    chunks: list[SealedChunk] = []

    def take(message: Json) -> None:
        match message:
            case {"progress": dict() as news}:
                on_progress(Progress.from_json(news))
            case {"facts": dict() as news}:
                facts.append(MediaFacts.from_json(news))
                # A film that is read again, because its index was wrong, is told of from its beginning.
                chunks.clear()
                on_facts(facts[-1])
            case {"chunk": dict() as news}:
                chunks.append(SealedChunk.from_json(news))

    paths = _request("ingest", source=source, store_root=store_root, resume_dir=resume_dir)
    summary = await _result(paths | {"secret": secret.hex(), "content_id": content_id}, take)
    with _as_worker_failure():
        return whole_film(facts[-1], summary, tuple(chunks))


def _request(job: str, **paths: Path) -> dict[str, str]:
    return {"job": job} | {name: str(path.absolute()) for name, path in paths.items()}


async def _result(request: dict[str, str], on_message: Callable[[Json], None]) -> Json:
    """Run one job in a worker and give its result."""
    async with _worker() as process:
        _pipe(process.stdin).write(json.dumps(request).encode() + b"\n")
        async for message in _messages(process):
            match message:
                case {"done": dict() as result}:
                    return result
                case {"problem": {"code": str(code), "params": dict() as params}} if code in KINDS:
                    raise ProblemError(code, **params)
            with _as_worker_failure():
                on_message(message)
        raise _death(await process.wait())


@contextlib.asynccontextmanager
async def _worker() -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a worker and leave none behind, whatever happens to the one who waits for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-s", "-m", "services.media.jobs"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_MAX_LINE_BYTES,
        env=_environment(),
        start_new_session=True,
    )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Let a worker note the part that it is storing, then end it."""
    _pipe(process.stdin).close()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDING_S):
                await process.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _pipe(end: Pipe | None) -> Pipe:
    if end is None:
        raise RuntimeError("the worker was started without its pipes")
    return end


def _environment() -> dict[str, str]:
    """Keep from a process that reads strangers' files what else the environment may hold."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    root = str(Path(services.__file__).parent.parent)
    return kept | {
        "PYTHONPATH": root,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
        # Fresh pages for each buffer take their time, so pictures of usual size come from memory that is there; indexes
        # of long films, which grow by doubling, are moved by the system instead of copied, and go back to it.
        "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    }


async def _messages(process: asyncio.subprocess.Process) -> AsyncIterator[Json]:
    news = _pipe(process.stdout)
    while True:
        try:
            line = await _line(news)
        except TimeoutError as exc:
            raise ProblemError("media.limits", limit="time") from exc
        except ValueError as exc:
            raise ProblemError("media.worker_failed", reason="line") from exc
        if not line:
            return
        with _as_worker_failure():
            message = json.loads(line)
        if isinstance(message, dict):
            yield message


async def _line(news: asyncio.StreamReader) -> bytes:
    try:
        # Not wait_for(): before 3.12 it swallows a cancellation that meets a line.
        async with asyncio.timeout(SILENCE_S):
            return await news.readline()
    except TimeoutError:
        async with asyncio.timeout(WAKING_S):
            return await news.readline()


@contextlib.contextmanager
def _as_worker_failure() -> Iterator[None]:
    """Take messages that make no sense for what they are: a worker that a file has broken."""
    try:
        yield
    except (ValueError, LookupError) as exc:
        raise ProblemError("media.worker_failed", reason="message") from exc


def _death(code: int) -> ProblemError:
    _log.warning("worker.died", extra={"code": code})
    if code == -getattr(signal, "SIGXCPU", 0):
        return ProblemError("media.limits", limit="time")
    return ProblemError("media.worker_failed", reason=f"exit {code}")


def _ignore(message: Json) -> None:
    """Take the news of a job that has none worth telling."""
