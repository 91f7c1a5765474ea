"""The routes of refunds."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import Path
from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.context import Node
from services.node.door import Caller, NodeOf, Publisher
from services.node.memberships import refunds
from services.node.memberships.tables import Refund
from services.node.tables import Item, Tier
from services.units.address import Address, Bytes32, bytes32
from services.units.membership import tier_of_word
from services.wire.memberships import RefundIn, RefundOut, RefundPaidIn, RefundState

router = LateRouter(tags=["memberships"])
_Receipt = Annotated[str, Path(max_length=96)]


@router.post("/refunds")
def ask(node: NodeOf, caller: Caller, body: RefundIn) -> RefundOut:
    """Ask the creator for the money of one's own receipt.

    A pass is asked back from the operator, until a month of it was shared out.

    Problem codes: refund.not_found, refund.shared_out.
    """
    return _out(node, refunds.ask(node, caller, body.receipt, body.reason))


@router.get("/refunds")
def listed(node: NodeOf, caller: Caller, side: Literal["viewer", "creator"] = "viewer") -> tuple[RefundOut, ...]:
    """List the refunds that the caller asked for, or that were asked of the caller."""
    with node.database.read() as session:
        rows = refunds.listed(session, caller, is_creator=side == "creator")
        return tuple(_written(node, session, row) for row in rows)


@router.post("/refunds/{receipt}/pay")
def pay(node: NodeOf, caller: Publisher, receipt: _Receipt, body: RefundPaidIn) -> RefundOut:
    """Give the money back: bring the caller's signed transfer. The same one again moves nothing.

    Problem codes: refund.not_found, refund.shared_out, payment.terms_changed, payment.refused, payment.insufficient,
    payment.unknown.
    """
    return _out(node, refunds.pay(node, caller, receipt, body.payload))


@router.post("/refunds/{receipt}/refuse")
def refuse(node: NodeOf, caller: Publisher, receipt: _Receipt) -> RefundOut:
    """Refuse a refund. Problem codes: refund.not_found, refund.state."""
    return _out(node, refunds.refuse(node, caller, receipt))


def _out(node: Node, row: Refund) -> RefundOut:
    with node.database.read() as session:
        return _written(node, session, row)


def _written(node: Node, session: Session, row: Refund) -> RefundOut:
    return RefundOut(
        receipt=row.receipt,
        viewer=Address(row.viewer),
        creator=Address(row.creator),
        item=row.item,
        title=_title(session, row.item),
        amount=row.amount,
        reason=row.reason,
        state=cast("RefundState", row.state),
        nonce=refunds.nonce_of(node, row),
        transaction=None if row.transaction is None else Bytes32(row.transaction),
        asked_at=row.asked_at,
        ended_at=row.ended_at,
    )


def _title(session: Session, item: str) -> str:
    if item.startswith("tier:"):
        tier = session.get(Tier, tier_of_word(bytes32(item.removeprefix("tier:"))) or "")
        return "" if tier is None else tier.name
    film = session.get(Item, item)
    return "" if film is None else film.title
