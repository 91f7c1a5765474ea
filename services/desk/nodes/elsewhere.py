"""What a desk keeps of films from elsewhere, and from where it gets parts that their node does not give."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from services.ipfs.gateways import Gateway, GatewaySource
from services.ipfs.intake import Intake
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.shelf import Shelf
from services.ipfs.store import BlockStore
from services.ipfs.unixfs import block_names, is_complete
from services.units.cid import DAG_PB, RAW, Cid
from services.wire.problems import ProblemError

_FOLDER = "shelf"


@dataclass(slots=True)
class Elsewhere:
    """One desk's shelf and gateways, opened when they are first needed; ``close`` ends both."""

    intake: Intake = field(default_factory=Intake)
    """How fast blocks may come, from nodes and from gateways."""
    _shelf: Shelf | None = None
    _source: GatewaySource | None = None
    _addresses: tuple[str, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def shelf(self, folder: Path) -> Shelf:
        """Give the shelf in a desk's folder. Raises ProblemError: disk.full."""
        with self._lock:
            if self._shelf is None:
                self._shelf = Shelf(folder / _FOLDER)
            return self._shelf

    def use(self, addresses: tuple[str, ...]) -> None:
        """Fetch from these gateways from now on."""
        if addresses == self._addresses:
            return
        old, self._addresses = self._source, addresses
        ways = [Gateway(address) for address in addresses]
        self._source = GatewaySource(ways, intake=self.intake) if ways else None
        if old is not None:
            old.close()

    def healed(self, store: BlockStore) -> BlockStore:
        """Give a store that turns to the gateways where it fails; the store itself when there are none."""
        return store if self._source is None else _Healed(store, self._source)

    def close(self) -> None:
        """End connections, and note what was used last."""
        self.use(())
        with self._lock:
            if self._shelf is not None:
                self._shelf.close()
                self._shelf = None


class _Healed:
    def __init__(self, store: BlockStore, source: GatewaySource) -> None:
        self._store, self._source = store, source

    def put(self, block: bytes | memoryview, codec: int = RAW) -> Cid:
        return self._store.put(block, codec)

    def get(self, cid: Cid) -> bytes:
        try:
            return self._store.get(cid)
        except ProblemError as problem:
            try:
                found = self._found(cid)
            except ProblemError:
                # What the first one said is what a person can do something about.
                raise problem from None
        for name in block_names(found, cid) if cid.codec == DAG_PB and is_complete(found, cid) else (cid,):
            self._store.put(found.get(name), name.codec)
        return found.get(cid)

    def _found(self, cid: Cid) -> BlockStore:
        """Fetch a block; with the first one of a file all that is below it, in one answer where a gateway does that."""
        if cid.codec == DAG_PB:
            with suppress(ProblemError):
                return self._source.graph(cid)
        found = MemoryBlockStore()
        found.keep(cid, self._source.block(cid))
        return found

    def has(self, cid: Cid) -> bool:
        return self._store.has(cid)

    def discard(self, cid: Cid) -> None:
        self._store.discard(cid)
