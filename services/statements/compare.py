"""Three books compared: a line for each settlement, and each difference once, with its cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.units.money import Money, total
from services.wire.three_way import BookName, Cause, DifferenceOut, EntryOut, SettlementOut

NAMES: tuple[BookName, ...] = ("chain", "node", "desk")

TO_TILLS = ("charge", "transfer", "tip", "tip.claimed")
"""Payments of which the chain's book has no line of their own."""


@dataclass(frozen=True, slots=True)
class Book:
    """A book's entries, and the block of the chain up to which it is true."""

    entries: Sequence[EntryOut]
    block: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Lines in the order of time, and where the books differ."""

    lines: tuple[SettlementOut, ...]
    differences: tuple[DifferenceOut, ...]


def compare(books: Mapping[BookName, Book]) -> Compared:
    """Put the books side by side. A payment and an income of one event are two settlements."""
    found: dict[tuple[str, str], dict[BookName, list[EntryOut]]] = {}
    for name in NAMES:
        for entry in books[name].entries:
            found.setdefault((entry.kind, entry.ref), {}).setdefault(name, []).append(entry)
    rows = sorted(
        found.values(), key=lambda by: min((one.at, one.ref, one.kind) for each in by.values() for one in each)
    )
    lines = tuple(_line(by) for by in rows)
    differences = [difference for by in rows if (difference := _difference(by, books)) is not None]
    return Compared(lines, tuple(differences))


def _first(by: Mapping[BookName, list[EntryOut]]) -> EntryOut:
    return next(by[name][0] for name in NAMES if name in by)


def _sum(entries: Iterable[EntryOut]) -> Money:
    return total([entry.amount for entry in entries])


def _line(by: Mapping[BookName, list[EntryOut]]) -> SettlementOut:
    head = _first(by)
    sums = {name: _sum(by[name]) if name in by else None for name in NAMES}
    what = next((entry.what for name in NAMES for entry in by.get(name, ()) if entry.what), "")
    return SettlementOut(
        ref=head.ref, kind=head.kind, source=head.source, what=what, at=head.at,
        chain=sums["chain"], node=sums["node"], desk=sums["desk"],
    )  # fmt: skip


def _difference(by: Mapping[BookName, list[EntryOut]], books: Mapping[BookName, Book]) -> DifferenceOut | None:
    head = _first(by)

    def said(cause: Cause, book: BookName, amount: Money) -> DifferenceOut:
        return DifferenceOut(ref=head.ref, kind=head.kind, cause=cause, book=book, amount=amount)

    for name, entries in by.items():
        if len(entries) > 1:
            return said("duplicate", name, _sum(entries[1:]))
    lacking = [name for name in NAMES if name not in by]
    if head.kind == "payment" and head.source in TO_TILLS and "chain" in lacking:
        # It went to a creator's till: the Escrow hears of it when what came is collected.
        lacking.remove("chain")
    if head.kind == "refund":
        # A creator gives money back from the own wallet: the Escrow's books never know of it.
        lacking.remove("chain")
        return said("refunded", lacking[0] if lacking else "chain", head.amount)
    if lacking:
        late = head.block == 0 or any(head.block > books[name].block for name in lacking)
        return said("in_flight" if late else "missing", lacking[0], head.amount)
    amounts = Counter(entries[0].amount for entries in by.values())
    if len(amounts) == 1:
        return None
    usual = amounts.most_common(1)[0][0]
    odd = next(name for name in NAMES if name in by and by[name][0].amount != usual)
    return said("amount", odd, by[odd][0].amount - usual)
