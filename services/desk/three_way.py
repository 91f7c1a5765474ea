"""Three-way statements: the chain by the desk's own line, the node's signed book, and this desk's ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chain.gateway import EscrowEvent
from services.db.books import LedgerLine
from services.desk.chain_view import follow
from services.desk.context import Desk
from services.desk.memberships.tables import MembershipPayment
from services.desk.money import ESCROW, REFUNDS, WALLET
from services.desk.tables import ChainSeen, Channel, Purchase
from services.desk.tiers import SellerDeskOf
from services.desk.tips.tables import GivenTip
from services.http.late_routes import LateRouter
from services.statements.chain_book import entries_of
from services.statements.file import Parts, write
from services.units.address import bytes32
from services.units.membership import tier_word
from services.units.money import Money
from services.wire.three_way import EntryKind, EntryOut, NodeBookOut, ThreeWayOut
from services.wire.x402 import Payload

router = LateRouter(tags=["reconciliation"])
_FOLLOWED = {"earned": ("income", ESCROW), "withdrawn": ("withdrawal", WALLET)}
_GIVEN = ("spent", "in_flight")
_REFUND = {"refund.paid": REFUNDS, "refund.came": WALLET}


@router.get("/statement/three-way")
async def three_way(
    desk: SellerDeskOf,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
) -> ThreeWayOut:
    """Put chain, node and desk side by side for a period, and sign it; codes: wallet.locked, node.unreachable."""
    await to_thread.run_sync(follow, desk)
    query = {"from": first.isoformat(), "to": last.isoformat()}
    book = await desk.node.call(NodeBookOut, "GET", "/statement/book", query=query)
    return await to_thread.run_sync(_composed, desk, book)


def _composed(desk: Desk, book: NodeBookOut) -> ThreeWayOut:
    me, head = desk.keyring.owner(), desk.chain.head().number
    events = desk.chain.escrow_events(desk.chain.since_block, head)
    chain = entries_of(events, me, book.first, book.last)
    transactions = {one.ref.partition(":")[0] for one in chain}
    with desk.database.read() as session:
        seen = session.scalar(select(ChainSeen.block)) or 0
        own = _own(session, desk.node.uri, book, chain)
    parts = Parts(
        account=me,
        first=book.first,
        last=book.last,
        chain_id=desk.chain.chain_id,
        escrow=desk.chain.escrow,
        head=head,
        events=[event for event in events if event.tx in transactions],
        proofs=_proofs(desk, events, transactions),
        node=book,
        desk=own,
        desk_block=seen,
    )
    found, file = write(parts, desk.keyring.key())
    return ThreeWayOut(
        account=me, first=book.first, last=book.last, lines=found.lines, differences=found.differences,
        receipts=book.receipts, file=file,
    )  # fmt: skip


def _proofs(desk: Desk, events: list[EscrowEvent], transactions: set[str]) -> dict[str, Any]:
    found = {tx: desk.chain.proof(bytes32(tx)) for tx in sorted(transactions)}
    return {tx: proof for tx, proof in found.items() if proof is not None}


def _own(session: Session, node: str, book: NodeBookOut, chain: tuple[EntryOut, ...]) -> list[EntryOut]:
    """Give this desk's entries; payments under the name of the event that took them."""
    start = datetime.combine(book.first, time.min, UTC)
    end = datetime.combine(book.last, time.max, UTC)
    within = (LedgerLine.at >= start, LedgerLine.at <= end)
    found = []
    for line in session.scalars(select(LedgerLine).where(LedgerLine.kind.in_((*_FOLLOWED, *_REFUND)), *within)):
        if line.kind in _FOLLOWED and line.account == _FOLLOWED[line.kind][1]:
            kind: EntryKind = "income" if line.kind == "earned" else "withdrawal"
            found.append(_entry(line.ref, kind, line.kind, line.amount, line.at, line.item))
        elif line.kind in _REFUND and line.account == _REFUND[line.kind]:
            found.append(_entry(line.ref.rpartition(":")[0], "refund", line.kind, line.amount, line.at, line.item))
    return found + _payments(session, chain, start, end) + _to_tills(session, node, start, end)


def _payments(session: Session, chain: tuple[EntryOut, ...], start: datetime, end: datetime) -> list[EntryOut]:
    """Give what this account paid into the Escrow, by purchase and by membership; what is open has no block yet."""
    events = {(one.ref.partition(":")[0], one.what): one.ref for one in chain if one.kind == "payment"}
    was_paid = MembershipPayment.money.in_(_GIVEN)
    joined = select(MembershipPayment).where(was_paid, MembershipPayment.at >= start, MembershipPayment.at <= end)
    rows: list[tuple[Purchase | MembershipPayment, str, str]] = [
        *((row, "purchase", row.content_id) for row in _bought(session, start, end) if not _by_transfer(row)),
        *((row, "membership", f"tier:{tier_word(row.tier_id)}") for row in session.scalars(joined)),
    ]
    found = []
    for row, source, what in rows:
        ref = events.get((row.transaction or "", what), row.transaction or row.intent)
        found.append(_given(row, ref, source, what))
    return found


def _to_tills(session: Session, node: str, start: datetime, end: datetime) -> list[EntryOut]:
    """Give what this account paid to creators' tills at a node: by voucher, by transfer, as a tip.

    Each is named as the node names it; the chain knows of them when what came is collected.
    """
    joined = select(Purchase).join(Channel, Channel.id == Purchase.channel_id).where(Channel.node == node)
    vouchers = joined.where(Purchase.money.in_(_GIVEN), Purchase.at >= start, Purchase.at <= end)
    tips = select(GivenTip).where(
        GivenTip.node == node, GivenTip.money.in_(_GIVEN), GivenTip.at >= start, GivenTip.at <= end
    )
    found = [
        _given(row, f"{row.channel_id}:{row.total.micros}", "charge", row.content_id)
        for row in session.scalars(vouchers)
        if row.total is not None
    ]
    for row in _bought(session, start, end):
        if _by_transfer(row) and row.node in (None, node):
            message = Payload.model_validate(row.payment["payload"]).authorization
            found.append(_given(row, f"{message.payer}:{message.nonce}", "transfer", row.content_id))
    for tip in session.scalars(tips):
        message = Payload.model_validate(tip.payment).authorization
        found.append(_given(tip, f"{message.payer}:{tip.nonce}", "tip", "tip"))
    return found


def _bought(session: Session, start: datetime, end: datetime) -> list[Purchase]:
    is_paid = Purchase.money.in_(_GIVEN)
    bought = select(Purchase).where(Purchase.channel_id.is_(None), is_paid, Purchase.at >= start, Purchase.at <= end)
    return list(session.scalars(bought))


def _by_transfer(row: Purchase) -> bool:
    return bool(row.payment["accepted"]["scheme"] == "exact")


def _given(row: Purchase | MembershipPayment | GivenTip, ref: str, source: str, what: str) -> EntryOut:
    entry = _entry(ref, "payment", source, row.amount, row.at, what)
    return entry.model_copy(update={"block": 0}) if row.money == "in_flight" else entry


def _entry(ref: str, kind: EntryKind, source: str, amount: Money, at: datetime, what: str) -> EntryOut:
    return EntryOut(ref=ref, kind=kind, source=source, amount=amount, at=at, block=1, what=what)
