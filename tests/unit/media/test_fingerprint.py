"""A file's fingerprint: the published values of XXH3, every change found, whatever the length."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.media.fingerprint import fingerprint

LONG = 9 * 1024 * 1024 + 7


def test_it_is_xxh3_of_128_bits(tmp_path: Path) -> None:
    # Source: XXH3's specification, the digest of nothing with seed 0.
    empty = tmp_path / "empty"
    empty.touch()
    assert fingerprint(empty) == "99aa06d3014798d86001c324468d497f"


@pytest.mark.parametrize("at", [0, 4 * 1024 * 1024 - 1, 4 * 1024 * 1024, LONG - 1])
def test_one_bit_is_another_file(tmp_path: Path, at: int) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    data = bytearray(LONG)
    one.write_bytes(data)
    data[at] ^= 1
    other.write_bytes(data)
    assert fingerprint(one) != fingerprint(other)
    other.write_bytes(bytes(LONG))
    assert fingerprint(one) == fingerprint(other)


def test_bytes_are_told_and_may_end_the_work(tmp_path: Path) -> None:
    file, told = tmp_path / "file", list[int]()
    file.write_bytes(bytes(LONG))
    fingerprint(file, on_bytes=told.append)
    assert told == sorted(told)
    assert told[-1] == LONG

    def enough(_read: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fingerprint(file, on_bytes=enough)


def test_a_file_that_changes_meanwhile_has_none(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(LONG))

    def cut_off(read: int) -> None:
        if read == LONG:
            with file.open("ab") as more:
                more.truncate(LONG - 1)

    with pytest.raises(ValueError, match="changed"):
        fingerprint(file, on_bytes=cut_off)
