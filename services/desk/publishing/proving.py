"""Playable elsewhere: a film that was published is fetched as a stranger would, by another way than it was written.

The manifest comes from its node, some of its parts through the node's gateway into an empty store, and the same from
every storage that should have a copy. Each is checked against what was signed and opened with its key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

from anyio import to_thread

from services.desk.context import Desk
from services.desk.nodes.store import NodeBlocks
from services.desk.publishing.record import get, note_stage_problem, secret_of
from services.desk.publishing.stages import StageBoard
from services.desk.purchases.keys import TRACK
from services.desk.storage.record import listed
from services.desk.tables import Upload
from services.ipfs.intake import Need, fetched_for
from services.ipfs.kubo import KuboBlockStore
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.store import BlockStore
from services.ipfs.unixfs import read_file
from services.media.evidence import open_chunk
from services.media.manifest import Manifest
from services.media.seal import check_sealed, chunk_key
from services.media.signature import parse_signed
from services.wire.node import ManifestOut
from services.wire.problems import ProblemError
from services.wire.uploads import DraftIn

_log = logging.getLogger(__name__)
_SAMPLES = 6
_MAX_INIT_BYTES = 1024 * 1024


def prove_in_background(desk: Desk, upload_id: str) -> None:
    """Prove a published film without anybody waiting for it."""
    desk.spawn(prove(desk, upload_id), name=f"proving {upload_id}")


async def prove(desk: Desk, upload_id: str) -> None:
    """Prove a published film and note what came of it with its stage; nothing is raised."""
    async with desk.turn(upload_id):
        try:
            await _prove_and_note(desk, upload_id)
        except ProblemError as problem:
            # The disk has no room for the note; the stage shows as it was, and can be done again.
            _log.info("not noted", extra={"upload": upload_id, "code": problem.code})
    desk.events.publish("upload", upload_id)


async def _prove_and_note(desk: Desk, upload_id: str) -> None:
    row = await to_thread.run_sync(get, desk, upload_id)
    await to_thread.run_sync(note_stage_problem, desk, upload_id, "elsewhere", None)
    problem = None
    try:
        await _prove(desk, row)
    except ProblemError as found:
        _log.info("not playable elsewhere", extra={"upload": upload_id, "code": found.code})
        problem = found
    await to_thread.run_sync(note_stage_problem, desk, upload_id, "elsewhere", problem)


async def _prove(desk: Desk, row: Upload) -> None:
    at = desk.at(DraftIn.model_validate(row.draft).node or desk.node.uri)
    board = StageBoard(desk, row)
    try:
        signed = row.publication["signed"]
        found = await at.node.browse(ManifestOut, f"/content/{row.content_id}/manifest")
        if found.signed != signed:
            raise ProblemError("manifest.invalid", what="another version")
        manifest = (await to_thread.run_sync(parse_signed, signed.encode())).manifest
        secret = await to_thread.run_sync(secret_of, desk, row)
        await _sample(desk, at, board, partial(_play, manifest=manifest, secret=secret), len(manifest.chunks))
    finally:
        await board.close()


async def _sample(desk: Desk, at: Desk, board: StageBoard, play: Callable[..., None], chunks: int) -> None:
    daemons = [target.address for target in await to_thread.run_sync(listed, desk, "daemon") if target.problem is None]
    wanted = _samples(chunks)
    done, total = 0, (1 + len(daemons)) * len(wanted)
    for address in (None, *daemons):
        with _elsewhere(at, address) as store:
            for index in wanted:
                board.note("elsewhere", done, total, rate=0)
                await to_thread.run_sync(partial(play, store, index=index))
                done += 1
    board.note("elsewhere", done, total, rate=0)


@contextmanager
def _elsewhere(at: Desk, address: str | None) -> Iterator[BlockStore]:
    """Give the way through the node's gateway, or to a daemon; neither sees this disk."""
    if address is None:
        with fetched_for(Need.LATER):
            yield NodeBlocks(MemoryBlockStore(), at.node, at.elsewhere.intake)
        return
    with closing(KuboBlockStore(address)) as daemon:
        yield daemon


def _samples(chunks: int) -> tuple[int, ...]:
    """Choose parts from the first to the last, evenly."""
    count = min(chunks, _SAMPLES)
    return tuple(dict.fromkeys(at * (chunks - 1) // max(count - 1, 1) for at in range(count)))


def _play(store: BlockStore, *, index: int, manifest: Manifest, secret: bytes) -> None:
    """Fetch the header and a part, and open the part as a player would."""
    read_file(store, manifest.init_cid, _MAX_INIT_BYTES)
    chunk = manifest.chunks[index]
    sealed = read_file(store, chunk.cid, chunk.length)
    check_sealed(sealed, sha256=chunk.sha256, length=chunk.length, index=index)
    open_chunk(manifest, index, key=chunk_key(secret, manifest.sealed_id, TRACK, index), sealed=sealed)
