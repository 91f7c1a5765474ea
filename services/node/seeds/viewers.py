"""A viewer's own view: the wallet on the chain, and what was bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.http.late_routes import LateRouter
from services.node.door import Caller, NodeOf
from services.node.roles import has_created
from services.node.sales.booking import sync
from services.node.sales.charges import BOOKED
from services.node.tables import Channel, Charge, Item, Sale
from services.units.address import Address
from services.units.ids import ContentId
from services.units.money import Money
from services.wire.seeds import BalanceOut, BlockHeightOut, MeOut, WatchedOut

router = LateRouter(tags=["viewers"])
_LISTED = 100


@dataclass(slots=True)
class _Watched:
    chunks: int
    amount: Money
    first: datetime
    last: datetime


@router.get("/wallets/arc-block-height")
def block_height(node: NodeOf) -> BlockHeightOut:
    """Give the chain's latest block. Problem codes: chain.unreachable."""
    return BlockHeightOut(block_height=node.chain.head().number)


@router.get("/wallets/usdc-balance")
def usdc_balance(node: NodeOf, caller: Caller) -> BalanceOut:
    """Give what the caller's wallet holds on the chain. Problem codes: chain.unreachable."""
    found = node.chain.token_balance(caller)
    return BalanceOut(
        wallet_address=caller,
        usdc_address=node.chain.token,
        balance_minor=found.micros,
        balance=format(found.dollars, "f"),
    )


@router.get("/users/me")
def me(node: NodeOf, caller: Caller) -> MeOut:
    """Say who the caller is to this node."""
    with node.database.read() as session:
        return MeOut(id=caller, is_creator=has_created(session, caller), wallet_address=caller)


@router.get("/users/me/history")
def history(node: NodeOf, caller: Caller) -> tuple[WatchedOut, ...]:
    """List what the caller bought by the chunk, the latest first."""
    sync(node)
    with node.database.read() as session:
        found = _watched(session, caller)
        items = {item.content_id: item for item in session.scalars(select(Item).where(Item.content_id.in_(found)))}
    rows = (
        WatchedOut(
            content_id=item.content_id,
            content_title=item.title,
            creator_id=item.creator,
            chunks=found[content].chunks,
            total_amount_settled=found[content].amount,
            opened_at=found[content].first,
            last_at=found[content].last,
        )
        for content, item in items.items()
    )
    return tuple(sorted(rows, key=lambda row: row.last_at, reverse=True)[:_LISTED])


def _watched(session: Session, account: Address) -> dict[str, _Watched]:
    channels = select(Channel.id).where(Channel.payer == account)
    by_transaction = _sums(Sale).where(Sale.payer == account, Sale.state == "paid")
    by_voucher = _sums(Charge).where(Charge.channel_id.in_(channels), BOOKED)
    found: dict[str, _Watched] = {}
    for wanted in (by_transaction, by_voucher):
        for content, chunks, amount, first, last in session.execute(wanted):
            known = found.get(content)
            if known is None:
                found[content] = _Watched(chunks, amount, first, last)
                continue
            known.chunks, known.amount = known.chunks + chunks, known.amount + amount
            known.first, known.last = min(known.first, first), max(known.last, last)
    return found


def _sums(table: type[Sale] | type[Charge]) -> Select[ContentId, int, Money, datetime, datetime]:
    return select(
        table.content_id,
        func.sum(table.chunk_count),
        func.sum(table.amount),
        func.min(table.at),
        func.max(table.at),
    ).group_by(table.content_id)
