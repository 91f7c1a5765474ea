"""A checksum of a closed SQLite file, kept in its own header: no bit of it changes unseen while nobody has it open.

The ledger's hash chain and roll-ups guard the sums; this guards every other page as well. It is written when the last
connection is closed and taken out when the file is opened, so that after a power cut there is none, and none is asked
for. It travels with the file, and a restored copy brings its own.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

# Source: SQLite's file format, 1.3.11: the "user version" is four bytes that SQLite itself never reads.
_PLACE, _BYTES = 60, 4
_HEADER = 100
_CHUNK = 1 << 20


def take_out(path: Path) -> bool | None:
    """Check a file that is about to be opened: whether it is as it was closed, None when nobody can tell.

    Then its checksum is taken out; one that does not hold stays, to be found again.
    """
    kept = _kept(path)
    if kept == 0 or _is_open(path):
        return None
    if kept != _sum(path):
        # Somebody may have opened and closed it between the two looks.
        return False if _kept(path) == kept else take_out(path)
    _write(path, 0)
    return True


def put_in(path: Path) -> None:
    """Write the checksum of a file that was closed; one that somebody else has open gets none."""
    if path.exists() and not _is_open(path) and path.stat().st_size >= _HEADER:
        _write(path, _sum(path))


def forget(path: Path) -> None:
    """Take a checksum out that does not hold, because somebody answers for the file as it is."""
    _write(path, 0)


def _is_open(path: Path) -> bool:
    # The last connection that closes takes the log away; after a power cut it is left behind, too.
    return Path(f"{path}-wal").exists()


def _kept(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(_HEADER)
    return int.from_bytes(head[_PLACE : _PLACE + _BYTES], "big")


def _sum(path: Path) -> int:
    """CRC-32 finds every change of up to 32 bits in a row; zero stands for none."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
        found = zlib.crc32(head[:_PLACE] + bytes(_BYTES) + head[_PLACE + _BYTES :])
        while chunk := file.read(_CHUNK):
            found = zlib.crc32(chunk, found)
    return found or 1


def _write(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek(_PLACE)
        file.write(number.to_bytes(_BYTES, "big"))
        file.flush()
        os.fsync(file.fileno())
