"""A disk that runs full in the middle of a film: said as such, and the work goes on at the part where it was."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from services.ipfs import durable
from services.ipfs.durable import disk_problems
from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import is_complete
from services.media.film import SealedChunk
from services.media.ingest import Ingest, Outlet
from services.media.journal import IngestJournal, noted_chunks
from services.units.cid import Cid
from services.wire.problems import ProblemError
from tests.fixtures.media import SECRET, content_of


class FullStore(DiskBlockStore):
    """Takes so many blocks; the disk has no room for the next one."""

    def __init__(self, root: Path, room: int) -> None:
        super().__init__(root)
        self.room, self.taken = room, 0

    def _wanted(self, cid: Cid, length: int) -> Path | None:
        if self.taken >= self.room:
            with disk_problems():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.taken += 1
        return super()._wanted(cid, length)


def ingest(folder: Path, source: Path, store: DiskBlockStore) -> list[SealedChunk]:
    chunks: list[SealedChunk] = []
    outlet = Outlet(on_stage=lambda *_: None, on_facts=lambda _: None, on_chunk=chunks.append)
    Ingest(source, SECRET, content_of(1), store, IngestJournal(folder / "notes"), outlet).run()
    return chunks


def test_it_goes_on_at_the_part_where_the_disk_was_full(tmp_path: Path, timecode_clip: Path) -> None:
    plenty = FullStore(tmp_path / "whole" / "blocks", 10_000)
    whole = ingest(tmp_path / "whole", timecode_clip, plenty)
    assert len(whole) == 3
    for room in range(0, plenty.taken, 2):
        folder = tmp_path / str(room)
        with pytest.raises(ProblemError) as caught:
            ingest(folder, timecode_clip, FullStore(folder / "blocks", room))
        assert caught.value.code == "disk.full"
        done = noted_chunks(folder / "notes")
        assert done <= {chunk.cid for chunk in whole}
        again = FullStore(folder / "blocks", 10_000)
        assert ingest(folder, timecode_clip, again) == whole
        assert noted_chunks(folder / "notes") == {chunk.cid for chunk in whole}
        # What was finished is not stored anew.
        assert again.taken <= plenty.taken - len(done)


@pytest.mark.parametrize("synced", [0, 1, 2])
def test_a_disk_that_is_full_only_when_it_is_asked_to_keep(
    tmp_path: Path, timecode_clip: Path, monkeypatch: pytest.MonkeyPatch, synced: int
) -> None:
    """What could not be made durable is neither in the store nor in the journal, and nothing half written is left."""
    left, sync = [synced], durable._sync

    def full(path: Path) -> None:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= 1
        sync(path)

    # A disk that fails as a whole is asked file by file.
    monkeypatch.setattr(durable, "sync_whole_disk", lambda folder: False)
    monkeypatch.setattr(durable, "_sync", full)
    store = DiskBlockStore(tmp_path / "blocks")
    with pytest.raises(ProblemError, match=r"disk\.full"):
        ingest(tmp_path, timecode_clip, store)
    monkeypatch.undo()
    done = noted_chunks(tmp_path / "notes")
    assert all(is_complete(store, chunk) for chunk in done)
    assert not list((tmp_path / "blocks" / ".temp").iterdir())
    again = ingest(tmp_path, timecode_clip, store)
    assert len(again) == 3
    assert done <= {chunk.cid for chunk in again}
