"""A node's book of an account for a three-way statement: settlements, the receipts behind them, and signed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, cast

from fastapi import Query
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from services.chain.message import sign_message
from services.db.books import LedgerLine
from services.http.late_routes import LateRouter
from services.node.context import Node
from services.node.door import Caller, NodeOf
from services.node.figures.lines import LineWish, income_lines
from services.node.passes.closing import files_json
from services.node.passes.tables import PassMonth, PassRound, PassShare
from services.node.sales.booking import sync
from services.node.statement import Period
from services.node.till import pending
from services.statements.compare import TO_TILLS
from services.statements.file import node_digest_text
from services.units.address import Address
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.three_way import ChunkReceiptOut, EntryKind, EntryOut, NodeBookOut, SharedMonthOut

router = LateRouter(tags=["earnings"])
_MOST_DAYS = 3_700
_MOST_RECEIPTS = 5_000
_INCOME = ("paid", "subscribed", "collected", "allocated")
_CHARGED = ("charge", "transfer")
_PAYMENTS = ("paid", "subscribed", *TO_TILLS)


@router.get("/statement/book")
def read_book(
    node: NodeOf,
    caller: Caller,
    first: Annotated[date, Query(alias="from", description="UTC day, included")],
    last: Annotated[date, Query(alias="to", description="UTC day, included")],
) -> NodeBookOut:
    """Give the caller's settlements by this node's ledger, with the receipts behind each, signed by its seller's key.

    Problem codes: request.invalid.
    """
    period = Period(first, last)
    if (last - first).days >= _MOST_DAYS:
        raise ProblemError("request.invalid", field="from")
    block = sync(node)
    with node.database.read() as session:
        entries = tuple(_entries(session, caller, period))
        found = NodeBookOut(
            account=caller,
            first=first,
            last=last,
            seller=node.authorizer.address,
            block=block,
            entries=entries,
            receipts=_receipts(node, session, caller, period, entries),
            months=_months(session, caller, entries),
        )
    return found.model_copy(update={"signature": sign_message(node_digest_text(found), node.authorizer.key)})


def _entries(session: Session, account: Address, period: Period) -> list[EntryOut]:
    """Give the settlements; what was sold by voucher and is not settled stands in one line."""
    kinds: list[tuple[EntryKind, ColumnElement[bool]]] = [
        ("income", and_(LedgerLine.account == f"creator:{account}", LedgerLine.kind.in_(_INCOME))),
        ("payment", and_(LedgerLine.account == f"payer:{account}", LedgerLine.kind.in_(_PAYMENTS))),
        ("withdrawal", and_(LedgerLine.account == f"withdrawn:{account}", LedgerLine.kind == "withdrawn")),
        ("refund", and_(_of_refund(account), LedgerLine.kind == "refunded")),
    ]
    found = []
    for kind, wanted in kinds:
        within = (wanted, LedgerLine.at >= period.start, LedgerLine.at <= period.end)
        for line in session.scalars(select(LedgerLine).where(*within).order_by(LedgerLine.seq)):
            found.append(_entry(line, kind))
    until_then = (LedgerLine.account == pending(account), LedgerLine.at <= period.end)
    on_its_way, at = session.execute(
        select(func.sum(LedgerLine.amount), func.max(LedgerLine.at)).where(*until_then)
    ).one()
    if on_its_way:
        found.append(EntryOut(ref="vouchers", kind="vouchers", source="charge", amount=on_its_way, at=at, block=0))
    return found


def _of_refund(account: Address) -> ColumnElement[bool]:
    return or_(LedgerLine.account == f"refunded:{account}", LedgerLine.account == f"payer:{account}")


def _entry(line: LedgerLine, kind: EntryKind) -> EntryOut:
    amount = line.amount if kind in ("income", "withdrawal") else Money(abs(line.amount.micros))
    return EntryOut(ref=line.ref, kind=kind, source=line.kind, amount=amount, at=line.at, block=1, what=line.item)


def _receipts(
    node: Node, session: Session, account: Address, period: Period, entries: tuple[EntryOut, ...]
) -> dict[str, tuple[ChunkReceiptOut, ...]]:
    """Give the parts of films behind each settlement; those by voucher stand with the collection that settled them."""
    found: dict[str, list[ChunkReceiptOut]] = {}
    collected = sorted((one.at, one.ref) for one in entries if one.source == "collected")
    rows = income_lines(node, session, account, period, LineWish(source="chunks"), limit=_MOST_RECEIPTS).rows
    for row in sorted(rows, key=lambda one: one.seq):
        ref = next((ref for at, ref in collected if at >= row.at), "vouchers") if row.kind in _CHARGED else ""
        if not ref:
            ref = next((one.ref for one in entries if one.ref.partition(":")[0] == row.transaction), "")
        receipt = ChunkReceiptOut(
            content_id=row.item, payer=row.payer, first_chunk=row.first_chunk, chunk_count=row.chunk_count,
            amount=row.net, at=row.at,
        )  # fmt: skip
        found.setdefault(ref, []).append(receipt)
    return {ref: tuple(receipts) for ref, receipts in found.items() if ref}


def _months(session: Session, account: Address, entries: tuple[EntryOut, ...]) -> dict[str, SharedMonthOut]:
    """Give the months behind allocated shares of the period."""
    if not any(one.source == "allocated" for one in entries):
        return {}
    wanted = (
        select(PassShare, PassMonth)
        .join(PassMonth, PassMonth.month == PassShare.month)
        .join(PassRound, PassRound.name == PassShare.round)
        .where(PassShare.owner == account, PassRound.state == "distributed")
    )
    days = {one.at for one in entries if one.source == "allocated"}
    return {
        month.month: SharedMonthOut(
            files=cast("dict[str, str]", month.inputs), record=files_json(month), earned=share.earned, paid=share.paid
        )
        for share, month in session.execute(wanted)
        if days and month.at <= max(days)
    }
