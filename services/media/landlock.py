"""Takes from this process every file but those that it was given (Landlock, Linux 5.19 and later).

What it was given: the film, the folders that it writes to, and what a program needs of the system: its libraries, the
list of processors, devices that code pictures. By system calls, since neither Python nor its C library has functions.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import services

# linux/landlock.h; the numbers of the calls are the same on every machine.
_CREATE, _ADD, _RESTRICT, _VERSION_FLAG, _BELOW = 444, 445, 446, 1, 1
_WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
_RENAME_ELSEWHERE, _TRUNCATE, _DEVICES = 1 << 13, 1 << 14, 1 << 15
_FIRST_RIGHTS: Final = (1 << 13) - 1
_LEAST_VERSION: Final = 2
"""The first one forbids to rename from one folder to another, which is how blocks come into their store."""
_SYSTEM: Final = (
    *("/usr", "/lib", "/lib64", "/opt", "/nix/store", "/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/dev/urandom"),
)
_DEVICE_NAMES: Final = ("dri", "nvidia*", "null")


def can_fence() -> bool:
    """Say whether this system knows how."""
    return sys.platform.startswith("linux") and _version() >= _LEAST_VERSION


def fence(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Refuse all other files to this thread and those that it starts; False where the system cannot.

    Folders count with all below; what does not exist is left out. After prctl(PR_SET_NO_NEW_PRIVS).
    """
    if not can_fence():
        return False
    rights = _rights(_version())
    ruleset = _call(_CREATE, ctypes.byref(ctypes.c_uint64(rights)), 8, 0)
    if ruleset < 0:
        return False
    try:
        for path in (*map(Path, _SYSTEM), *_program(), *readable):
            _allow(ruleset, path, _READ_FILE | _READ_FOLDER)
        for path in writable:
            _allow(ruleset, path, rights)
        for name in _DEVICE_NAMES:
            for path in Path("/dev").glob(name):
                _allow(ruleset, path, rights & (_READ_FILE | _WRITE_FILE | _READ_FOLDER | _DEVICES))
        return _call(_RESTRICT, ruleset, 0, 0) == 0
    finally:
        os.close(ruleset)


def _program() -> set[Path]:
    """Name the folders that this program's own code comes from."""
    places = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values(), str(Path(services.__file__).parent)}
    return {Path(place) for place in places}


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        of_files = _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICES
        allowed = rights if path.is_dir() else rights & of_files
        _call(_ADD, ruleset, _BELOW, ctypes.c_char_p(struct.pack("=Qi", allowed, descriptor)), 0)
    finally:
        os.close(descriptor)


def _rights(version: int) -> int:
    later = {2: _RENAME_ELSEWHERE, 3: _TRUNCATE, 5: _DEVICES}
    return _FIRST_RIGHTS | sum(right for since, right in later.items() if version >= since)


def _version() -> int:
    return _call(_CREATE, None, 0, _VERSION_FLAG)


def _call(number: int, *arguments: object) -> int:
    system = ctypes.CDLL(None, use_errno=True)
    return int(system.syscall(ctypes.c_long(number), *arguments))
