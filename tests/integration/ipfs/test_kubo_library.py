"""The real Kubo reads, checks and pins what we wrote: our names, nodes and archives are its own."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

from services.ipfs.car import import_car, write_car
from services.ipfs.memory import MemoryBlockStore
from services.ipfs.store import DiskBlockStore
from services.ipfs.unixfs import add_file, add_folder
from tests.fixtures.storage_kubo import KuboLibrary

MIB = 1024 * 1024
LENGTHS = (0, 1, MIB, MIB + 1, 7 * MIB + 3)
"""Of no leaf, one, two and a part of a film; besides, small leaves make a node of 1024 and one above it."""


def test_our_blocks_in_its_repository_are_files_of_its_own(
    kubo_library: Callable[[], KuboLibrary], tmp_path: Path
) -> None:
    kubo = kubo_library()
    store = DiskBlockStore(kubo.blocks)
    block = os.urandom(MIB)
    contents = [(block * 8)[:length] for length in LENGTHS]
    group = store.group()
    names = [add_file(group, content) for content in contents]
    contents.append(block)
    names.append(add_file(group, block, leaf_bytes=1_000))
    group.settle([group])
    targets = [tmp_path / str(number) for number in range(len(names))]
    said = kubo.ask(files=[(str(name), target) for name, target in zip(names, targets, strict=True)], named=[])
    assert said["pinned"] == said["read"] == [True] * len(names)
    assert all(str(name) in said["pins"] for name in names)
    assert [target.read_bytes() for target in targets] == contents


def test_a_film_s_folder_is_one_root_for_all_of_it(kubo_library: Callable[[], KuboLibrary], tmp_path: Path) -> None:
    kubo = kubo_library()
    store = DiskBlockStore(kubo.blocks)
    contents = [b"header", os.urandom(MIB + 1), b""]
    root = add_folder(store, [add_file(store, content) for content in contents])
    said = kubo.ask(files=[(str(root), tmp_path / "film")], named=[])
    assert (said["pinned"], said["read"]) == ([True], [True])
    assert [(tmp_path / "film" / f"{number:05d}").read_bytes() for number in range(3)] == contents


def test_what_came_by_an_archive_is_whole(kubo_library: Callable[[], KuboLibrary], tmp_path: Path) -> None:
    kubo, source, content = kubo_library(), MemoryBlockStore(), os.urandom(3 * MIB)
    name = add_file(source, content)
    archive = io.BytesIO()
    write_car(archive, source, name)
    archive.seek(0)
    store = DiskBlockStore(kubo.blocks)
    assert import_car(archive, store) == ((name,), 4)
    said = kubo.ask(files=[(str(name), tmp_path / "film")], named=[])
    assert (said["pinned"], said["read"]) == ([True], [True])
    assert (tmp_path / "film").read_bytes() == content
