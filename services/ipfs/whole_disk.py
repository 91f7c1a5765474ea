"""Makes everything that was written to a file system durable at once: one wait for the disk instead of two a file."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Final

# linux/magic.h: ext2 to ext4, xfs, btrfs, f2fs, tmpfs. What others do, such as those on a network or in a process of
# their own, is not known to reach the disk.
_KNOWN: Final = (0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x01021994)
# Before, the call does not say that something could not be written (syncfs(2)).
_SAYS_SO_SINCE: Final = (5, 8)
# Above the size of struct statfs on every machine; its first field is the kind, a long.
_STATFS_BYTES: Final = 512


def sync_whole_disk(folder: Path) -> bool:
    """Make all files on a folder's file system durable, and all names; False where each has to be synced on its own."""
    system = _system()
    if system is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # A failure may be another file's: who asks each of its own hears of those alone.
        return _kind(system, descriptor) in _KNOWN and system.syncfs(descriptor) == 0
    finally:
        os.close(descriptor)


@cache
def _system() -> ctypes.CDLL | None:
    if sys.platform != "linux" or _version() < _SAYS_SO_SINCE:
        return None
    system = ctypes.CDLL(None, use_errno=True)
    return system if hasattr(system, "syncfs") and hasattr(system, "fstatfs") else None


def _version() -> tuple[int, ...]:
    numbers = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return (0, 0) if numbers is None else (int(numbers[1]), int(numbers[2]))


def _kind(system: ctypes.CDLL, descriptor: int) -> int | None:
    about = ctypes.create_string_buffer(_STATFS_BYTES)
    if system.fstatfs(descriptor, about) != 0:
        return None
    return ctypes.c_long.from_buffer(about).value & 0xFFFFFFFF
