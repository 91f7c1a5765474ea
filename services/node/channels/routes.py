"""The routes of channels that sell nothing: refunds, a payer's channels, and bringing a creator's money home."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Response
from sqlalchemy import select

from services.chain.channel_fields import config_fields
from services.http.late_routes import LateRouter
from services.node.channels.book import config_of, state_of, voucher_of
from services.node.channels.claims import claim_creator, collect
from services.node.channels.payment import refund_channel
from services.node.door import Caller, NodeOf, Proven
from services.node.sales.booking import sync
from services.node.tables import Channel
from services.wire.node import ChannelOut, CollectedOut
from services.wire.problems import ProblemError
from services.wire.x402 import PAYMENT_RESPONSE, ChannelPayment, RefundPayload, Settled, decode_payment, encode

router = LateRouter(tags=["channels"])


@router.post("/channels/refund", responses={402: {"description": "Not the channel's present total (x402 v2)"}})
async def give_back(
    node: NodeOf, response: Response, payment: Annotated[str, Header(alias="PAYMENT-SIGNATURE")]
) -> Settled:
    """Give back what a channel does not owe; the voucher says the present total.

    Problem codes: payment.scheme, payment.unknown, channel.not_found, channel.total, channel.busy, channel.refused,
    chain.unreachable.
    """
    given = decode_payment(payment)
    if not isinstance(given, ChannelPayment) or not isinstance(given.payload, RefundPayload):
        raise ProblemError("payment.scheme", scheme="refund")
    settled = await refund_channel(node, given.payload)
    response.headers[PAYMENT_RESPONSE] = encode(settled)
    return settled


@router.get("/channels")
def channels(node: NodeOf, caller: Caller) -> tuple[ChannelOut, ...]:
    """List the caller's channels, so that a device that lost its books finds its money."""
    with node.database.read() as session:
        rows = session.scalars(select(Channel).where(Channel.payer == caller).order_by(Channel.used_at.desc()))
        return tuple(
            ChannelOut(
                config=config_fields(config_of(row)), creator=row.creator, state=state_of(row), voucher=voucher_of(row)
            )
            for row in rows
        )


@router.post("/creators/collect")
def collect_now(node: NodeOf, caller: Proven) -> CollectedOut:
    """Claim all that the caller sold by vouchers and bring it into the Escrow.

    Problem codes: chain.unreachable, chain.reverted, chain.refused, transaction.unknown.
    """
    claimed = claim_creator(node, caller)
    transaction = collect(node, caller)
    sync(node)
    return CollectedOut(channels=claimed, transaction=transaction)
