"""The words and columns of members and their payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, day, moment, money, money_exact, short
from studio.kit.table import Cell, Column

if TYPE_CHECKING:
    from services.wire.figures import MemberPaymentOut, MemberRowOut
    from studio.kit.tokens import Tone

STATES: dict[str, tuple[str, Tone]] = {
    "active": ("renews", "ok"),
    "ending": ("ends", "warn"),
    "lapsed": ("ended", "neutral"),
    "refunded": ("refunded", "bad"),
}
FILTERS = (("", "All members"), ("active", "Renewing"), ("ending", "Ending"), ("lapsed", "Ended"),
           ("refunded", "Refunded"))  # fmt: skip
ORDERS = (("joined", "Newest first"), ("until", "Paid longest"), ("lifetime", "Brought most"))
_REASONS = {
    "": "",
    "cancelled": "cancelled by the member",
    "archived": "the tier is archived",
    "upgraded": "moved to a dearer tier",
    "changed": "moved to another tier",
    "refunded": "the money was given back",
    "payment.insufficient": "not enough money",
    "wallet.locked": "the member's wallet was locked",
    "budget.day": "the member's limit of the day",
    "budget.creator": "the member's limit for this channel",
}
_KINDS = {
    "join": "joined",
    "renew": "renewed",
    "upgrade": "moved up",
    "downgrade": "moved down",
    "other": "paid past the app",
}
_ENDS: dict[str, tuple[str, Tone]] = {
    "paid": ("paid", "ok"),
    "received": ("on its way", "info"),
    "failed": ("failed", "bad"),
    "quoted": ("offered", "neutral"),
}


def reason(code: str) -> str:
    """Say why a membership does not go on."""
    return _REASONS.get(code, code.replace(".", ": ").replace("_", " "))


def member_columns() -> list[Column[MemberRowOut]]:
    """Give the columns of the members."""
    return [
        Column("Member", lambda row: Cell(short(row.viewer), tip=row.viewer), width=150),
        Column("Tier", lambda row: Cell(row.tier_name, tip=row.tier_name), width=0),
        Column("State", _state, width=110),
        Column("Joined", lambda row: Cell(day(row.joined_at.date()), muted=True, tip=moment(row.joined_at)), width=90),
        Column("Paid until", lambda row: Cell(day(row.paid_until.date()), tip=moment(row.paid_until)), width=100),
        Column("Renewals", lambda row: Cell(f"{row.renewals:,}", muted=not row.renewals), width=96, right=True),
        Column("Brought in all", lambda row: Cell(money(row.lifetime), tip=money_exact(row.lifetime)), width=128,
               right=True),
    ]  # fmt: skip


def _state(row: MemberRowOut) -> Cell:
    words, tone = STATES[row.state]
    return Cell(words, tone, badge=True, tip=reason(row.reason))


def payment_columns() -> list[Column[MemberPaymentOut]]:
    """Give the columns of a member's payments."""
    return [
        Column("When", lambda row: Cell(moment(row.at)), width=130),
        Column("What", lambda row: Cell(f"{_KINDS[row.kind]}, {row.tier_name}"), width=0),
        Column("State", _end, width=110),
        Column("Why", lambda row: Cell(reason(row.error) or DASH, muted=True, tip=row.error), width=190),
        Column("Until", lambda row: Cell(day(row.until.date()), muted=True), width=90),
        Column("Paid", lambda row: Cell(money(row.amount), tip=money_exact(row.amount)), width=90, right=True),
        Column("Your share", lambda row: Cell(money(row.share), tip=money_exact(row.share)), width=100, right=True),
    ]  # fmt: skip


def _end(row: MemberPaymentOut) -> Cell:
    words, tone = _ENDS[row.state]
    return Cell(words, tone, badge=True, tip=row.transaction or "")
