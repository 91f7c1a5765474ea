"""Writing whole files so that a crash leaves the old one or the new one, never a part."""

from __future__ import annotations

import errno
import mmap
import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from services.ipfs.whole_disk import sync_whole_disk
from services.wire.problems import ProblemError

if sys.platform != "win32":
    import fcntl


def replace_durably(path: Path, data: bytes | memoryview, *, unfinished: Path) -> None:
    """Put ``data`` at ``path``; it has survived a power cut when this returns.

    ``unfinished`` is a folder on the same file system for the file while it grows. The file is readable by its
    owner only.
    """
    growing = unfinished / f"{secrets.token_hex(12)}.part"
    with _writing_in(unfinished):
        try:
            _write_new(growing, data)
            os.replace(growing, path)
        except BaseException:
            growing.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


class FileGroup:
    """Whole files that come to be together: a disk makes many durable in little more time than one.

    They grow in ``unfinished``, as for replace_durably; from ``settle`` on they are there and survive a power cut.
    Threads may write to one group; it ends with ``settle`` or ``abandon``.
    """

    def __init__(self, unfinished: Path) -> None:
        self._unfinished, self._waiting = unfinished, list[tuple[Path, Path]]()
        self._writing = ExitStack()
        self._writing.enter_context(_writing_in(unfinished))

    def write(self, path: Path, data: bytes | memoryview) -> None:
        """Begin a file; the disk starts on it while others are written."""
        growing = self._unfinished / f"{secrets.token_hex(12)}.part"
        self._waiting.append((growing, path))
        _write_new(growing, data, is_synced=False)

    def abandon(self) -> None:
        """Forget the files; does nothing to a group that was settled."""
        for growing, _ in self._waiting:
            growing.unlink(missing_ok=True)
        self._waiting.clear()
        self._writing.close()

    @staticmethod
    def settle(groups: Sequence[FileGroup]) -> None:
        """Make the files of some groups of one folder durable under their names: all data first, then all names."""
        waiting = [files for group in groups for files in group._waiting]
        if waiting:
            _settle(waiting, groups[0]._unfinished)
        for group in groups:
            group._waiting.clear()
            group._writing.close()


def _settle(waiting: list[tuple[Path, Path]], unfinished: Path) -> None:
    if not sync_whole_disk(unfinished):
        for growing, _ in waiting:
            _sync(growing)
    for growing, path in waiting:
        os.replace(growing, path)
    if not sync_whole_disk(unfinished):
        for folder in {path.parent for _, path in waiting}:
            sync_folder(folder)


def sync_tree(folder: Path) -> None:
    """Make all files of a folder and of those below it durable, and their names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            _sync(path)
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        sync_folder(place)


def sweep_unfinished(folder: Path) -> int:
    """Remove the files whose writers are gone, and say how many; does nothing while anybody writes in the folder."""
    with _alone_in(folder) as alone:
        if not alone:
            return 0
        abandoned = list(folder.glob("*.part"))
        for path in abandoned:
            path.unlink(missing_ok=True)
        return len(abandoned)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable (a no-op where folders cannot be opened)."""
    if sys.platform == "win32":
        return
    with _folder(folder) as descriptor:
        os.fsync(descriptor)


@contextmanager
def disk_problems() -> Iterator[None]:
    """Turn a full disk into ProblemError: disk.full; other errors pass."""
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ProblemError("disk.full") from exc
        raise


def _write_new(path: Path, data: bytes | memoryview, *, is_synced: bool = True) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        rest = memoryview(data)
        if not is_synced:
            rest = rest[_write_past_cache(descriptor, rest) :]
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if is_synced:
            os.fsync(descriptor)
        elif hasattr(os, "posix_fadvise"):
            # Linux begins to write out what is dirty, so that the later sync finds most of it done.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _write_past_cache(descriptor: int, data: memoryview) -> int:
    """Write what fills whole pages straight to the disk and say how many bytes; 0 where the system has no such way.

    The memory must be mapped, because it has to lie on whole pages. The system's cache would take as long as sealing
    does, and a film of 20 GB would drive out of it whatever else the person works with.
    """
    if sys.platform != "linux" or not isinstance(data.obj, mmap.mmap) or len(data) < mmap.PAGESIZE:
        return 0
    usual = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, usual | os.O_DIRECT)
        return os.write(descriptor, data[: len(data) - len(data) % mmap.PAGESIZE])
    except OSError as exc:
        # Not every file system knows how, and some want other places in memory.
        if exc.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
            raise
        return 0
    finally:
        fcntl.fcntl(descriptor, fcntl.F_SETFL, usual)


def _sync(path: Path) -> None:
    # Windows syncs through descriptors that may write only.
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _writing_in(folder: Path) -> Iterator[None]:
    """Keep the sweeper out while a file grows: writers share the folder's lock, the kernel drops it with them."""
    if sys.platform == "win32":
        yield
        return
    with _folder(folder) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


@contextmanager
def _alone_in(folder: Path) -> Iterator[bool]:
    if sys.platform == "win32":
        # There is no lock on a folder there: leave the leftovers to the next set-up.
        yield False
        return
    with _folder(folder) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _folder(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
