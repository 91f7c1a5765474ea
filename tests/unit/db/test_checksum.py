"""The checksum of a long file, read by several at once, is that of all its bytes in order."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest

from services.db import checksum

CHANCE = random.Random(7)  # noqa: S311


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (0, 5), (3, 1), (100, 12_345), (99_999, 7)])
def test_two_sums_give_that_of_both_in_a_row(first: int, second: int) -> None:
    one, other = CHANCE.randbytes(first), CHANCE.randbytes(second)
    assert checksum.joined(zlib.crc32(one), zlib.crc32(other), second) == zlib.crc32(one + other)


@pytest.mark.parametrize("size", [100, 101, 4_097, 1_000_003])
def test_a_file_read_by_several_keeps_its_sum_and_any_changed_bit_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    path = tmp_path / "books.db"
    path.write_bytes(CHANCE.randbytes(size))
    checksum.put_in(path)
    monkeypatch.setattr(checksum, "_LONG", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    kept = path.read_bytes()
    assert checksum.take_out(path) is True
    for place in (0, size // 2, size - 1):
        changed = bytearray(kept)
        changed[place] ^= 1
        path.write_bytes(changed)
        assert checksum.take_out(path) is False
