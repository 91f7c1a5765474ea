"""An account's statement: its lines in the node's ledger, with what there was before and after."""

from __future__ import annotations

from datetime import date
from typing import Literal

from services.wire.base import AddressField, Answer, Moment, MoneyField

Book = Literal["paid", "earned", "pending", "withdrawn", "refunded"]
"""What an account paid (negative), its share in the Escrow, its share on the way there, what it withdrew, and what it
gave back."""


class StatementLine(Answer):
    """A line of the ledger. ``kind`` and ``ref`` name the entry; ``item`` what it was for, or is empty."""

    seq: int
    at: Moment
    book: Book
    kind: str
    ref: str
    item: str
    amount: MoneyField


class StatementOut(Answer):
    """A part of a statement; all parts of it have the same opening and closing balances.

    closing = opening + the amounts of all lines, book by book, to the unit. ``cursor`` asks for the next part, None at
    the end. ``block``: up to which block the ledger is true, None when the chain was not to be reached.
    """

    account: AddressField
    first: date
    last: date
    opening: dict[Book, MoneyField]
    closing: dict[Book, MoneyField]
    lines: tuple[StatementLine, ...]
    cursor: str | None
    block: int | None
    as_of: Moment
