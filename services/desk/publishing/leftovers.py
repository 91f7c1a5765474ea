"""What an upload leaves behind: the worker's notes, and sealed parts that no film names."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from services.desk.context import Desk
from services.ipfs.unixfs import block_names
from services.media.journal import noted_chunks
from services.units.cid import Cid
from services.wire.problems import ProblemError


def notes_folder(desk: Desk, upload_id: str) -> Path:
    """Give the folder where the worker notes what it finished."""
    return desk.folder / "ingest" / upload_id


def clear_up(desk: Desk, upload_id: str, *, kept: Iterable[Cid] = ()) -> int:
    """Discard the sealed parts that were noted and are not ``kept``, then the notes; gives how many parts. Blocking.

    They are sealed under this upload's own secret: no other film names them.
    """
    folder, keep = notes_folder(desk, upload_id), set(kept)
    gone = noted_chunks(folder) - keep
    for cid in gone:
        _discard(desk, cid)
    shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def _discard(desk: Desk, file: Cid) -> None:
    try:
        names = list(block_names(desk.blocks, file))
    except ProblemError:
        # Its root is gone or damaged: the leaves that it named are nobody's either, and the next clearing finds them.
        names = [file]
    for name in names:
        desk.blocks.discard(name)
