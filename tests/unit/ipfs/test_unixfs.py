"""Files as graphs of blocks: the names that other writers give, and what reading refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ipfs import dagpb
from services.ipfs.dagpb import FileNode, Link
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.unixfs import LEAF_BYTES, add_file, block_names, is_complete, read_file
from services.units.cid import DAG_PB, RAW, Cid
from services.wire.problems import ProblemError

MIB = 1024 * 1024
# Made with npm ipfs-unixfs-importer 17 (CIDv1, raw leaves, balanced), November 2026: length, leaf, width, root.
VECTORS = [
    (0, MIB, 1024, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"),
    (1, MIB, 1024, "bafkreidogqfzz75tpkmjzjke425xqcrmpcib2p5tg44hnbirumdbpl5adu"),
    (MIB, MIB, 1024, "bafkreicmqivvuvv4s74lvjuh4rq6ipebnivura4h3zwusuvrzg6zsutc7a"),
    (MIB + 1, MIB, 1024, "bafybeifcxjkuqfjgoiezvfeig7adlkochc2dqy7epawey4tkd225b7u5fq"),
    (3 * MIB, MIB, 1024, "bafybeidjcilxqoksbrhyy6wrbxcrkjzrlbqm5xn7q7lgznf5xfxra3kenq"),
    (5_000_000, MIB, 1024, "bafybeibhruezvjue7uwun4mpa3e2x4kokhhh43z4sx34xttxxuzuq2aadm"),
    (102_400, 100, 1024, "bafybeifean2sz4w5y6lx4jgjwp6i4gaopiq6ezyuut7d7qeks4fxu2eg3q"),
    (102_401, 100, 1024, "bafybeif6mwv25h7kyyeo4tm4h3dfu2rm3tk3sfstk4vhaaccvefw6ibpru"),
    (45_000, 16, 8, "bafybeihcxdvg6tbuemd2b6n7jijht7jzvdsbz4swakecx6jw4pj6n25dcu"),
    (5_000_000, 1024, 174, "bafybeif2i3kz4ilhqb6ihsqsup4vvrfdyfwmyfklrvysr25nusbyujb5ja"),
]


def pattern(length: int) -> bytes:
    """Byte i of the vectors: i·31 + (i >> 8)·7 + (i >> 16)·13."""
    i = np.arange(length, dtype=np.uint64)
    return bytes(((i * 31 + (i >> 8) * 7 + (i >> 16) * 13) & 255).astype(np.uint8))


@pytest.mark.parametrize(("length", "leaf", "width", "root"), VECTORS)
def test_names_are_those_of_other_writers(length: int, leaf: int, width: int, root: str) -> None:
    assert str(add_file(MemoryBlockStore(), pattern(length), leaf_bytes=leaf, width=width)) == root


@given(data=st.binary(max_size=4_000), leaf=st.integers(60, 500))
def test_a_file_comes_back(data: bytes, leaf: int) -> None:
    store = MemoryBlockStore()
    cid = add_file(store, data, leaf_bytes=leaf)
    assert read_file(store, cid, len(data)) == data
    assert is_complete(store, cid)


def test_a_file_of_one_block_is_that_block() -> None:
    assert add_file(MemoryBlockStore(), b"film") == Cid.of(b"film", RAW)


def test_every_missing_block_is_noticed() -> None:
    store = MemoryBlockStore()
    cid = add_file(store, pattern(2_500), leaf_bytes=500, width=3)
    names = list(block_names(store, cid))
    assert names[0] == cid
    assert len(names) == 5 + 2 + 1
    for name in names:
        block = store.get(name)
        store.discard(name)
        assert not is_complete(store, cid)
        with pytest.raises(ProblemError) as caught:
            read_file(store, cid, 10_000)
        assert caught.value.code == "content.missing"
        store.put(block, name.codec)


@pytest.mark.parametrize("length", [600, LEAF_BYTES + 1])
def test_a_file_longer_than_expected_is_not_read(length: int) -> None:
    store = MemoryBlockStore()
    cid = add_file(store, pattern(length))
    with pytest.raises(ProblemError) as caught:
        read_file(store, cid, length - 1)
    assert caught.value.code == "content.damaged"


def _node(*links: Link) -> bytes:
    return FileNode(links).encode()


def test_a_node_that_lies_about_its_parts_is_damaged() -> None:
    store = MemoryBlockStore()
    leaf = store.put(b"x" * 100)
    for said in (99, 101):
        lying = store.put(_node(Link(leaf, 100, said), Link(leaf, 100, 100)), DAG_PB)
        with pytest.raises(ProblemError) as caught:
            read_file(store, lying, 1_000)
        assert caught.value.code == "content.damaged"


def test_a_graph_too_deep_is_damaged() -> None:
    store = MemoryBlockStore()
    cid = store.put(b"x")
    for _ in range(6):
        cid = store.put(_node(Link(cid, 10, 1)), DAG_PB)
    with pytest.raises(ProblemError) as caught:
        read_file(store, cid, 10)
    assert caught.value.code == "content.damaged"


def test_a_small_graph_cannot_blow_up() -> None:
    """Four levels of 100 links to one leaf say a length that is refused before anything is read twice."""
    store = MemoryBlockStore()
    cid, length = store.put(b"x" * 1000), 1000
    for _ in range(3):
        cid = store.put(_node(*[Link(cid, length, length)] * 100), DAG_PB)
        length *= 100
    with pytest.raises(ProblemError):
        read_file(store, cid, 10_000)


@given(st.binary(max_size=80))
def test_noise_is_no_node(noise: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dagpb.decode(noise)


def test_only_the_canonical_node_is_read() -> None:
    node = _node(Link(Cid.of(b"a"), 1, 1), Link(Cid.of(b"b"), 300, 300))
    assert dagpb.decode(node).encode() == node
    for position in range(len(node)):
        for bit in range(8):
            changed = bytearray(node)
            changed[position] ^= 1 << bit
            try:
                read = dagpb.decode(bytes(changed))
            except ValueError:
                continue
            assert read.encode() == bytes(changed)
    for cut in range(len(node)):
        with pytest.raises(ValueError, match=r".+"):
            dagpb.decode(node[:cut])
