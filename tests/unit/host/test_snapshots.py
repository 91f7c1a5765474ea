"""Earlier states as folders: complete or not there, whatever moment a crash picks; blocks are linked, books are not."""

from __future__ import annotations

import errno
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.host.demo_control import snapshots
from services.host.demo_control.kept_clock import CLOCK_FILE
from services.wire.problems import ProblemError

NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


class CrashError(Exception):
    """The process is gone."""


def lay(profile: Path, word: str) -> None:
    for part in ("chain/journal.db", "node/node.db", "desks/viewer/desk.db", CLOCK_FILE):
        path = profile / part
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(word)
    block = profile / "blocks" / "AB" / f"{word}.data"
    block.parent.mkdir(parents=True, exist_ok=True)
    block.write_text(word)


def read(profile: Path) -> set[str]:
    """Give the words in all books of a world; one word means one state."""
    books = [profile / "chain" / "journal.db", profile / "node" / "node.db", profile / CLOCK_FILE]
    books += (profile / "desks").rglob("*.db")
    return {path.read_text() for path in books}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A world in the state "old", kept as "before", and moved on to "new"."""
    lay(tmp_path, "old")
    (tmp_path / "logs").mkdir()
    snapshots.take(tmp_path, "before", NOW)
    lay(tmp_path, "new")
    return tmp_path


def test_books_are_copied_and_blocks_linked(world: Path) -> None:
    kept = world / "snapshots" / "before"
    assert read(kept) == {"old"}
    block = Path("blocks") / "AB" / "old.data"
    assert (kept / block).stat().st_ino == (world / block).stat().st_ino
    assert not (kept / "logs").exists()
    assert [(one.name, one.at) for one in snapshots.listed(world)] == [("before", NOW)]


def test_a_state_is_put_back_as_often_as_one_likes(world: Path) -> None:
    for _ in range(2):
        snapshots.restore(world, "before")
        assert read(world) == {"old"}
        assert [path.stem for path in (world / "blocks").rglob("*.data")] == ["old"]
        lay(world, "new")
    snapshots.sweep(snapshots.leftovers(world))
    assert sorted(path.name for path in world.iterdir()) == sorted([*snapshots.PARTS, "logs", "snapshots"])


def test_the_same_name_keeps_the_newer_state(world: Path) -> None:
    snapshots.take(world, "before", NOW)
    assert read(world / "snapshots" / "before") == {"new"}
    assert len(snapshots.listed(world)) == 1


def test_a_reset_takes_the_world_and_nothing_else(world: Path) -> None:
    snapshots.reset(world)
    assert not any((world / part).exists() for part in snapshots.PARTS)
    assert (world / "logs").is_dir()
    assert len(snapshots.listed(world)) == 1


def test_a_crash_at_any_rename_leaves_one_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, crashes = Path.rename, 0
    for at in range(40):
        world, left = tmp_path / str(at), [at]
        lay(world, "old")
        snapshots.take(world, "before", NOW)
        lay(world, "new")

        def cut(path: Path, target: Path, left: list[int] = left) -> Path:
            left[0] -= 1
            if left[0] < 0:
                raise CrashError
            return rename(path, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", cut)
            try:
                snapshots.restore(world, "before")
            except CrashError:
                crashes += 1
        snapshots.finish(world)
        snapshots.sweep(snapshots.leftovers(world))
        assert read(world) == ({"new"} if at == 0 else {"old"})
        assert read(world / "snapshots" / "before") == {"old"}
    assert 8 <= crashes < 40


def test_a_state_that_is_not_there_is_said_so(world: Path) -> None:
    for attempt in (snapshots.restore, snapshots.forget):
        with pytest.raises(ProblemError, match=r"request\.not_found"):
            attempt(world, "never")
    snapshots.forget(world, "before")
    assert snapshots.listed(world) == ()
    assert read(world) == {"new"}


def test_bringing_a_world_tells_how_far_it_is(world: Path, tmp_path: Path) -> None:
    heard: list[float] = []
    for number in range(300):
        (world / "blocks" / "AB" / f"{number}.data").write_bytes(b"x")
    (into := tmp_path / "into").mkdir()
    snapshots.take_over(into, world, lambda _into: None, heard.append)
    assert read(into) == {"new"}
    assert heard == sorted(set(heard))
    assert (heard[-1], 20 < len(heard) <= 101) == (1.0, True)


def test_what_a_later_exchange_makes_is_not_swept(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.restore(world, "before")
    left, copy2 = snapshots.leftovers(world), shutil.copy2
    assert left

    def sweeping(source: str, into: str) -> None:
        snapshots.sweep(left)
        copy2(source, into)

    monkeypatch.setattr(shutil, "copy2", sweeping)
    lay(world, "newer")
    snapshots.restore(world, "before")
    assert read(world) == {"old"}


def test_a_full_disk_is_said_and_the_world_stays(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: str, _into: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(ProblemError) as refused:
        snapshots.restore(world, "before")
    assert refused.value.code == "disk.full"
    assert read(world) == {"new"}
