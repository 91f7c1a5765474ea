"""The chain's book of an account: what the Escrow emitted, as entries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.chain.gateway import Allocated, Collected, CreatorWithdrawn, EscrowEvent, Paid, Subscribed
from services.units.address import Address
from services.units.money import Money
from services.units.time import from_unix_seconds
from services.wire.three_way import EntryKind, EntryOut


def entries_of(events: Iterable[EscrowEvent], account: Address, first: date, last: date) -> tuple[EntryOut, ...]:
    """Give the entries of an account between two UTC days, both included."""
    found = []
    for event in events:
        if not first <= from_unix_seconds(event.timestamp).date() <= last:
            continue
        match event:
            case Paid() | Subscribed() | Collected() | Allocated() if event.creator == account:
                found.append(_entry(event, "income", event.creator_share))
            case CreatorWithdrawn() if event.creator == account:
                found.append(_entry(event, "withdrawal", event.amount))
        if isinstance(event, Paid | Subscribed) and event.payer == account:
            found.append(_entry(event, "payment", event.amount))
    return tuple(found)


def _entry(event: EscrowEvent, kind: EntryKind, amount: Money) -> EntryOut:
    return EntryOut(
        ref=f"{event.tx}:{event.log_index}",
        kind=kind,
        source=_SOURCES[type(event)],
        amount=amount,
        at=from_unix_seconds(event.timestamp),
        block=event.block_number,
        what=_what(event),
    )


def _what(event: EscrowEvent) -> str:
    match event:
        case Paid():
            return event.content_id
        case Subscribed():
            return f"tier:{event.tier}"
        case Allocated():
            return "pool"
    return ""


_SOURCES: dict[type[EscrowEvent], str] = {
    Paid: "paid",
    Subscribed: "subscribed",
    Collected: "collected",
    Allocated: "allocated",
    CreatorWithdrawn: "withdrawn",
}
