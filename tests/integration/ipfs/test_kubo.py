"""A daemon that lies, stalls or is not there, and what of ours it gets to see."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from services.ipfs.kubo import KuboBlockStore, is_daemon_address
from services.ipfs.store import BlockDamagedError, BlockMissingError
from services.ipfs.unixfs import add_file, read_file
from services.units.cid import Cid
from services.wire.problems import ProblemError
from tests.fixtures.storage_daemons import FakeKubo


@pytest.fixture
def store(kubo: FakeKubo) -> Iterator[KuboBlockStore]:
    store = KuboBlockStore(kubo.address, connect_s=60, read_s=60)
    yield store
    store.close()


@pytest.fixture
def hurried(kubo: FakeKubo) -> Iterator[KuboBlockStore]:
    """Give one that waits for no answer longer than a moment."""
    store = KuboBlockStore(kubo.address, connect_s=60, read_s=0.5)
    yield store
    store.close()


def code_of(caught: pytest.ExceptionInfo[ProblemError]) -> str:
    return caught.value.code


@pytest.mark.parametrize("fault", ["wrong", "endless"])
def test_another_block_is_never_given_on(kubo: FakeKubo, store: KuboBlockStore, fault: str) -> None:
    cid = store.put(os.urandom(1_000))
    kubo.fault = fault
    with pytest.raises(BlockDamagedError):
        store.get(cid)
    kubo.fault = ""
    assert Cid.of(store.get(cid)) == cid


@pytest.mark.parametrize("fault", ["stall", "cut", "noise", "error"])
def test_a_broken_answer_is_no_answer(
    kubo: FakeKubo, store: KuboBlockStore, hurried: KuboBlockStore, fault: str
) -> None:
    cid = store.put(b"block")
    kubo.fault = fault
    with pytest.raises(ProblemError) as caught:
        (hurried if fault == "stall" else store).get(cid)
    assert code_of(caught) in {"store.unreachable", "content.damaged"}
    assert kubo.address in caught.value.params.get("address", kubo.address)


@pytest.mark.parametrize("fault", ["stall", "error", "forgets"])
def test_a_block_counts_as_kept_only_when_the_daemon_has_it(
    kubo: FakeKubo, store: KuboBlockStore, hurried: KuboBlockStore, fault: str
) -> None:
    kubo.fault = fault
    with pytest.raises(ProblemError) as caught:
        (hurried if fault == "stall" else store).put(b"block")
    assert code_of(caught) == "store.unreachable"


def test_nobody_at_home_is_said(kubo: FakeKubo) -> None:
    kubo.server.socket.close()
    with pytest.raises(ProblemError) as caught:
        KuboBlockStore(kubo.address).has(Cid.of(b"x"))
    assert code_of(caught) == "store.unreachable"
    assert caught.value.kind.retryable


@pytest.mark.parametrize("address", ["/ip4/127.0.0.1/udp/x", "/ip4/999.0.0.1/tcp/1", "nonsense"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ProblemError) as caught:
        KuboBlockStore(address)
    assert code_of(caught) == "request.invalid"


def test_no_path_and_no_file_name_leave_the_machine(kubo: FakeKubo, store: KuboBlockStore) -> None:
    store.put(b"block")
    assert kubo.headers
    for headers in kubo.headers:
        assert "Abspath" not in headers["body"]
        assert "tmp" not in str(headers)


def test_a_file_is_stored_and_pinned(kubo: FakeKubo, store: KuboBlockStore) -> None:
    data = os.urandom(5_000)
    root = add_file(store, data, leaf_bytes=1_000)
    store.pin(root)
    assert read_file(store, root, len(data)) == data
    assert kubo.requests.count("pin/add") == 1
    with pytest.raises(BlockMissingError):
        store.pin(Cid.of(b"nowhere"))


def test_the_real_daemon_pins_and_tells_its_version(js_ipfs: str) -> None:
    store = KuboBlockStore(js_ipfs)
    data = os.urandom(3_000_000)
    root = add_file(store, data)
    store.pin(root)
    store.discard(root)
    assert read_file(store, root, len(data)) == data
    assert store.version()
    store.close()


@pytest.mark.parametrize(
    ("text", "is_address"), [("/ip4/127.0.0.1/tcp/5001", True), ("/unix/run/ipfs", True), ("/srv/blocks", False)]
)
def test_an_address_is_told_from_a_folder(text: str, is_address: bool) -> None:
    assert is_daemon_address(text) is is_address
