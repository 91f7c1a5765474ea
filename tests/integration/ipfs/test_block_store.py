"""One suite for every block store, and what only files on a disk can do wrong."""

from __future__ import annotations

import errno
import mmap
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.ipfs import durable
from services.ipfs.durable import replace_durably, sweep_unfinished
from services.ipfs.gateways import Gateway, GatewaySource
from services.ipfs.kubo import KuboBlockStore
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.shelf import Shelf
from services.ipfs.store import (
    MAX_BLOCK_BYTES,
    BlockDamagedError,
    BlockGroup,
    BlockMissingError,
    BlockStore,
    DiskBlockStore,
)
from services.ipfs.whole_disk import sync_whole_disk
from services.units.cid import DAG_PB, RAW, Cid
from services.wire.problems import ProblemError
from tests.fixtures.storage_gateways import FarStore


@pytest.fixture(params=["memory", "disk", "daemon", "gateway", "shelf"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlockStore]:
    if request.param == "memory":
        yield MemoryBlockStore()
    elif request.param == "disk":
        yield DiskBlockStore(tmp_path / "blocks")
    elif request.param == "shelf":
        shelf = Shelf(tmp_path / "blocks")
        yield shelf
        shelf.close()
    elif request.param == "gateway":
        gateway = request.getfixturevalue("gateways")()
        source = GatewaySource([Gateway(gateway.address)])
        yield FarStore(gateway, source)
        source.close()
    else:
        daemon = KuboBlockStore(request.getfixturevalue("kubo").address)
        yield daemon
        daemon.close()


class TestEveryStore:
    def test_gives_back_what_was_put(self, store: BlockStore) -> None:
        for block in (b"", b"a", os.urandom(MAX_BLOCK_BYTES)):
            cid = store.put(block)
            assert cid == Cid.of(block)
            assert store.has(cid)
            assert store.get(cid) == block

    def test_what_was_put_stays_when_its_memory_is_used_again(self, store: BlockStore) -> None:
        memory = bytearray(b"block" * 1000)
        cid = store.put(memoryview(memory))
        memory[:] = bytes(len(memory))
        assert store.get(cid) == b"block" * 1000

    def test_keys_by_content_not_by_codec(self, store: BlockStore) -> None:
        store.put(b"block", RAW)
        assert store.get(Cid.of(b"block", DAG_PB)) == b"block"

    def test_says_what_is_missing(self, store: BlockStore) -> None:
        cid = Cid.of(b"nowhere")
        assert not store.has(cid)
        with pytest.raises(BlockMissingError) as caught:
            store.get(cid)
        assert caught.value.code == "content.missing"
        assert caught.value.params == {"cid": str(cid)}

    def test_forgets(self, store: BlockStore) -> None:
        cid = store.put(b"block")
        store.discard(cid)
        store.discard(cid)
        assert not store.has(cid)

    def test_refuses_a_block_too_large(self, store: BlockStore) -> None:
        with pytest.raises(ValueError, match="above the limit"):
            store.put(bytes(MAX_BLOCK_BYTES + 1))


class TestTheRealDaemon(TestEveryStore):
    @pytest.fixture
    def store(self, js_ipfs: str) -> Iterator[BlockStore]:
        daemon = KuboBlockStore(js_ipfs)
        yield daemon
        daemon.close()


def _file_of(root: Path) -> Path:
    (path,) = root.glob("*/*.data")
    return path


def test_the_layout_is_that_of_flatfs(tmp_path: Path) -> None:
    DiskBlockStore(tmp_path).put(b"")
    path = "QV/CIQOHMGEIKMPYHAUTL57JSEZN64SIJ5OIHSGJG4TJSSJLGI3PBJLQVI.data"
    assert (tmp_path / path).read_bytes() == b""
    assert (tmp_path / "SHARDING").read_text() == "/repo/flatfs/shard/v1/next-to-last/2\n"


def test_nobody_else_can_read(tmp_path: Path) -> None:
    root = tmp_path / "blocks"
    DiskBlockStore(root).put(b"block")
    assert all(path.stat().st_mode & 0o077 == 0 for path in [root, *root.rglob("*")])


@pytest.mark.logs("block.damaged")
@pytest.mark.parametrize("change", ["flip", "cut", "grow", "empty"])
def test_a_damaged_file_is_noticed_and_healed_by_putting_again(tmp_path: Path, change: str) -> None:
    block = os.urandom(5_000)
    store = DiskBlockStore(tmp_path)
    cid = store.put(block)
    damaged = {"flip": block[:-1] + bytes((block[-1] ^ 1,)), "cut": block[:-1], "grow": block + b"x", "empty": b""}
    _file_of(tmp_path).write_bytes(damaged[change])
    with pytest.raises(BlockDamagedError) as caught:
        store.get(cid)
    assert caught.value.code == "content.damaged"
    store.put(block)
    assert store.get(cid) == block


def test_leftovers_are_swept_at_open_but_not_those_of_a_living_writer(tmp_path: Path) -> None:
    DiskBlockStore(tmp_path).put(b"block")
    leftover = tmp_path / ".temp" / "dead.part"
    leftover.write_bytes(b"half a bl")
    with durable._writing_in(leftover.parent):
        assert sweep_unfinished(leftover.parent) == 0
    DiskBlockStore(tmp_path)
    assert not leftover.exists()
    assert DiskBlockStore(tmp_path).get(Cid.of(b"block")) == b"block"


def _failing(code: int) -> Callable[..., int]:
    def write(descriptor: int, data: object) -> int:
        raise OSError(code, os.strerror(code))

    return write


def test_a_full_disk_has_its_own_problem_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskBlockStore(tmp_path)
    monkeypatch.setattr(os, "write", _failing(errno.ENOSPC))
    with pytest.raises(ProblemError) as caught:
        store.put(b"block")
    assert caught.value.code == "disk.full"
    assert not list(tmp_path.rglob("*.part"))
    assert not store.has(Cid.of(b"block"))


@pytest.mark.parametrize("length", [0, 100, mmap.PAGESIZE, mmap.PAGESIZE + 1, MAX_BLOCK_BYTES - 9])
@pytest.mark.parametrize("is_refused", [False, True], ids=["past the cache", "through the cache"])
def test_mapped_memory_is_written_whole(
    length: int, is_refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, data = DiskBlockStore(tmp_path), os.urandom(length)
    if is_refused:
        monkeypatch.setattr(os, "O_DIRECT", 1 << 40, raising=False)
        monkeypatch.setattr("services.ipfs.durable.fcntl.fcntl", _refuses_strange_flags)
    with mmap.mmap(-1, MAX_BLOCK_BYTES) as pages, memoryview(pages) as memory, memory[:length] as block:
        block[:] = data
        group = store.group()
        cid = group.put(block)
        BlockGroup.settle([group])
    assert store.get(cid) == data


@pytest.mark.parametrize("is_known", [False, True], ids=["file by file", "all at once"])
def test_data_is_on_the_disk_before_its_name_and_the_name_before_settling_ends(
    is_known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, steps = DiskBlockStore(tmp_path), list[str]()
    replace, fsync = os.replace, os.fsync

    def whole(folder: Path) -> bool:
        if is_known:
            steps.append("disk")
        return is_known

    monkeypatch.setattr("services.ipfs.durable.sync_whole_disk", whole)

    def sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def rename(old: Path, new: Path) -> None:
        steps.append("name")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", rename)
    group = store.group()
    name = group.put(b"block")
    BlockGroup.settle([group])
    assert store.get(name) == b"block"
    assert steps == (["disk", "name", "disk"] if is_known else ["file", "name", "folder"])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the call")
def test_a_disk_of_a_known_kind_is_synced_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"data")
    kind = subprocess.run(["stat", "-f", "-c", "%T", tmp_path], capture_output=True, text=True, check=True).stdout
    assert sync_whole_disk(tmp_path) is any(name in kind for name in ("ext", "xfs", "btrfs", "f2fs", "tmpfs"))


def _refuses_strange_flags(descriptor: int, command: int, flags: int = 0) -> int:
    if flags >= 1 << 40:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return os.O_WRONLY


def test_another_failure_of_the_disk_stays_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DiskBlockStore(tmp_path)
    monkeypatch.setattr(os, "write", _failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        store.put(b"block")


def test_a_replacement_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    replace_durably(target, b"old", unfinished=tmp_path)
    monkeypatch.setattr(os, "replace", _failing(errno.EIO))
    with pytest.raises(OSError, match="Input/output"):
        replace_durably(target, b"new", unfinished=tmp_path)
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


_WRITER = """
import os, sys
from pathlib import Path
from services.ipfs.store import DiskBlockStore
store = DiskBlockStore(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    store.put(os.urandom(200_000))
"""


def test_killed_writers_leave_whole_blocks_only(tmp_path: Path) -> None:
    for _ in range(4):
        command = [sys.executable, "-c", _WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            before = len(list(tmp_path.glob("*/*.data")))
            while len(list(tmp_path.glob("*/*.data"))) < before + 3:
                assert writer.poll() is None
            writer.kill()
    store = DiskBlockStore(tmp_path)
    names = [path.stem for path in tmp_path.glob("*/*.data")]
    assert len(names) >= 12
    assert not list(tmp_path.rglob("*.part"))
    for path in tmp_path.glob("*/*.data"):
        cid = Cid.of(path.read_bytes())
        assert store.get(cid) == path.read_bytes()
