"""The ledger: zero sums, once each, roll-ups that are the lines, and no change that goes unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.db.audit import verify, verify_end
from services.db.engine import Database, open_database
from services.db.ledger import Line, balance, balance_of_prefix, days, item_total, item_totals, post, standings
from services.db.migrate import migrate
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILM = "0x" + "ab" * 32


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "books.db")
    migrate(database, "desk")
    yield database
    database.close()


def enter(database: Database, ref: str, *lines: Line, at: datetime = NOON, kind: str = "sale") -> bool:
    with database.write() as session:
        return post(session, kind=kind, ref=ref, at=at, lines=lines)


def a_sale(database: Database, ref: str, micros: int, *, at: datetime = NOON, item: str = FILM) -> bool:
    lines = (
        Line("payer:a", Money(-micros), item),
        Line("creator:b", Money(micros - 1), item),
        Line("platform", Money(1)),
    )
    return enter(database, ref, *lines, at=at)


def test_an_entry_counts_once(books: Database) -> None:
    assert [a_sale(books, "1", 10), a_sale(books, "1", 10), a_sale(books, "2", 5)] == [True, False, True]
    assert enter(books, "1", Line("x", Money(1)), Line("y", Money(-1)), kind="other")
    with books.read() as session:
        assert balance(session, "creator:b") == Money(13)
        assert balance(session, "nobody") == ZERO
        assert balance_of_prefix(session, "c") == Money(13)
        assert item_total(session, "payer:a", FILM) == Money(-15)
        verify(session)


def test_an_entry_that_does_not_add_up_is_a_bug(books: Database) -> None:
    with pytest.raises(ValueError, match="does not add up"):
        enter(books, "1", Line("a", Money(1)), Line("b", Money(-2)))
    with books.read() as session:
        assert balance(session, "a") == ZERO
        verify(session)


def test_a_unit_that_fails_enters_nothing(books: Database) -> None:
    with pytest.raises(RuntimeError, match="power cut"):
        _enter_and_fail(books)
    assert a_sale(books, "1", 10)
    with books.read() as session:
        assert balance(session, "a") == ZERO
        verify(session)


def _enter_and_fail(books: Database) -> None:
    with books.write() as session:
        post(session, kind="sale", ref="1", at=NOON, lines=(Line("a", Money(1)), Line("b", Money(-1))))
        assert balance(session, "a") == Money(1)
        raise RuntimeError("power cut")


def test_sums_by_day_and_item(books: Database) -> None:
    late = datetime(2026, 11, 20, 23, 59, 59, 999_999, tzinfo=UTC)
    a_sale(books, "1", 10, at=late)
    a_sale(books, "2", 20, item="other")
    enter(books, "3", Line("creator:b", Money(-5)), Line("withdrawn:b", Money(5)), kind="withdrawn")
    today, yesterday = date(2026, 11, 21), date(2026, 11, 20)
    with books.read() as session:
        assert days(session, "creator:b", first=yesterday, last=today) == {yesterday: Money(9), today: Money(19)}
        assert days(session, "creator:b", first=today, last=today) == {today: Money(19)}
        assert item_totals(session, "creator:b") == {FILM: Money(9), "other": Money(19), "": Money(-5)}
        assert standings(session, "creator:b", first=yesterday, days=2) == (Money(0), Money(9), Money(23))
        assert standings(session, "creator:b", first=today, days=1) == (Money(9), Money(23))
        assert standings(session, "nobody", first=today, days=1) == (Money(0), Money(0))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 10**9), st.integers(0, 5)), max_size=15))
def test_roll_ups_are_the_sums_of_the_lines(tmp_path: Path, entries: list[tuple[int, int, int]]) -> None:
    database = open_database(tmp_path / f"{abs(hash(tuple(entries)))}.db")
    migrate(database, "node")
    expected: dict[int, int] = {}
    for ref, micros, day in entries:
        expected.setdefault(ref, micros)
        enter(database, str(ref), Line("a", Money(micros)), Line("b", Money(-micros)), at=NOON + timedelta(days=day))
    with database.read() as session:
        assert balance(session, "a") == Money(sum(expected.values())) == -balance(session, "b")
        verify(session)
    database.close()


TAMPERS = {
    **{
        f"ledger_line.{column}": f"UPDATE ledger_line SET {column} = {value} WHERE seq = 5"  # noqa: S608  ours
        for column, value in {
            "seq": "500",
            "kind": "'gift'",
            "ref": "'other'",
            "line": "9",
            "at": "at + 1",
            "account": "'creator:thief'",
            "item": "'other'",
            "amount": "amount + 1",
            "hash": "zeroblob(32)",
        }.items()
    },
    "ledger_line deleted": "DELETE FROM ledger_line WHERE seq = 5",
    "ledger_line last deleted": "DELETE FROM ledger_line WHERE seq = (SELECT max(seq) FROM ledger_line)",
    "ledger_line copied": "INSERT INTO ledger_line SELECT seq + 50, kind, ref || 'x', line, at, account, item, amount,"
    " hash FROM ledger_line WHERE seq = 5",
    "ledger_balance.account": "UPDATE ledger_balance SET account = 'x' WHERE account = 'creator:b'",
    "ledger_balance.amount": "UPDATE ledger_balance SET amount = amount + 1 WHERE account = 'creator:b'",
    "ledger_balance deleted": "DELETE FROM ledger_balance WHERE account = 'creator:b'",
    "ledger_day.account": "UPDATE ledger_day SET account = 'x' WHERE account = 'creator:b'",
    "ledger_day.day": "UPDATE ledger_day SET day = '2020-01-01' WHERE account = 'creator:b'",
    "ledger_day.item": "UPDATE ledger_day SET item = 'x' WHERE account = 'creator:b'",
    "ledger_day.amount": "UPDATE ledger_day SET amount = amount - 1 WHERE account = 'creator:b'",
    "ledger_day added": "INSERT INTO ledger_day VALUES ('creator:b', '2026-01-01', '', 0)",
}


@pytest.mark.parametrize("change", TAMPERS)
def test_every_single_change_is_found(books: Database, change: str) -> None:
    for ref in range(4):
        a_sale(books, str(ref), 10 + ref)
    with books.write() as session:
        session.execute(text(TAMPERS[change]))
    with books.read() as session, pytest.raises(ProblemError, match=r"ledger\.damaged"):
        verify(session)


def test_the_end_of_long_books_is_checked_by_itself(books: Database) -> None:
    for ref in range(4):
        a_sale(books, str(ref), 10 + ref)
    with books.write() as session:
        session.execute(text("UPDATE ledger_line SET amount = amount + 1 WHERE seq = 5"))
    for lines, is_found in ((7, False), (8, True), (100, True)):
        with books.read() as session:
            if not is_found:
                verify_end(session, lines=lines)
                continue
            with pytest.raises(ProblemError, match=r"ledger\.damaged") as raised:
                verify_end(session, lines=lines)
            assert raised.value.params == {"line": "5"}
    with books.write() as session:
        session.execute(text("DELETE FROM ledger_line WHERE seq = 9"))
    with books.read() as session, pytest.raises(ProblemError, match=r"ledger\.damaged"):
        verify_end(session, lines=3)
