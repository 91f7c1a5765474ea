"""Chunks as they lie in the block store: ciphertext checked against the manifest, plaintext in memory only."""

from __future__ import annotations

import hashlib
import logging
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event

from anyio import to_thread

from services.desk.context import Desk
from services.desk.purchases.keys import key_of
from services.desk.tables import Film
from services.ipfs.durable import disk_problems, replace_durably
from services.ipfs.intake import Need, fetched_for
from services.ipfs.store import BlockStore
from services.ipfs.unixfs import read_file
from services.media.evidence import Evidence, open_chunk
from services.media.manifest import Manifest
from services.units.cid import RAW, Cid
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
MAX_INIT_BYTES = MAX_CAPTION_BYTES = 1024 * 1024
_AHEAD = 2


def check_ciphertext(desk: Desk, manifest: Manifest, wanted: range) -> None:
    """Make sure that what is about to be paid for is here and is what the creator signed. Blocking.

    A single chunk is remembered: it is asked for as soon as it is paid.
    """
    missing = [index for index in wanted if desk.memory.goods.get((manifest.content_id, index)) is None]
    if missing and not desk.blocks.has(manifest.init_cid):
        # Without the header nothing plays: who buys a part has what it takes, also when its node is gone.
        init_segment(desk, manifest)
    for index in missing:
        # What is bought in a row is played from its first part on.
        with fetched_for(Need.SOON) if index > wanted.start else nullcontext():
            data = ciphertext(desk, manifest, index)
        if len(wanted) == 1:
            desk.memory.goods.put((manifest.content_id, index), data)


def begin_look_ahead(desk: Desk, manifest: Manifest, index: int) -> None:
    """Have the two chunks from ``index`` on fetched while the one before plays, however it was come by.

    Once at a time for a film: who seeks elsewhere wants other parts, and what waits for its turn is given up.
    """
    name = f"look ahead {manifest.content_id} {index}"
    prefix = f"look ahead {manifest.content_id}"
    of_film = [task for task in desk.tasks if task.get_name().startswith(prefix) and not task.cancelling()]
    if any(task.get_name() == name for task in of_film):
        return
    for task in of_film:
        task.cancel()
    desk.spawn(look_ahead(desk, manifest, index), name=name)


async def look_ahead(desk: Desk, manifest: Manifest, index: int) -> None:
    """Have the next two chunks here and checked before they are bought: then buying them reads and hashes nothing.

    What is remembered of them is bounded (services.desk.memory), and so is the line: in turns, so that the first is not
    slowed, and what is called off ends with its block.
    """
    called_off = Event()
    try:
        for wanted in range(index, min(index + _AHEAD, len(manifest.chunks))):
            if desk.memory.goods.get((manifest.content_id, wanted)) is not None:
                continue
            name = f"read ahead {manifest.content_id} {wanted}"
            if not await desk.finish(_read_ahead(desk, manifest, wanted, called_off), name):
                return
    finally:
        called_off.set()


async def _read_ahead(desk: Desk, manifest: Manifest, index: int, called_off: Event) -> bool:
    """Read one chunk; says whether it is here. Its place is another's only when its thread has ended."""
    while_wanted = replace(desk, blocks=_BlocksWhileWanted(desk.blocks, called_off))
    async with desk.memory.reading_ahead:
        try:
            with fetched_for(Need.SOON):
                await to_thread.run_sync(check_ciphertext, while_wanted, manifest, range(index, index + 1))
        except _CalledOffError:
            return False
        except ProblemError as problem:
            # Whoever buys it is told.
            _log.info("next part is not good", extra={"code": problem.code, "content": manifest.content_id})
            return False
    return True


class _CalledOffError(Exception):
    """Nobody wants these blocks any longer."""


class _BlocksWhileWanted:
    """A block store that gives nothing more once that is called off."""

    def __init__(self, store: BlockStore, called_off: Event) -> None:
        self._store, self._called_off = store, called_off

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        return self._store.put(block, codec)

    def get(self, cid: Cid) -> bytes:
        if self._called_off.is_set():
            raise _CalledOffError
        return self._store.get(cid)

    def has(self, cid: Cid) -> bool:
        return self._store.has(cid)

    def discard(self, cid: Cid) -> None:
        self._store.discard(cid)


def ciphertext(desk: Desk, manifest: Manifest, index: int) -> bytes:
    """Read a chunk's sealed file and check it. Blocking. Raises ProblemError: content.missing, content.damaged."""
    chunk = manifest.chunks[index]
    data = read_file(desk.elsewhere.healed(desk.blocks), chunk.cid, chunk.length)
    if len(data) != chunk.length or "0x" + hashlib.sha256(data).hexdigest() != chunk.sha256:
        raise ProblemError("content.damaged", cid=chunk.cid)
    return data


def plaintext(desk: Desk, manifest: Manifest, index: int) -> bytes:
    """Open a chunk that is free or owned. Blocking.

    Raises ProblemError: content.not_found, content.locked, content.missing, content.damaged, content.wrong_key,
    content.unopenable.
    """
    if not 0 <= index < len(manifest.chunks):
        raise ProblemError("content.not_found")
    key, name = key_of(desk, manifest, index), (manifest.content_id, index)
    sealed = desk.memory.goods.get(name) or ciphertext(desk, manifest, index)
    desk.memory.goods.forget(name)
    try:
        return open_chunk(manifest, index, key=key, sealed=sealed)
    except ProblemError as problem:
        if problem.code != "content.damaged":
            raise
        # The bytes are those that the creator signed, and so is the key.
        raise ProblemError("content.unopenable", file=_keep_evidence(desk, manifest, index, key, sealed)) from problem


def _keep_evidence(desk: Desk, manifest: Manifest, index: int, key: bytes, sealed: bytes) -> Path:
    with desk.database.read() as session:
        signed = session.get_one(Film, manifest.content_id).signed
    folder = desk.folder / "evidence"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{manifest.content_id}-{index}.json"
    with disk_problems():
        replace_durably(file, Evidence(signed, index, key, sealed).to_bytes(), unfinished=folder)
    return file


def captions(desk: Desk, manifest: Manifest, place: int) -> bytes:
    """Read a film's captions. Blocking. Raises ProblemError: content.not_found, content.missing, content.damaged."""
    if not 0 <= place < len(manifest.captions):
        raise ProblemError("content.not_found")
    return read_file(desk.elsewhere.healed(desk.blocks), manifest.captions[place].cid, MAX_CAPTION_BYTES)


def init_segment(desk: Desk, manifest: Manifest) -> bytes:
    """Read the film's header. Blocking. Raises ProblemError: content.missing, content.damaged."""
    return read_file(desk.elsewhere.healed(desk.blocks), manifest.init_cid, MAX_INIT_BYTES)
