"""What a desk's process remembers stays small."""

from __future__ import annotations

from services.desk.memory import Recent


def test_the_oldest_goes_when_there_is_no_room() -> None:
    kept: Recent[int, bytes] = Recent(10, len)
    for number in range(4):
        kept.put(number, b"x" * 4)
    assert [kept.get(number) for number in range(4)] == [None, None, b"x" * 4, b"x" * 4]
    kept.put(2, b"y")
    kept.put(4, b"z" * 5)
    assert (kept.get(2), kept.get(3), kept.get(4)) == (b"y", b"xxxx", b"zzzzz")
    kept.forget(3)
    kept.put(5, b"w" * 4)
    assert (kept.get(2), kept.get(4), kept.get(5)) == (b"y", b"zzzzz", b"wwww")


def test_one_that_is_larger_than_all_room_is_kept_alone() -> None:
    kept: Recent[str, bytes] = Recent(3, len)
    kept.put("a", b"aa")
    kept.put("b", b"b" * 9)
    assert (kept.get("a"), kept.get("b")) == (None, b"b" * 9)
    kept.put("c", b"c")
    assert (kept.get("b"), kept.get("c")) == (None, b"c")
