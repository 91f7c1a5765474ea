"""Files as UnixFS graphs of blocks, by the profile ``unixfs-v1-2025`` (IPIP-499).

CIDv1, SHA-256, raw leaves of 1 MiB, balanced, at most 1024 links a node; a file of one block is that raw block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

from services.ipfs import dagpb
from services.ipfs.dagpb import FileNode, Link
from services.ipfs.store import BlockDamagedError, BlockSink, BlockStore
from services.units.cid import DAG_PB, RAW, Cid
from services.wire.problems import ProblemError

PROFILE = "unixfs-v1-2025"
LEAF_BYTES = 1024 * 1024
WIDTH = 1024
# Named in one go: what is still to be named of a long film is remembered by so much less. Who ends the work waits for
# no more than these.
_LEAVES_AT_ONCE: Final = 8
_NAMING_THREADS: Final = 2
# 1024 leaves are a gibibyte, 1024² a tebibyte: a deeper graph is no file of ours.
_MAX_DEPTH = 3


def add_file(
    store: BlockSink, data: bytes | bytearray | memoryview, *, leaf_bytes: int = LEAF_BYTES, width: int = WIDTH
) -> Cid:
    """Store a file, leaves first, and name it by its root.

    Other sizes than the profile's are for comparing with other writers. Raises ProblemError: disk.full.
    """
    view = memoryview(data)
    leaves = [view[start : start + leaf_bytes] for start in range(0, len(data), leaf_bytes)] or [view]
    return join_leaves(store, [put_leaf(store, leaf) for leaf in leaves], width=width)


def put_leaf(store: BlockSink, leaf: memoryview) -> Link:
    """Store a piece of a file, of LEAF_BYTES unless it is the last. Raises ProblemError: disk.full."""
    return Link(store.put(leaf, RAW), len(leaf), len(leaf))


def join_leaves(store: BlockSink, leaves: list[Link], *, width: int = WIDTH) -> Cid:
    """Store what joins a file's leaves, and name it by its root. Raises ProblemError: disk.full."""
    return _join(leaves, store.put, width=width)


def name_file(path: Path) -> Cid:
    """Name a file without storing it; memory stays at a leaf a thread, whatever its length.

    Raises OSError, and ValueError when the file changed meanwhile.
    """
    length = path.stat().st_size
    starts = range(0, max(length, 1), _LEAVES_AT_ONCE * LEAF_BYTES)
    with ThreadPoolExecutor(_NAMING_THREADS, thread_name_prefix="naming") as pool:
        leaves = [leaf for some in pool.map(partial(_name_leaves, path), starts) for leaf in some]
    if sum(leaf.file_bytes for leaf in leaves) != length:
        raise ValueError("the file changed while it was read")
    return _join(leaves, Cid.of, width=WIDTH)


def _name_leaves(path: Path, start: int) -> list[Link]:
    """Name the next few leaves, by one piece of memory."""
    leaves, room = list[Link](), memoryview(bytearray(LEAF_BYTES))
    # Not the system's own calls, which may give less than there is: a leaf must be a whole one.
    with path.open("rb") as file:
        file.seek(start)
        while len(leaves) < _LEAVES_AT_ONCE and ((count := file.readinto(room)) or not (start or leaves)):
            leaves.append(Link(Cid.of(room[:count], RAW), count, count))
    return leaves


def read_file(store: BlockStore, cid: Cid, max_bytes: int) -> bytes:
    """Give a file whose every block was checked against its name.

    Raises ProblemError: content.missing, content.damaged (also for a file longer than ``max_bytes``).
    """
    leaves, length = [], 0
    for leaf in _leaves(store, cid, max_bytes, depth=0):
        leaves.append(leaf)
        length += len(leaf)
        if length > max_bytes:
            raise ProblemError("content.damaged", cid=cid)
    return b"".join(leaves)


def add_folder(store: BlockStore, files: Iterable[Cid]) -> Cid:
    """Store a folder of files that are here, named by their numbers, so that one root stands for all of them.

    Raises ProblemError: content.missing, content.damaged, disk.full, and ValueError for more than a block holds.
    """
    entries = ((f"{number:05d}", file, _graph_bytes(store, file)) for number, file in enumerate(files))
    return store.put(dagpb.encode_folder(entries), DAG_PB)


def _graph_bytes(store: BlockStore, file: Cid) -> int:
    block = store.get(file)
    below = _node(store, file, 0).links if file.codec == DAG_PB else ()
    return len(block) + sum(link.graph_bytes for link in below)


def is_complete(store: BlockStore, cid: Cid) -> bool:
    """Say whether every block of a file is here; leaves are not read."""
    try:
        return all(store.has(block) for block in block_names(store, cid))
    except ProblemError:
        return False


def block_names(store: BlockStore, cid: Cid) -> Iterator[Cid]:
    """Name every block of a file, root first; reads inner nodes only. Raises as read_file."""
    pending = [(cid, 0)]
    while pending:
        name, depth = pending.pop()
        yield name
        if name.codec == DAG_PB:
            links = _node(store, name, depth).links
            pending.extend((link.cid, depth + 1) for link in reversed(links))


def _join(layer: list[Link], put: Callable[[bytes, int], Cid], *, width: int) -> Cid:
    while len(layer) > 1:
        layer = [_add_node(put, layer[start : start + width]) for start in range(0, len(layer), width)]
    return layer[0].cid


def _add_node(put: Callable[[bytes, int], Cid], links: Sequence[Link]) -> Link:
    node = FileNode(tuple(links))
    block = node.encode()
    graph_bytes = len(block) + sum(link.graph_bytes for link in links)
    return Link(put(block, DAG_PB), graph_bytes, node.file_bytes)


def _leaves(store: BlockStore, cid: Cid, budget: int, *, depth: int) -> Iterator[bytes]:
    if cid.codec == RAW:
        yield store.get(cid)
        return
    node = _node(store, cid, depth)
    if node.file_bytes > budget:
        raise ProblemError("content.damaged", cid=cid)
    for link in node.links:
        yield from _checked_part(store, link, depth)


def _checked_part(store: BlockStore, link: Link, depth: int) -> Iterator[bytes]:
    length = 0
    for leaf in _leaves(store, link.cid, link.file_bytes, depth=depth + 1):
        length += len(leaf)
        yield leaf
    if length != link.file_bytes:
        raise ProblemError("content.damaged", cid=link.cid)


def _node(store: BlockStore, cid: Cid, depth: int) -> FileNode:
    if depth > _MAX_DEPTH:
        raise BlockDamagedError(cid)
    try:
        return dagpb.decode(store.get(cid))
    except ValueError as exc:
        raise BlockDamagedError(cid) from exc
