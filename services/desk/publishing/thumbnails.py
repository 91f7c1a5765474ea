"""The picture that stands for a film, chosen by a person. It is beside the upload: nothing waits for it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from anyio import to_thread
from sqlalchemy import select

from services.desk.context import Desk
from services.desk.publishing.record import get, out
from services.desk.storage.record import files_of
from services.desk.tables import Upload
from services.ipfs.unixfs import block_names
from services.media.worker import frame, keep_picture
from services.units.cid import Cid
from services.wire.problems import ProblemError
from services.wire.uploads import ThumbnailIn, UploadOut

_NAME = "poster"


async def frame_of(desk: Desk, upload_id: str, at_ms: int) -> bytes:
    """Give a small JPEG of what an upload's film shows at a moment. Raises ProblemError: as services.media.worker."""
    row = await to_thread.run_sync(get, desk, upload_id)
    return await frame(Path(row.path), at_ms)


async def set_thumbnail(desk: Desk, upload_id: str, wanted: ThumbnailIn) -> UploadOut:
    """Keep the picture that was chosen; without one it is found in the film again.

    The one before is discarded unless it was published: viewers of an older version still have its picture, and its
    captions too. Their blocks and pins stay as long as the film does, as the parts do, which all versions share: what
    was bought under any version plays and can be exported.
    Raises ProblemError: upload.state while the film is on its way to a node, upload.file_missing, media.picture and as
    services.media.worker.
    """
    row = await to_thread.run_sync(get, desk, upload_id)
    if row.state == "publishing":
        raise ProblemError("upload.state")
    chosen = None
    if wanted.at_ms is not None or wanted.path:
        path = Path(row.path if wanted.at_ms is not None else wanted.path)
        if not path.is_absolute():
            raise ProblemError("upload.file_missing", file=path.name)
        chosen = await keep_picture(path, at_ms=wanted.at_ms, store_root=desk.block_root)
    changed = await to_thread.run_sync(partial(_keep, desk, upload_id, chosen))
    desk.events.publish("upload", upload_id)
    return changed


def _keep(desk: Desk, upload_id: str, chosen: Cid | None) -> UploadOut:
    with desk.database.write() as session:
        row = session.get(Upload, upload_id)
        if row is None:
            raise ProblemError("upload.not_found")
        if row.state == "publishing":
            # It was signed meanwhile.
            raise ProblemError("upload.state")
        before = None if row.publication is not None else (row.beside or {}).get(_NAME)
        rest = {name: value for name, value in (row.beside or {}).items() if name != _NAME}
        row.beside = rest if chosen is None else {**rest, _NAME: str(chosen)}
        changed = out(row)
    if before is not None:
        _forget(desk, Cid.parse(before))
    return changed


def _forget(desk: Desk, picture: Cid) -> None:
    """Discard a picture that no film shows; the same one may stand for several."""
    with desk.database.read() as session:
        if any(picture in files_of(row) for row in session.scalars(select(Upload))):
            return
    for name in list(block_names(desk.blocks, picture)):
        desk.blocks.discard(name)
