"""Writes an offer as x402's 402: a channel where channels are offered, one transfer, and the Escrow as an extension."""

from __future__ import annotations

from services.chain.authorization import DOMAIN_NAME, DOMAIN_VERSION, PaymentTerms
from services.chain.till import till_address
from services.node.context import Node
from services.node.sales.offer import Offer
from services.units.address import Address
from services.units.money import Money
from services.wire.x402 import (
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    ChannelExtra,
    ChannelRequirements,
    ChannelState,
    EscrowExtension,
    EscrowExtra,
    EscrowOffer,
    EscrowRequirements,
    ExactRequirements,
    Extensions,
    PaymentRequired,
    Resource,
    Settled,
    TokenExtra,
    VoucherState,
    encode,
    network,
)

TIMEOUT_S = 120
"""How long a signed authorization must stay valid when it arrives at the latest."""
WITHDRAW_DELAY_S = 86_400
"""What a payer waits who leaves a channel alone; within it the node must claim."""
_DEPOSIT = Money(1_000_000)
"""What a client without an idea of its own is told to deposit at most: a dollar, the stock clients' default limit."""


def till_of(node: Node, creator: Address) -> Address:
    """Give where money for a creator goes."""
    return till_address(node.chain.escrow, creator)


def channel_requirements(
    node: Node, offer: Offer, *, state: ChannelState | None = None, voucher: VoucherState | None = None
) -> ChannelRequirements:
    """Write an offer as a channel's; the states are a corrective 402's."""
    extra = ChannelExtra(
        name=DOMAIN_NAME,
        version=DOMAIN_VERSION,
        receiver_authorizer=node.authorizer.address,
        withdraw_delay=WITHDRAW_DELAY_S,
        min_deposit=str(max(offer.amount, min(offer.film.rest(offer.first_chunk), _DEPOSIT)).micros),
        channel_state=state,
        voucher_state=voucher,
    )
    return ChannelRequirements(pay_to=till_of(node, offer.item.creator), extra=extra, **_common(node, offer))


def exact_requirements(node: Node, offer: Offer) -> ExactRequirements:
    """Write an offer as one transfer into the creator's till."""
    extra = TokenExtra(name=DOMAIN_NAME, version=DOMAIN_VERSION)
    return ExactRequirements(pay_to=till_of(node, offer.item.creator), extra=extra, **_common(node, offer))


def is_offered(node: Node, offer: Offer, given: ChannelRequirements | ExactRequirements) -> bool:
    """Tell whether a stranger accepted this offer.

    The extra is not compared: after a corrective 402 stock clients echo the first one (x402, batch-settlement), and
    what is signed is checked by itself.
    """
    wanted = (network(node.chain.chain_id), offer.amount, node.chain.token, till_of(node, offer.item.creator))
    return (given.network, given.money, given.asset, given.pay_to) == wanted


def escrow_requirements(node: Node, offer: Offer) -> EscrowRequirements:
    """Write an offer as a payment into the Escrow."""
    extra = EscrowExtra(
        name=DOMAIN_NAME,
        version=DOMAIN_VERSION,
        creator=offer.item.creator,
        content_id=offer.item.content_id,
        first_chunk=offer.first_chunk,
        chunk_count=offer.chunk_count,
    )
    return EscrowRequirements(pay_to=node.chain.escrow, extra=extra, **_common(node, offer))


def payment_required(
    node: Node,
    offer: Offer,
    *,
    error: str,
    state: ChannelState | None = None,
    voucher: VoucherState | None = None,
) -> PaymentRequired:
    """Write the content of a 402. Stock clients take the first way that they know."""
    exact = exact_requirements(node, offer)
    channel = (channel_requirements(node, offer, state=state, voucher=voucher),) if node.channels.is_offered else ()
    return PaymentRequired(
        error=error,
        resource=Resource(
            url=f"{node.uri}/content/{offer.item.content_id}/pay",
            description=f"{offer.chunk_count} chunk(s) from {offer.first_chunk}",
        ),
        accepts=(*channel, exact),
        extensions=Extensions(museclock=EscrowExtension(info=EscrowOffer(escrow=escrow_requirements(node, offer)))),
    )


def offer_headers(
    node: Node,
    offer: Offer,
    *,
    error: str,
    state: ChannelState | None = None,
    voucher: VoucherState | None = None,
) -> dict[str, str]:
    """Write the headers of a 402 that a client may answer with a payment, or after a correction with another one."""
    required = payment_required(node, offer, error=error, state=state, voucher=voucher)
    return {PAYMENT_REQUIRED: encode(required), "Cache-Control": "no-store"}


def failure_headers(node: Node, offer: Offer, *, error: str) -> dict[str, str]:
    """Write the headers of a 402 after a payment that did not settle; stock clients try no correction then."""
    failed = Settled(success=False, transaction="", network=network(node.chain.chain_id), error_reason=error)
    return {**offer_headers(node, offer, error=error), PAYMENT_RESPONSE: encode(failed)}


def escrow_terms(node: Node, offer: Offer, *, valid_after: int, valid_before: int) -> PaymentTerms:
    """Write an offer as what the payer's wallet signs for the Escrow."""
    return PaymentTerms(
        chain_id=node.chain.chain_id,
        token=node.chain.token,
        escrow=node.chain.escrow,
        payer=offer.account,
        creator=offer.item.creator,
        content_id=offer.item.content_id,
        first_chunk=offer.first_chunk,
        chunk_count=offer.chunk_count,
        amount=offer.amount,
        valid_after=valid_after,
        valid_before=valid_before,
    )


def _common(node: Node, offer: Offer) -> dict[str, object]:
    return {
        "network": network(node.chain.chain_id),
        "amount": str(offer.amount.micros),
        "asset": node.chain.token,
        "max_timeout_seconds": TIMEOUT_S,
    }
