"""Three books: whatever one of them drops, doubles, delays or gets wrong is one difference, with its cause."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.statements.compare import NAMES, Book, compare
from services.units.money import Money
from services.wire.three_way import BookName, EntryKind, EntryOut

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
EVENTS: tuple[tuple[EntryKind, str], ...] = (
    ("income", "paid"),
    ("income", "subscribed"),
    ("income", "collected"),
    ("income", "allocated"),
    ("payment", "paid"),
    ("payment", "subscribed"),
    ("withdrawal", "withdrawn"),
)
HEAD = 100


def entry(number: int, *, block: int = 7) -> EntryOut:
    kind, source = EVENTS[number]
    return EntryOut(ref=f"0x{number}:0", kind=kind, source=source, amount=Money(1000 + number), at=AT, block=block)


def books(**entries: list[EntryOut]) -> dict[BookName, Book]:
    usual = [entry(number) for number in range(len(EVENTS))]
    return {name: Book(entries.get(name, usual), HEAD) for name in NAMES}


def test_books_that_agree_have_no_difference() -> None:
    found = compare(books())
    assert [line.source for line in found.lines] == [source for _, source in EVENTS]
    assert all(line.chain == line.node == line.desk for line in found.lines)
    assert found.differences == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", range(len(EVENTS)))
def test_one_event_that_is_dropped_doubled_delayed_or_wrong_is_one_difference(name: BookName, number: int) -> None:
    usual = [entry(one) for one in range(len(EVENTS))]
    without = [one for one in usual if one != usual[number]]
    (dropped,) = compare(books(**{name: without})).differences
    assert (dropped.cause, dropped.book, dropped.ref) == ("missing", name, usual[number].ref)
    (doubled,) = compare(books(**{name: [*usual, usual[number]]})).differences
    assert (doubled.cause, doubled.book, doubled.amount) == ("duplicate", name, usual[number].amount)
    wrong = usual[number].model_copy(update={"amount": Money(5)})
    (other,) = compare(books(**{name: [*without, wrong]})).differences
    assert (other.cause, other.book, other.amount) == ("amount", name, Money(5) - usual[number].amount)


@pytest.mark.parametrize("name", ["node", "desk"])
@pytest.mark.parametrize("number", range(len(EVENTS)))
def test_an_event_that_a_book_has_not_heard_of_yet_is_in_flight(name: BookName, number: int) -> None:
    late = [entry(one, block=HEAD if one == number else 7) for one in range(len(EVENTS))]
    told: dict[BookName, Book] = {each: Book(late, HEAD) for each in NAMES}
    told[name] = Book([one for one in late if one != late[number]], HEAD - 1)
    (difference,) = compare(told).differences
    assert (difference.cause, difference.book, difference.ref) == ("in_flight", name, late[number].ref)


def test_what_was_given_back_and_what_is_not_settled_say_so() -> None:
    back = EntryOut(ref="receipt", kind="refund", source="refunded", amount=Money(9), at=AT, block=1)
    sold = EntryOut(ref="vouchers", kind="vouchers", source="charge", amount=Money(4), at=AT, block=0)
    usual = [entry(number) for number in range(len(EVENTS))]
    found = compare(books(node=[*usual, back, sold], desk=[*usual, back]))
    assert [(one.ref, one.cause) for one in found.differences] == [("receipt", "refunded"), ("vouchers", "in_flight")]
