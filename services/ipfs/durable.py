"""Writing a whole file so that a crash leaves the old one or the new one, never a part."""

from __future__ import annotations

import errno
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.wire.problems import ProblemError

if sys.platform != "win32":
    import fcntl


def replace_durably(path: Path, data: bytes, *, unfinished: Path) -> None:
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


def _write_new(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
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
