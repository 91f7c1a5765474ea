"""Cursors hold for the list that they were made for, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.db.keybox import KeyBox
from services.node.cursors import MAX_CURSOR, read_cursor, write_cursor
from services.wire.problems import ProblemError

BOX = KeyBox(b"k" * 32)
NUMBERS = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4)


@given(NUMBERS, st.text(max_size=300))
def test_what_is_written_is_read(numbers: list[int], of: str) -> None:
    cursor = write_cursor(BOX, of, *numbers)
    assert read_cursor(BOX, of, cursor, count=len(numbers)) == tuple(numbers)
    assert len(cursor) <= MAX_CURSOR


@given(st.text(max_size=80))
def test_what_strangers_make_up_is_refused(cursor: str) -> None:
    with pytest.raises(ProblemError, match=r"request\.invalid"):
        read_cursor(BOX, "list", cursor, count=1)


def test_a_cursor_is_good_for_its_list_node_and_length_only() -> None:
    cursor = write_cursor(BOX, "list", 7)
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for box, of, given_cursor, count in (
        (BOX, "other", cursor, 1),
        (KeyBox(b"x" * 32), "list", cursor, 1),
        (BOX, "list", cursor, 2),
        (BOX, "list", changed, 1),
        (BOX, "list", cursor + "A", 1),
        (BOX, "list", "", 1),
    ):
        with pytest.raises(ProblemError, match=r"request\.invalid"):
            read_cursor(box, of, given_cursor, count=count)
