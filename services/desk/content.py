"""Chunks as they lie in the block store: ciphertext checked against the manifest, plaintext in memory only."""

from __future__ import annotations

import hashlib
import logging

from anyio import to_thread

from services.desk.context import Desk
from services.desk.purchases.keys import TRACK, key_of
from services.ipfs.unixfs import read_file
from services.media.manifest import Manifest
from services.media.seal import open_sealed
from services.wire.problems import ProblemError

_log = logging.getLogger(__name__)
MAX_INIT_BYTES = 1024 * 1024


def check_ciphertext(desk: Desk, manifest: Manifest, wanted: range) -> None:
    """Make sure that what is about to be paid for is here and is what the creator signed. Blocking.

    A single chunk is remembered: it is asked for as soon as it is paid.
    """
    for index in wanted:
        name = (manifest.content_id, index)
        if desk.memory.goods.get(name) is None:
            data = ciphertext(desk, manifest, index)
            if len(wanted) == 1:
                desk.memory.goods.put(name, data)


async def look_ahead(desk: Desk, manifest: Manifest, index: int) -> None:
    """Have the next chunk checked before it is bought: then buying it reads and hashes nothing."""
    if index >= len(manifest.chunks):
        return
    try:
        await to_thread.run_sync(check_ciphertext, desk, manifest, range(index, index + 1))
    except ProblemError as problem:
        # Whoever buys it is told.
        _log.info("next part is not good", extra={"code": problem.code, "content": manifest.content_id})


def ciphertext(desk: Desk, manifest: Manifest, index: int) -> bytes:
    """Read a chunk's sealed file and check it. Blocking. Raises ProblemError: content.missing, content.damaged."""
    chunk = manifest.chunks[index]
    data = read_file(desk.blocks, chunk.cid, chunk.length)
    if len(data) != chunk.length or "0x" + hashlib.sha256(data).hexdigest() != chunk.sha256:
        raise ProblemError("content.damaged", cid=chunk.cid)
    return data


def plaintext(desk: Desk, manifest: Manifest, index: int) -> bytes:
    """Open a chunk that is free or owned. Blocking.

    Raises ProblemError: content.not_found, content.locked, content.missing, content.damaged, content.wrong_key.
    """
    if not 0 <= index < len(manifest.chunks):
        raise ProblemError("content.not_found")
    key, name = key_of(desk, manifest, index), (manifest.content_id, index)
    sealed = desk.memory.goods.get(name) or ciphertext(desk, manifest, index)
    desk.memory.goods.forget(name)
    return open_sealed(
        sealed,
        key=key,
        commitment=manifest.chunks[index].key_commitment,
        content_id=manifest.content_id,
        track=TRACK,
        index=index,
    )


def init_segment(desk: Desk, manifest: Manifest) -> bytes:
    """Read the film's header. Blocking. Raises ProblemError: content.missing, content.damaged."""
    return read_file(desk.blocks, manifest.init_cid, MAX_INIT_BYTES)
