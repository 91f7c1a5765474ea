"""Three books: whatever one of them drops, doubles, delays or gets wrong is one difference, with its cause."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.statements.compare import NAMES, TO_TILLS, Book, compare
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
    ("payment", "charge"),
    ("payment", "transfer"),
    ("payment", "tip"),
)
PAID = tuple(number for number, (kind, source) in enumerate(EVENTS) if kind == "payment" and source in TO_TILLS)
"""What goes to a till: the chain's book has no line of it."""
HEAD = 100


def entry(number: int, *, block: int = 7) -> EntryOut:
    kind, source = EVENTS[number]
    return EntryOut(ref=f"0x{number}:0", kind=kind, source=source, amount=Money(1000 + number), at=AT, block=block)


def books(**entries: list[EntryOut]) -> dict[BookName, Book]:
    return {name: Book(entries.get(name, usual(name)), HEAD) for name in NAMES}


def usual(name: BookName) -> list[EntryOut]:
    return [entry(number) for number in range(len(EVENTS)) if name != "chain" or number not in PAID]


BOTH = [(name, number) for name in NAMES for number in range(len(EVENTS)) if name != "chain" or number not in PAID]


def test_books_that_agree_have_no_difference() -> None:
    found = compare(books())
    assert [line.source for line in found.lines] == [source for _, source in EVENTS]
    assert all(line.node == line.desk for line in found.lines)
    assert [line.source for line in found.lines if line.chain is None] == ["charge", "transfer", "tip"]
    assert found.differences == ()


@pytest.mark.parametrize(("name", "number"), BOTH)
def test_one_event_that_is_dropped_doubled_delayed_or_wrong_is_one_difference(name: BookName, number: int) -> None:
    event = entry(number)
    without = [one for one in usual(name) if one != event]
    (dropped,) = compare(books(**{name: without})).differences
    assert (dropped.cause, dropped.book, dropped.ref) == ("missing", name, event.ref)
    (doubled,) = compare(books(**{name: [*usual(name), event]})).differences
    assert (doubled.cause, doubled.book, doubled.amount) == ("duplicate", name, event.amount)
    wrong = event.model_copy(update={"amount": Money(5)})
    (other,) = compare(books(**{name: [*without, wrong]})).differences
    # Of two books that differ nobody can say which is right: the desk's is named, by the node's.
    off = event.amount - Money(5) if number in PAID and name == "node" else Money(5) - event.amount
    assert (other.cause, other.book, other.amount) == ("amount", "desk" if number in PAID else name, off)


@pytest.mark.parametrize("name", ["node", "desk"])
@pytest.mark.parametrize("number", range(len(EVENTS)))
def test_an_event_that_a_book_has_not_heard_of_yet_is_in_flight(name: BookName, number: int) -> None:
    # What goes to a till has no block while it is under way.
    event = entry(number, block=0 if number in PAID else HEAD)
    told = {each: Book([event if one.ref == event.ref else one for one in usual(each)], HEAD) for each in NAMES}
    told[name] = Book([one for one in usual(name) if one.ref != event.ref], HEAD - 1)
    (difference,) = compare(told).differences
    assert (difference.cause, difference.book, difference.ref) == ("in_flight", name, event.ref)


def test_what_was_given_back_and_what_is_not_settled_say_so() -> None:
    back = EntryOut(ref="receipt", kind="refund", source="refunded", amount=Money(9), at=AT, block=1)
    sold = EntryOut(ref="vouchers", kind="vouchers", source="charge", amount=Money(4), at=AT, block=0)
    found = compare(books(node=[*usual("node"), back, sold], desk=[*usual("desk"), back]))
    assert [(one.ref, one.cause) for one in found.differences] == [("receipt", "refunded"), ("vouchers", "in_flight")]
