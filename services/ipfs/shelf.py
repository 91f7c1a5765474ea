"""A store with room for so much: what is held stays, what only passed by goes when it was not used for longest.

Blocks lie as DiskBlockStore keeps them. Beside them an index (SQLite, WAL) notes sizes, last uses and who holds what;
it can be lost: ``take_stock`` makes it anew from the files.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from services.ipfs.store import DiskBlockStore, name_of_file
from services.units.cid import RAW, Cid
from services.wire.problems import ProblemError

Kind = Literal["own", "bought"]
INDEX_NAME = "shelf.db"
CACHE_BYTES: Final = 5 * 1024**3
"""What blocks that nobody holds may take by default."""
LOW_MARK: Final = 0.8
"""Down to this share of the limit room is made, so that it is not made for every block."""
_NOTE_USES_AFTER = 256
_SCHEMA = """
CREATE TABLE IF NOT EXISTS block (
    digest BLOB PRIMARY KEY, size INTEGER NOT NULL, used_at INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS block_age ON block (used_at) WHERE held = 0;
CREATE TABLE IF NOT EXISTS hold (
    holder TEXT NOT NULL, digest BLOB NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (holder, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hold_digest ON hold (digest);
CREATE TABLE IF NOT EXISTS total (name TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS block_in AFTER INSERT ON block BEGIN
    INSERT INTO total VALUES (iif(new.held, 'held', 'cache'), new.size)
    ON CONFLICT (name) DO UPDATE SET size = size + excluded.size;
END;
CREATE TRIGGER IF NOT EXISTS block_out AFTER DELETE ON block BEGIN
    UPDATE total SET size = size - old.size WHERE name = iif(old.held, 'held', 'cache');
END;
CREATE TRIGGER IF NOT EXISTS block_kind AFTER UPDATE OF held ON block WHEN old.held <> new.held BEGIN
    UPDATE total SET size = size - old.size WHERE name = iif(old.held, 'held', 'cache');
    INSERT INTO total VALUES (iif(new.held, 'held', 'cache'), new.size)
    ON CONFLICT (name) DO UPDATE SET size = size + excluded.size;
END;
"""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes by what they are kept for. A block that is own and bought counts as own."""

    own: int
    bought: int
    cache: int


class Shelf:
    """A BlockStore on disk with quotas. Threads and processes may share one root; ``close`` it at the end.

    bought_bytes: what bought films may take, None for no limit. cache_bytes: the same for all that nobody holds.
    """

    def __init__(
        self,
        root: Path,
        *,
        bought_bytes: int | None = None,
        cache_bytes: int = CACHE_BYTES,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Open or make the store. Raises ProblemError: disk.full."""
        self._disk, self._root, self._now = DiskBlockStore(root), root, now
        self._bought_bytes, self._cache_bytes = bought_bytes, cache_bytes
        self._lock, self._uses = threading.Lock(), dict[bytes, int]()
        self._index = sqlite3.connect(root / INDEX_NAME, check_same_thread=False, isolation_level=None, timeout=30)
        self._index.execute("PRAGMA journal_mode = WAL")
        # What it says can be found again from the files.
        self._index.execute("PRAGMA synchronous = NORMAL")
        self._index.executescript(_SCHEMA)

    def close(self) -> None:
        """Note the last uses and close the index."""
        with self._lock:
            self._note_uses()
            self._index.close()

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        """Keep a block; others that nobody holds go for it when there is no room. Raises ProblemError: disk.full."""
        cid = self._disk.put(block, codec)
        with self._unit() as index:
            row = (cid.digest, len(block), self._moment())
            index.execute("INSERT INTO block (digest, size, used_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)
            self._make_room(index, but=cid.digest)
        return cid

    def get(self, cid: Cid) -> bytes:
        block = self._disk.get(cid)
        with self._lock:
            self._uses[cid.digest] = self._moment()
            if len(self._uses) >= _NOTE_USES_AFTER:
                self._note_uses()
        return block

    def has(self, cid: Cid) -> bool:
        return self._disk.has(cid)

    def discard(self, cid: Cid) -> None:
        """Forget a block, whoever holds it."""
        self._disk.discard(cid)
        with self._unit() as index:
            index.execute("DELETE FROM hold WHERE digest = ?", (cid.digest,))
            index.execute("DELETE FROM block WHERE digest = ?", (cid.digest,))

    def hold(self, holder: str, kind: Kind, cids: Iterable[Cid]) -> None:
        """Keep blocks that are here until ``holder`` lets go. Raises ProblemError: store.quota, and holds none then."""
        with self._unit() as index:
            for cid in cids:
                row = (holder, cid.digest, kind)
                index.execute("INSERT INTO hold VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET kind = excluded.kind", row)
                index.execute("UPDATE block SET held = 1 WHERE digest = ?", (cid.digest,))
            if self._bought_bytes is not None and self._bought(index) > self._bought_bytes:
                raise ProblemError("store.quota", limit=self._bought_bytes)

    def let_go(self, holder: str) -> None:
        """Make what only this holder held passing blocks, which go when there is no room."""
        with self._unit() as index:
            mine = [row[0] for row in index.execute("SELECT digest FROM hold WHERE holder = ?", (holder,))]
            index.execute("DELETE FROM hold WHERE holder = ?", (holder,))
            free = "UPDATE block SET held = 0 WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM hold WHERE digest = ?1)"
            index.executemany(free, [(digest,) for digest in mine])
            self._make_room(index, but=b"")

    def room(self) -> Room:
        """Say what is taken."""
        with self._lock:
            totals = dict(self._index.execute("SELECT name, size FROM total").fetchall())
            bought = self._bought(self._index)
        return Room(own=totals.get("held", 0) - bought, bought=bought, cache=totals.get("cache", 0))

    def take_stock(self) -> int:
        """Make the index agree with the files, written by whomever; gives how many rows changed."""
        with self._unit() as index:
            noted = {row[0] for row in index.execute("SELECT digest FROM block")}
            found = dict(self._files())
            index.executemany("DELETE FROM block WHERE digest = ?", [(digest,) for digest in noted - found.keys()])
            fresh = [(digest, *found[digest], digest) for digest in found.keys() - noted]
            index.executemany("INSERT INTO block VALUES (?, ?, ?, EXISTS (SELECT 1 FROM hold WHERE digest = ?))", fresh)
            changed = len(noted - found.keys()) + len(fresh)
            self._make_room(index, but=b"")
        return changed

    def _files(self) -> Iterator[tuple[bytes, tuple[int, int]]]:
        for path in self._root.glob("*/*.data"):
            digest = name_of_file(path)
            if digest is not None:
                about = path.stat()
                yield digest, (about.st_size, int(about.st_mtime * 1000))

    def _make_room(self, index: sqlite3.Connection, *, but: bytes) -> None:
        """Discard what was not used for longest until the low mark; the block that was just put stays."""
        (taken,) = index.execute("SELECT coalesce(max(size), 0) FROM total WHERE name = 'cache'").fetchone()
        if taken <= self._cache_bytes:
            return
        self._note_uses()
        going, oldest = [], "SELECT digest, size FROM block WHERE held = 0 AND digest <> ? ORDER BY used_at"
        with closing(index.execute(oldest, (but,))) as rows:
            for digest, size in rows:
                if taken <= self._cache_bytes * LOW_MARK:
                    break
                going.append((digest,))
                taken -= size
        for (digest,) in going:
            self._disk.discard(Cid(RAW, digest))
        index.executemany("DELETE FROM block WHERE digest = ?", going)

    def _bought(self, index: sqlite3.Connection) -> int:
        only = """SELECT coalesce(sum(size), 0) FROM block
            WHERE digest IN (SELECT digest FROM hold WHERE kind = 'bought')
            AND digest NOT IN (SELECT digest FROM hold WHERE kind = 'own')"""
        (size,) = index.execute(only).fetchone()
        return int(size)

    def _note_uses(self) -> None:
        """Write down when blocks were read; losing it costs a better choice only. The caller has the lock."""
        uses, self._uses = self._uses, {}
        if not uses:
            return
        self._index.executemany("UPDATE block SET used_at = ? WHERE digest = ?", [(at, d) for d, at in uses.items()])

    @contextmanager
    def _unit(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._index.execute("BEGIN IMMEDIATE")
            try:
                yield self._index
            except BaseException:
                self._index.execute("ROLLBACK")
                raise
            self._index.execute("COMMIT")

    def _moment(self) -> int:
        return int(self._now() * 1000)
