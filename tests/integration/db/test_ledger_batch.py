"""The batch door writes what ``post`` would have written, line for line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from services.db.audit import verify
from services.db.engine import Database
from services.db.ledger import Line, balance, post
from services.db.ledger_batch import Entry, post_many
from services.units.money import ZERO, Money
from tests.fixtures.postgres import Opener

NOON = datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=UTC)
BOOKS = ("ledger_line ORDER BY seq", "ledger_balance ORDER BY account", "ledger_day ORDER BY account, day, item")


@pytest.fixture
def books(open_books: Opener) -> Database:
    return open_books("node")


def entries(numbers: range) -> list[Entry]:
    return [
        Entry(
            kind="paid" if number % 3 else "tip",
            ref=f"0x{number:04x}:\t'é\\",
            at=NOON + timedelta(hours=7 * number),
            lines=(
                Line(f"payer:{number % 4}", Money(-10 - number), f"film {number % 2}"),
                Line("creator:a", Money(9 + number), f"film {number % 2}"),
                Line("platform", Money(1)),
            ),
        )
        for number in numbers
    ]


def content(database: Database) -> list[object]:
    with database.read() as session:
        return [tuple(row) for book in BOOKS for row in session.execute(text(f"SELECT * FROM {book}"))]  # noqa: S608


def test_one_by_one_and_all_at_once_are_the_same_books(books: Database, open_books: Opener) -> None:
    other = open_books("node")
    every = entries(range(40))
    for entry in every:
        with books.write() as session:
            assert post(session, kind=entry.kind, ref=entry.ref, at=entry.at, lines=entry.lines)
    one_by_one = content(books)
    with other.write() as session:
        session.execute(text("DELETE FROM ledger_line"))
        session.execute(text("DELETE FROM ledger_balance"))
        session.execute(text("DELETE FROM ledger_day"))
        assert post_many(session, every[:25]) == 25
    with other.write() as session:
        assert post_many(session, every) == 15
        assert post_many(session, every) == 0
    assert content(other) == one_by_one
    with books.read() as session:
        assert verify(session).lines == 120


def test_an_entry_twice_in_a_batch_counts_once(books: Database) -> None:
    with books.write() as session:
        assert post_many(session, [*entries(range(2)), *entries(range(3))]) == 3
    with books.read() as session:
        assert balance(session, "platform") == Money(3)
        verify(session)


def test_a_batch_that_does_not_add_up_enters_nothing(books: Database) -> None:
    wrong = Entry("paid", "x", NOON, (Line("a", Money(1)), Line("b", Money(-2))))
    with pytest.raises(ValueError, match="does not add up"), books.write() as session:
        post_many(session, [*entries(range(2)), wrong])
    with books.read() as session:
        assert balance(session, "platform") == ZERO
        assert verify(session).lines == 0
