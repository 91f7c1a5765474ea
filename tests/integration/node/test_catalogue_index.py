"""The index of words finds the same, in the same order, on both engines."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.db.engine import Database
from services.node.catalogue import index_postgres
from services.node.catalogue.entries import Entry, Rank, Wanted
from services.node.catalogue.index import WordIndex, index_of
from services.node.catalogue.words import folded, words
from tests.fixtures.postgres import Opener

TOP = 2**62


@pytest.fixture
def books(open_books: Opener) -> Database:
    return open_books("node")


def _put(database: Database, seq: int, title: str, *, names: str = "", text: str = "", marks: str = "") -> None:
    entry = Entry(folded([title]), folded([names]), folded([text]), marks)
    with database.write() as session:
        index_of(session).put(session, seq, entry)


def _all(database: Database, query: str, *marks: str) -> list[tuple[Rank, list[int]]]:
    wanted = Wanted(words(query), marks)
    with database.read() as session:
        index: WordIndex = index_of(session)
        found = [(rank, index.find(session, wanted, rank=rank, before=TOP, limit=100)) for rank in wanted.ranks]
    return [(rank, seqs) for rank, seqs in found if seqs]


def test_where_it_was_found_decides_then_the_newest(books: Database) -> None:
    _put(books, 1, "Lantern")
    _put(books, 2, "Of boats", text="A lantern in the night")
    _put(books, 3, "Lanterns at sea")
    _put(books, 4, "Of tides", names="Slow Lantern")
    _put(books, 5, "The old lantern", text="lantern, lantern", names="lantern")
    _put(books, 6, "Nothing")
    assert _all(books, "lantern") == [
        (Rank.WHOLE_TITLE, [5, 1]),
        (Rank.TITLE, [3]),
        (Rank.NAMES, [4]),
        (Rank.ANYWHERE, [2]),
    ]
    assert _all(books, "LANTÉR") == [(Rank.TITLE, [5, 3, 1]), (Rank.NAMES, [4]), (Rank.ANYWHERE, [2])]


def test_all_words_must_occur_and_marks_are_not_words(books: Database) -> None:
    _put(books, 1, "Night train", names="Ada", marks="free cabc")
    _put(books, 2, "Night train", names="Bo", marks="cabd")
    assert _all(books, "train ada") == [(Rank.NAMES, [1])]
    assert _all(books, "train nobody") == []
    assert _all(books, "free") == _all(books, "cabc") == []
    assert _all(books, "night", "free") == [(Rank.WHOLE_TITLE, [1])]
    assert _all(books, "", "cabd") == [(Rank.ANYWHERE, [2])]
    assert _all(books, "night", "free", "cabd") == []
    assert _all(books, "", "cab") == []


def test_what_the_newest_do_not_have_is_found_among_all(books: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_postgres, "_NEWEST", 2)
    for seq, title in enumerate(("tide", "tide", "boat", "tide", "boat"), 1):
        _put(books, seq, title)
    assert _all(books, "tide") == [(Rank.WHOLE_TITLE, [4, 2, 1])]
    assert _all(books, "ti") == [(Rank.TITLE, [4, 2, 1])]
    with books.read() as session:
        found = index_of(session).find(session, Wanted(("tide",)), rank=Rank.WHOLE_TITLE, before=4, limit=2)
    assert found == [2, 1]


def test_pages_go_on_below_a_number(books: Database) -> None:
    for seq in range(1, 8):
        _put(books, seq, "tide")
    with books.read() as session:
        found = index_of(session).find(session, Wanted(("tide",)), rank=Rank.WHOLE_TITLE, before=5, limit=2)
    assert found == [4, 3]


def test_an_entry_is_replaced_and_dropped(books: Database) -> None:
    _put(books, 1, "old name")
    _put(books, 1, "new name")
    assert (_all(books, "old"), _all(books, "new")) == ([], [(Rank.WHOLE_TITLE, [1])])
    with books.write() as session:
        index_of(session).drop(session, 1)
        index_of(session).drop(session, 2)
    assert _all(books, "name") == []
    _put(books, 3, "name")
    with books.write() as session:
        index_of(session).clear(session)
    assert _all(books, "name") == []


def test_what_a_unit_gives_up_is_not_in_the_index(books: Database) -> None:
    with pytest.raises(ValueError, match="given up"):
        _put_and_fail(books)
    assert _all(books, "lost") == []


def _put_and_fail(database: Database) -> None:
    with database.write() as session:
        index_of(session).put(session, 1, Entry("lost", "", "", ""))
        raise ValueError("given up")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=40), other=st.text(max_size=40), query=st.text(max_size=12))
def test_any_text_can_be_kept_and_looked_for(books: Database, title: str, other: str, query: str) -> None:
    """Against the plain meaning of the ranks, whatever strangers write."""
    _put(books, 1, title, text=other)
    asked = words(query)
    if not asked:
        return
    in_title, anywhere = words(title), words(title) + words(other)
    expected: list[tuple[Rank, list[int]]] = []
    if all(word in in_title for word in asked):
        expected = [(Rank.WHOLE_TITLE, [1])]
    elif all(any(word.startswith(each) for word in in_title) for each in asked):
        expected = [(Rank.TITLE, [1])]
    elif all(any(word.startswith(each) for word in anywhere) for each in asked):
        expected = [(Rank.ANYWHERE, [1])]
    assert _all(books, query) == expected
    for word in words(title)[:3]:
        assert _all(books, word) == [(Rank.WHOLE_TITLE, [1])]
        assert _all(books, word[:2])
