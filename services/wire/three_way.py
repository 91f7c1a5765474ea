"""Three-way statements between desks, nodes and the window."""

from __future__ import annotations

from datetime import date
from typing import Literal

from services.wire.base import AddressField, Answer, Moment, MoneyField

EntryKind = Literal["income", "payment", "withdrawal", "refund", "vouchers"]
"""income: a creator's share; payment: what the account paid; vouchers: sold by voucher and not settled yet."""
Cause = Literal["in_flight", "refunded", "missing", "duplicate", "amount"]
BookName = Literal["chain", "node", "desk"]


class EntryOut(Answer):
    """One settlement in one book. ref: the chain's transaction and log, ``tx:log``; block: 0 while it has none, 1 in a
    book that does not say which.

    source: what it was (paid, subscribed, collected, allocated, …); what: the film, tier or month that it was for.
    """

    ref: str
    kind: EntryKind
    source: str
    amount: MoneyField
    at: Moment
    block: int
    what: str = ""


class ChunkReceiptOut(Answer):
    """Parts of a film that are behind a settlement."""

    content_id: str
    payer: str
    first_chunk: int | None
    chunk_count: int | None
    amount: MoneyField
    at: Moment


class SharedMonthOut(Answer):
    """A month of the pass behind an allocated share: its published files, its record, and the account's share."""

    files: dict[str, str]
    record: str
    earned: MoneyField
    paid: MoneyField


class NodeBookOut(Answer):
    """A node's book of an account for a period, signed by the key that creators appointed as its seller.

    block: up to which block of the chain it is true.
    """

    account: AddressField
    first: date
    last: date
    seller: AddressField
    block: int
    entries: tuple[EntryOut, ...]
    receipts: dict[str, tuple[ChunkReceiptOut, ...]]
    months: dict[str, SharedMonthOut]
    signature: str = ""


class SettlementOut(Answer):
    """One settlement with its amount in each book; None where a book has none."""

    ref: str
    kind: EntryKind
    source: str
    what: str
    at: Moment
    chain: MoneyField | None
    node: MoneyField | None
    desk: MoneyField | None


class DifferenceOut(Answer):
    """A settlement in which the books differ, and why. book: the one that differs from the others."""

    ref: str
    kind: EntryKind
    cause: Cause
    book: BookName
    amount: MoneyField


class ThreeWayOut(Answer):
    """A statement: lines, differences, receipts by settlement, and the signed file as it is to be kept."""

    account: AddressField
    first: date
    last: date
    lines: tuple[SettlementOut, ...]
    differences: tuple[DifferenceOut, ...]
    receipts: dict[str, tuple[ChunkReceiptOut, ...]]
    file: str
