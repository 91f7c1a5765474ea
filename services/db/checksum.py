"""A checksum of a closed SQLite file, kept in its own header: no bit of it changes unseen while nobody has it open.

The ledger's hash chain and roll-ups guard the sums; this guards every other page as well. It is written when the last
connection is closed and taken out when the file is opened, so that after a power cut there is none, and none is asked
for. It travels with the file, and a restored copy brings its own.
"""

from __future__ import annotations

import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

# Source: SQLite's file format, 1.3.11: the "user version" is four bytes that SQLite itself never reads.
_PLACE, _BYTES = 60, 4
_HEADER = 100
_CHUNK, _LONG, _MOST_THREADS = 1 << 20, 1 << 26, 4
_POLYNOMIAL = 0xEDB88320


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
    """CRC-32 finds every change of up to 32 bits in a row; zero stands for none.

    A long file is read by all cores at once: a million payments are more than a gigabyte, and somebody waits.
    """
    size, count = path.stat().st_size, 1
    if size > _LONG:
        count = max(1, min(_MOST_THREADS, os.cpu_count() or 1))
    marks = [_HEADER + (size - _HEADER) * place // count for place in range(count + 1)]
    with path.open("rb") as file:
        head = file.read(_HEADER)
    found = zlib.crc32(head[:_PLACE] + bytes(_BYTES) + head[_PLACE + _BYTES :])
    if count == 1:
        return _sum_of(path, marks[0], marks[1], found) or 1
    with ThreadPoolExecutor(count) as threads:
        parts = threads.map(lambda one: _sum_of(path, *one), pairwise(marks))
        for (begin, end), part in zip(pairwise(marks), parts, strict=True):
            found = joined(found, part, end - begin)
    return found or 1


def _sum_of(path: Path, begin: int, end: int, found: int = 0) -> int:
    with path.open("rb", buffering=0) as file:
        file.seek(begin)
        while begin < end and (chunk := file.read(min(_CHUNK, end - begin))):
            found = zlib.crc32(chunk, found)
            begin += len(chunk)
    return found


def joined(first: int, second: int, length: int) -> int:
    """Give the CRC-32 of two texts from those of each. length: of the second, in bytes.

    The first's is multiplied by x to the power of the bits that follow it. Source: zlib's crc32_combine.
    """
    power, step, left = 1 << 31, 1 << 23, length
    while left:
        if left & 1:
            power = _times(step, power)
        step, left = _times(step, step), left >> 1
    return _times(power, first) ^ second


def _times(one: int, other: int) -> int:
    """Multiply two polynomials modulo that of CRC-32, each written with its highest power in the lowest bit."""
    product = 0
    for place in range(31, -1, -1):
        if one >> place & 1:
            product ^= other
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product


def _write(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek(_PLACE)
        file.write(number.to_bytes(_BYTES, "big"))
        file.flush()
        os.fsync(file.fileno())
