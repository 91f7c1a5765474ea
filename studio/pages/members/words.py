"""The words and columns of members and their payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.kit.format import DASH, day, moment, money, money_exact, number, short
from studio.kit.table import Cell, Column
from studio.kit.words import mark, tr

if TYPE_CHECKING:
    from services.wire.figures import MemberPaymentOut, MemberRowOut
    from studio.kit.tokens import Tone

STATES: dict[str, tuple[str, Tone]] = {
    "active": (mark("renews"), "ok"),
    "ending": (mark("ends"), "warn"),
    "lapsed": (mark("ended"), "neutral"),
    "refunded": (mark("refunded"), "bad"),
}
FILTERS = (
    ("", mark("All members")),
    ("active", mark("Renewing")),
    ("ending", mark("Ending")),
    ("lapsed", mark("Ended")),
    ("refunded", mark("Refunded")),
)
ORDERS = (("joined", mark("Newest first")), ("until", mark("Paid longest")), ("lifetime", mark("Brought most")))
_REASONS = {
    "": "",
    "cancelled": mark("cancelled by the member"),
    "archived": mark("the tier is archived"),
    "upgraded": mark("moved to a dearer tier"),
    "changed": mark("moved to another tier"),
    "refunded": mark("the money was given back"),
    "payment.insufficient": mark("not enough money"),
    "wallet.locked": mark("the member's wallet was locked"),
    "budget.day": mark("the member's limit of the day"),
    "budget.creator": mark("the member's limit for this channel"),
}
_KINDS = {
    "join": mark("joined"),
    "renew": mark("renewed"),
    "upgrade": mark("moved up"),
    "downgrade": mark("moved down"),
    "other": mark("paid past the app"),
}
_ENDS: dict[str, tuple[str, Tone]] = {
    "paid": (mark("paid"), "ok"),
    "received": (mark("on its way"), "info"),
    "failed": (mark("failed"), "bad"),
    "quoted": (mark("offered"), "neutral"),
}


def reason(code: str) -> str:
    """Say why a membership does not go on."""
    return tr(_REASONS.get(code, code.replace(".", ": ").replace("_", " ")))


def member_columns() -> list[Column[MemberRowOut]]:
    """Give the columns of the members."""
    return [
        Column(tr("Member"), lambda row: Cell(short(row.viewer), tip=row.viewer), width=124),
        Column(tr("Tier"), lambda row: Cell(row.tier_name, tip=row.tier_name), width=0),
        Column(tr("State"), _state, width=110, at_need=True),
        Column(
            tr("Joined"),
            lambda row: Cell(day(row.joined_at.date()), muted=True, tip=moment(row.joined_at)),
            width=90,
            at_need=True,
        ),
        Column(
            tr("Paid until"),
            lambda row: Cell(day(row.paid_until.date()), tip=moment(row.paid_until)),
            width=100,
            at_need=True,
        ),
        Column(
            tr("Renewals"),
            lambda row: Cell(number(row.renewals), muted=not row.renewals),
            width=96,
            right=True,
            at_need=True,
        ),
        Column(
            tr("Brought in all"),
            lambda row: Cell(money(row.lifetime), tip=money_exact(row.lifetime)),
            width=104,
            right=True,
        ),
    ]


def _state(row: MemberRowOut) -> Cell:
    words, tone = STATES[row.state]
    return Cell(tr(words), tone, badge=True, tip=reason(row.reason))


def _why(row: MemberPaymentOut) -> Cell:
    words = reason(row.error)
    return Cell(words or DASH, muted=True, tip=words)


def payment_columns() -> list[Column[MemberPaymentOut]]:
    """Give the columns of a member's payments."""
    return [
        Column(tr("When"), lambda row: Cell(moment(row.at)), width=130),
        Column(tr("What"), lambda row: Cell(f"{tr(_KINDS[row.kind])}, {row.tier_name}"), width=0),
        Column(tr("State"), _end, width=110, at_need=True),
        Column(tr("Why"), _why, width=190, at_need=True),
        Column(tr("Until"), lambda row: Cell(day(row.until.date()), muted=True), width=90, at_need=True),
        Column(tr("Paid"), lambda row: Cell(money(row.amount), tip=money_exact(row.amount)), width=90, right=True),
        Column(
            tr("Your share"),
            lambda row: Cell(money(row.share), tip=money_exact(row.share)),
            width=100,
            right=True,
            at_need=True,
        ),
    ]


def _end(row: MemberPaymentOut) -> Cell:
    words, tone = _ENDS[row.state]
    return Cell(tr(words), tone, badge=True, tip=row.transaction or "")
