"""One payment by a channel, from the header to the keys."""

from __future__ import annotations

from anyio import to_thread

from services.chain.channels import ChannelConfig
from services.node.access import refuse_unsold
from services.node.channels.deposits import deposit, recover
from services.node.channels.refunds import refund
from services.node.channels.vouchers import Sold, check_terms, corrected, take_voucher
from services.node.context import Node
from services.node.sales.offer import Offer, owns_any
from services.wire.problems import ProblemError
from services.wire.x402 import ChannelPayload, ChannelPayment, DepositPayload, RefundPayload, Settled, VoucherPayload


async def pay_by_channel(node: Node, offer: Offer, payment: ChannelPayment, *, is_caller: bool) -> Sold:
    """Deposit if asked to, then sell by the voucher. The same payment again moves nothing.

    is_caller: the payer is signed in; see take_voucher.

    Raises ProblemError: channel.busy, and as take_voucher and deposit do; a 402 carries what the node holds.
    """
    channel = payment.payload.voucher.channel_id
    try:
        config = check_terms(node, offer, payment)
        with node.vouchers.turn(channel):
            return await _sell(node, offer, config, payment.payload, is_caller=is_caller)
    except ProblemError as problem:
        raise corrected(node, offer, problem, channel) from problem


async def refund_channel(node: Node, payload: RefundPayload, *, offer: Offer | None = None) -> Settled:
    """Give back what a channel does not owe. Raises ProblemError: channel.busy, and as refund does.

    offer: what is sold where the refund was asked for; with it a 402 carries what the node holds.
    """
    channel = payload.voucher.channel_id
    try:
        with node.vouchers.turn(channel):
            return await to_thread.run_sync(refund, node, payload)
    except ProblemError as problem:
        if offer is not None:
            corrected(node, offer, problem, channel)
        raise


async def _sell(node: Node, offer: Offer, config: ChannelConfig, payload: ChannelPayload, *, is_caller: bool) -> Sold:
    match payload:
        case DepositPayload():
            await to_thread.run_sync(_check_sold, node, offer)
            brought = await to_thread.run_sync(deposit, node, config, offer.item.creator, payload, offer.amount)
            sold = await take_voucher(node, offer, config, payload.voucher, is_caller=is_caller)
            moved = {"transaction": brought.transaction or "", "amount": str(brought.amount.micros)}
            return Sold(sold.keys, sold.settled.model_copy(update=moved))
        case VoucherPayload():
            try:
                return await take_voucher(node, offer, config, payload.voucher, is_caller=is_caller)
            except ProblemError as problem:
                if problem.code != "channel.not_found":
                    raise
            await to_thread.run_sync(recover, node, config, offer.item.creator, payload, offer.amount)
            return await take_voucher(node, offer, config, payload.voucher, is_caller=is_caller)
        case RefundPayload():
            raise ProblemError("payment.scheme", scheme="refund")


def _check_sold(node: Node, offer: Offer) -> None:
    """Bring no deposit for what is not sold; the repetition of one that bought it goes on."""
    with node.database.read() as session:
        if not owns_any(session, offer):
            refuse_unsold(session, offer.film, offer.account)
