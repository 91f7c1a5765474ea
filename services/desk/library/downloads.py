"""Films on this disk: every part that this account may keep, fetched in the background and held on the shelf."""

from __future__ import annotations

import logging
import shutil

from anyio import to_thread
from sqlalchemy import delete, select

from services.desk.content import captions, ciphertext, init_segment
from services.desk.context import Desk
from services.desk.films import known_film, open_film
from services.desk.library.tables import Download
from services.desk.memberships.lending import keepable
from services.desk.nodes.places import at_film
from services.desk.purchases.home import bring_home
from services.desk.purchases.keys import owned
from services.desk.storage.keeping import blocks_here
from services.desk.tables import Film, Setting
from services.ipfs.intake import Need, fetched_for
from services.media.manifest import Manifest
from services.units.ids import ContentId
from services.wire.base import ProblemOut
from services.wire.library import DownloadOut, DownloadsOut, DownloadState
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
_LIMIT = "download_limit"
USUAL_LIMIT = 20 * 1024**3
_TURN = "downloads"


async def start(desk: Desk, content: ContentId) -> None:
    """Begin to keep a film. desk: at the film's node. Asking again goes on with what is missing.

    Raises ProblemError: download.nothing (no part is this account's), store.quota, and as ``open_film``.
    """
    film = await open_film(desk, content)
    await bring_home(desk, film)
    await to_thread.run_sync(_begin, desk, film.manifest)
    _run(desk, content)


async def resume_all(desk: Desk) -> None:
    """Go on with what an earlier run left."""
    for content in await to_thread.run_sync(_unfinished, desk):
        _run(desk, content)


def remove(desk: Desk, content: ContentId) -> None:
    """Free the disk of a film's parts; what is owned stays owned and can be fetched again. Blocking."""
    with desk.database.write() as session:
        session.execute(delete(Download).where(Download.content_id == content))
    film, shelf = known_film(desk, content), desk.elsewhere.shelf(desk.folder)
    if film is not None:
        for cid in blocks_here(desk, film.manifest, range(len(film.manifest.chunks))):
            shelf.discard(cid)
    shelf.let_go(content)
    shelf.let_go(holder(content))
    desk.events.publish("download", content)


def downloads_out(desk: Desk) -> DownloadsOut:
    """List them, with the room. Blocking."""
    with desk.database.read() as session:
        rows = session.execute(
            select(Download, Film.card)
            .join(Film, Film.content_id == Download.content_id)
            .order_by(Download.at.desc(), Download.content_id)
        ).all()
    room = desk.elsewhere.shelf(desk.folder).room()
    return DownloadsOut(
        downloads=tuple(_out(row, card) for row, card in rows),
        taken_bytes=room.bought,
        limit_bytes=read_limit(desk),
        free_bytes=shutil.disk_usage(desk.folder).free,
    )


def read_limit(desk: Desk) -> int:
    """Give how much of the disk films from elsewhere may take, in bytes. Blocking."""
    with desk.database.read() as session:
        row = session.get(Setting, _LIMIT)
    return row.value if row is not None and isinstance(row.value, int) else USUAL_LIMIT


def write_limit(desk: Desk, limit: int) -> None:
    """Keep a limit; what is here already stays. Blocking."""
    with desk.database.write() as session:
        session.merge(Setting(name=_LIMIT, value=limit))


def holder(content: ContentId) -> str:
    """Name who holds a download's blocks on the shelf."""
    return f"download:{content}"


def states(desk: Desk) -> dict[ContentId, DownloadState]:
    """Give how each download stands. Blocking."""
    with desk.database.read() as session:
        rows = session.execute(select(Download.content_id, Download.state))
        return {content: _state(state) for content, state in rows}


def _run(desk: Desk, content: ContentId) -> None:
    with fetched_for(Need.LATER):
        # A task keeps what it was begun with.
        (desk.home or desk).spawn(_bring(desk.home or desk, content), name=f"download {content}")


async def _bring(desk: Desk, content: ContentId) -> None:
    """Fetch one film, after those that were asked for earlier; ends early when the person takes it back."""
    async with desk.turn(_TURN):
        problem: ProblemError | None = None
        try:
            at = await at_film(desk, content)
            film = await open_film(at, content)
            await to_thread.run_sync(init_segment, at, film.manifest)
            wanted = await to_thread.run_sync(_wanted, desk, film.manifest)
            for done, index in enumerate(wanted, start=1):
                size = await to_thread.run_sync(_bring_part, at, film.manifest, index)
                if not await to_thread.run_sync(_note, desk, content, done, size):
                    await to_thread.run_sync(remove, desk, content)
                    return
                desk.events.publish("download", content)
            await to_thread.run_sync(_bring_captions, at, film.manifest)
        except ProblemError as failed:
            _log.info("download stopped", extra={"content": content, "code": failed.code})
            problem = failed
        await to_thread.run_sync(_end, desk, content, problem)
    desk.events.publish("download", content)


def _begin(desk: Desk, manifest: Manifest) -> None:
    wanted = _wanted(desk, manifest)
    if not wanted:
        raise ProblemError("download.nothing")
    _check_room(desk, sum(manifest.chunks[index].length for index in wanted if _is_missing(desk, manifest, index)))
    with desk.database.write() as session:
        row = session.get(Download, manifest.content_id)
        if row is None:
            row = Download(content_id=manifest.content_id, done=0, size_bytes=0)
            session.add(row)
        row.state, row.of, row.problem, row.at = "waiting", len(wanted), None, desk.clock.now()
    desk.events.publish("download", manifest.content_id)


def _wanted(desk: Desk, manifest: Manifest) -> list[int]:
    with desk.database.read() as session:
        mine = owned(session, manifest.content_id) | keepable(session, desk, manifest.content_id)
    return sorted(mine | set(manifest.preview_keys)) if mine or _is_free(manifest) else []


def _is_free(manifest: Manifest) -> bool:
    return len(manifest.preview_keys) == len(manifest.chunks)


def _is_missing(desk: Desk, manifest: Manifest, index: int) -> bool:
    return not desk.blocks.has(manifest.chunks[index].cid)


def _bring_part(desk: Desk, manifest: Manifest, index: int) -> int:
    """Have a part here and held; gives what it takes on the shelf, in bytes."""
    chunk, shelf = manifest.chunks[index], desk.elsewhere.shelf(desk.folder)
    if _is_missing(desk, manifest, index):
        _check_room(desk, chunk.length)
        ciphertext(desk, manifest, index)
    shelf.hold(holder(manifest.content_id), "bought", blocks_here(desk, manifest, [index]))
    return chunk.length if shelf.has(chunk.cid) else 0


def _bring_captions(desk: Desk, manifest: Manifest) -> None:
    """Have the captions here and held. They come last: without them the parts play."""
    for place in range(len(manifest.captions)):
        captions(desk, manifest, place)
    desk.elsewhere.shelf(desk.folder).hold(holder(manifest.content_id), "bought", blocks_here(desk, manifest, ()))


def _note(desk: Desk, content: ContentId, done: int, more_bytes: int) -> bool:
    """Count a part; False when the person took the download back meanwhile."""
    with desk.database.write() as session:
        row = session.get(Download, content)
        if row is None:
            return False
        row.size_bytes = more_bytes if done == 1 else row.size_bytes + more_bytes
        row.state, row.done = "coming", done
    return True


def _check_room(desk: Desk, more_bytes: int) -> None:
    limit = read_limit(desk)
    if more_bytes and desk.elsewhere.shelf(desk.folder).room().bought + more_bytes > limit:
        raise ProblemError("store.quota", limit=limit)


def _end(desk: Desk, content: ContentId, problem: ProblemError | None) -> None:
    with desk.database.write() as session:
        row = session.get(Download, content)
        if row is not None:
            row.state = "here" if problem is None else "failed"
            row.problem = None if problem is None else problem.body()


def _unfinished(desk: Desk) -> list[ContentId]:
    with desk.database.read() as session:
        wanted = select(Download.content_id).where(Download.state.in_(("waiting", "coming")))
        return list(session.scalars(wanted.order_by(Download.at)))


def _state(state: str) -> DownloadState:
    known: dict[str, DownloadState] = {"waiting": "waiting", "coming": "coming", "here": "here"}
    return known.get(state, "failed")


def _out(row: Download, card: dict[str, object]) -> DownloadOut:
    return DownloadOut(
        content_id=row.content_id,
        title=str(card.get("title", "")),
        state=_state(row.state),
        done=row.done,
        of=row.of,
        chunk_count=int(str(card.get("chunk_count", row.of))),
        size_bytes=row.size_bytes,
        beside_node=row.state == "here" and not row.size_bytes,
        problem=None if row.problem is None else ProblemOut.model_validate(row.problem),
        at=row.at,
    )
