"""Takes a voucher for chunks: checked against the channel, durable, then the keys."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from services.chain.channel_fields import read_config
from services.chain.channels import ChannelConfig, Voucher, channel_id, is_signed_by
from services.http.meanwhile import Meanwhile
from services.node.access import refuse_unsold
from services.node.channels.book import ChannelRow, config_of, find_channel, look, state_of, voucher_of
from services.node.channels.journal import NewCharge
from services.node.context import Node
from services.node.sales.offer import Offer
from services.node.sales.terms import (
    WITHDRAW_DELAY_S,
    failure_headers,
    is_offered,
    offer_headers,
    till_of,
)
from services.node.standing import refuse_taken_down
from services.node.tables import Channel
from services.units.address import Bytes32
from services.units.money import ZERO, Money
from services.wire.node import KeysOut
from services.wire.problems import ProblemError
from services.wire.x402 import (
    CHANNEL_BUSY,
    TOTAL_MISMATCH,
    ChannelPayment,
    ConfigFields,
    Settled,
    SettledExtra,
    VoucherFields,
    encode,
    network,
    read_money,
)

_PAYMENT_REQUIRED = 402
_EVM = "invalid_batch_settlement_evm_"
# Source: x402 v2, error codes of the scheme batch-settlement on EVM chains. After the first three a client may try
# again; after the others it must not.
_ERRORS = {
    "channel.total": TOTAL_MISMATCH,
    "channel.busy": CHANNEL_BUSY,
    "channel.balance": f"{_EVM}cumulative_exceeds_balance",
}
_FAILURES = {
    "signature": f"{_EVM}voucher_signature",
    "expired": f"{_EVM}payload_authorization_valid_before",
    "deposit": f"{_EVM}deposit_payload",
    "config": f"{_EVM}channel_id_mismatch",
    "id": f"{_EVM}channel_id_mismatch",
}


@dataclass(frozen=True, slots=True)
class Sold:
    """What a payer gets: keys for the body, the settlement for the header."""

    keys: KeysOut
    settled: Settled
    written: tuple[str, str] | None = None
    """Both as they are sent, where that is known already."""

    @property
    def sent(self) -> tuple[str, str]:
        """The body and the header as they are sent."""
        return self.written or (self.keys.model_dump_json(), encode(self.settled))


async def take_voucher(
    node: Node, offer: Offer, config: ChannelConfig, fields: VoucherFields, *, is_caller: bool
) -> Sold:
    """Sell by a voucher on a known channel; the caller holds the channel's turn.

    is_caller: the payer is signed in; then any voucher for chunks that the payer owns gives the keys again and charges
    nothing. Without a session it does not, for vouchers are public once they are claimed.
    Raises ProblemError: channel.not_found, channel.total, channel.balance, channel.refused, content.owned, disk.full,
    payment.terms_changed (another worker has another price by now).
    """
    voucher = read_voucher(fields)
    with node.database.read_plain() as unit:
        row, owned, is_sold = look(unit, offer, voucher.channel_id)
    if row is None:
        raise ProblemError("channel.not_found")
    if not is_sold:
        with node.database.read() as session:
            _refuse(session, offer, is_owned=bool(owned))
    if not is_signed_by(node.chain.chain_id, voucher, config.voucher_signer):
        raise ProblemError("channel.refused", reason="signature")
    if owned == offer.chunk_count and is_caller:
        return _sold(node, offer, row, ZERO)
    if owned:
        raise ProblemError("content.owned")
    _check_total(row, voucher, offer.amount)
    charge = _charge(node, offer, row, voucher)
    after = replace(row, charged=charge.after, signature=charge.signature)
    sold = Meanwhile(asyncio.get_running_loop(), partial(_written, node, offer, after))
    await asyncio.wrap_future(node.vouchers.write(charge, before_disk=sold.begin))
    return sold.made()


def _written(node: Node, offer: Offer, row: ChannelRow) -> Sold:
    sold = _sold(node, offer, row, offer.amount)
    return replace(sold, written=sold.sent)


def _refuse(session: Session, offer: Offer, *, is_owned: bool) -> None:
    """Say why an item is not sold; what is owned goes out all the same, unless no key may."""
    if is_owned:
        refuse_taken_down(session, offer.item.content_id)
    else:
        refuse_unsold(session, offer.film, offer.account)
        # It is sold, but not for what this offer says.
        raise ProblemError("payment.terms_changed")


def check_terms(node: Node, offer: Offer, payment: ChannelPayment) -> ChannelConfig:
    """Compare a payment with the offer; gives the channel's configuration, whose id is the voucher's.

    Raises ProblemError: payment.scheme (channels are not offered), payment.terms_changed, channel.refused.
    """
    if not node.channels.is_offered:
        raise ProblemError("payment.scheme", scheme="batch-settlement")
    if not is_offered(node, offer, payment.accepted):
        raise ProblemError("payment.terms_changed")
    config = given_config(payment.payload.channel_config)
    ours = (till_of(node, offer.item.creator), node.authorizer.address, node.chain.token, WITHDRAW_DELAY_S)
    if (config.receiver, config.receiver_authorizer, config.token, config.withdraw_delay_s) != ours:
        raise ProblemError("channel.refused", reason="config")
    if channel_id(node.chain.chain_id, config) != payment.payload.voucher.channel_id:
        raise ProblemError("channel.refused", reason="id")
    return config


def given_config(fields: ConfigFields) -> ChannelConfig:
    """Read a stranger's configuration. Raises ProblemError: channel.refused."""
    try:
        return read_config(fields)
    except ValueError as exc:
        raise ProblemError("channel.refused", reason="config") from exc


def read_voucher(fields: VoucherFields) -> Voucher:
    """Read a stranger's voucher; the signature is not checked yet."""
    total = read_money(fields.max_claimable_amount)
    return Voucher(fields.channel_id, total, bytes.fromhex(fields.signature[2:]))


def corrected(node: Node, offer: Offer, problem: ProblemError, channel: Bytes32) -> ProblemError:
    """Put the 402 beside a channel's problem: what the node holds, so that an honest client can go on from there."""
    if problem.kind.status != _PAYMENT_REQUIRED:
        return problem
    error = _ERRORS.get(problem.code)
    if error is None:
        problem.headers = failure_headers(node, offer, error=_failure(problem))
        return problem
    with node.database.read() as session:
        row = find_channel(session, channel) if problem.code != "channel.busy" else None
    state, voucher = (state_of(row), voucher_of(row)) if row else (None, None)
    problem.headers = offer_headers(node, offer, error=error, state=state, voucher=voucher)
    return problem


def _failure(problem: ProblemError) -> str:
    """Name a refusal as stock clients know it."""
    if problem.code == "payment.insufficient":
        return f"{_EVM}insufficient_balance"
    return _FAILURES.get(problem.params.get("reason", ""), f"{_EVM}transaction_reverted")


def _check_total(row: ChannelRow, voucher: Voucher, amount: Money) -> None:
    if voucher.max_claimable != row.charged + amount:
        raise ProblemError("channel.total")
    if row.withdraw_requested_at:
        raise ProblemError("channel.refused", reason="withdrawal")
    if voucher.max_claimable > row.balance:
        raise ProblemError("channel.balance", balance=row.balance.micros, total=voucher.max_claimable.micros)


def _charge(node: Node, offer: Offer, row: ChannelRow, voucher: Voucher) -> NewCharge:
    return NewCharge(
        channel_id=row.id,
        before=row.charged,
        after=voucher.max_claimable,
        signature=voucher.signature,
        payer=row.payer,
        creator=row.creator,
        content_id=offer.item.content_id,
        first_chunk=offer.first_chunk,
        chunk_count=offer.chunk_count,
        at=node.clock.now(),
    )


def _sold(node: Node, offer: Offer, row: ChannelRow, charged: Money) -> Sold:
    keys = KeysOut(
        content_id=offer.item.content_id,
        keys=offer.film.keys(node.keys, frozenset(offer.wanted)),
        amount=charged,
        transaction=None,
    )
    return Sold(keys, settlement(node, row, charged=charged))


def settlement(
    node: Node,
    row: Channel | ChannelRow,
    *,
    charged: Money | None = None,
    transaction: str = "",
    amount: Money | None = None,
) -> Settled:
    """Write what became of a payment by a channel. ``amount``: what a deposit or refund moved."""
    return Settled(
        success=True,
        transaction=transaction,
        network=network(node.chain.chain_id),
        payer=config_of(row).payer,
        amount="" if amount is None else str(amount.micros),
        extra=SettledExtra(
            charged_amount=None if charged is None else str(charged.micros), channel_state=state_of(row)
        ),
    )
