"""What a desk accepts of a 402: exactly the creator's signed price, into that creator's till, by its own channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chain.authorization import DOMAIN_NAME, DOMAIN_VERSION
from services.chain.channels import MIN_WITHDRAW_DELAY_S, ZERO_ADDRESS, ChannelConfig
from services.chain.till import till_address
from services.desk.channels.keys import config_of
from services.desk.context import Desk
from services.desk.tables import Channel
from services.units.address import Address
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.sellers import sent_offer
from services.wire.x402 import (
    PAYMENT_REQUIRED,
    PAYMENT_RESPONSE,
    ChannelExtra,
    ChannelRequirements,
    PaymentRequired,
    decode,
    network,
    read_money,
)

MAX_WITHDRAW_DELAY_S = 86_400
"""The app promises that an unspent deposit is back within a day, whatever the node does."""
_TIMEOUT_S = 120


def requirements(desk: Desk, config: ChannelConfig, amount: Money) -> ChannelRequirements:
    """Write the terms that a voucher on a channel is for."""
    return ChannelRequirements(
        network=network(desk.chain.chain_id),
        amount=str(amount.micros),
        asset=config.token,
        pay_to=config.receiver,
        max_timeout_seconds=_TIMEOUT_S,
        extra=ChannelExtra(
            name=DOMAIN_NAME,
            version=DOMAIN_VERSION,
            receiver_authorizer=config.receiver_authorizer,
            withdraw_delay=config.withdraw_delay_s,
        ),
    )


def remember(desk: Desk, config: ChannelConfig, required: PaymentRequired) -> None:
    """Keep a checked offer of a channel as it was written, for the vouchers that follow."""
    offer = sent_offer(required.sent, "batch-settlement")
    if offer is not None:
        desk.memory.offers.put((desk.node.uri, config.receiver), offer)


def echoed(desk: Desk, row: Channel, amount: Money) -> dict[str, Any]:
    """Give the terms that a payment on a channel is for, word for word as they were offered last.

    What is not remembered is written anew: our nodes compare what matters only. Zero: the amount stays as offered.
    """
    # Reading all of the configuration would take as long as signing.
    sent = desk.memory.offers.get((desk.node.uri, row.config["receiver"]))
    if sent is None:
        return requirements(desk, config_of(row), amount).model_dump(mode="json", by_alias=True, exclude_none=True)
    return sent | ({"amount": str(amount.micros)} if amount else {})


def learn(
    desk: Desk, config: ChannelConfig, creator: Address, payment: Mapping[str, Any], problem: ProblemError
) -> bool:
    """Keep the offer that came with a refusal; whether the seller now writes it otherwise than the payment echoed.

    Sellers of others sell only by their offer word for word. Nothing that matters may be different in it.
    """
    header = problem.headers.get(PAYMENT_REQUIRED.lower(), "")
    if not header or PAYMENT_RESPONSE.lower() in problem.headers:
        # It was the payment that did not please, not the terms.
        return False
    accepted = payment["accepted"]
    try:
        required = decode(PaymentRequired, header).model_copy(update={"sent": header})
        # A request for a refund is for nothing: it goes with whatever is asked for goods.
        asked = required.channel.money if required.channel else ZERO
        offer = checked_offer(desk, creator, read_money(accepted["amount"]) or asked, required, config=config)
        if offer is None or sent_offer(header, "batch-settlement") == accepted:
            return False
    except ProblemError:
        return False
    remember(desk, config, required)
    return True


def read_required(headers: dict[str, str]) -> PaymentRequired:
    """Read a 402. Raises ProblemError: request.invalid."""
    return decode(PaymentRequired, headers.get(PAYMENT_REQUIRED.lower(), ""))


def checked_offer(
    desk: Desk, creator: Address, amount: Money, required: PaymentRequired, *, config: ChannelConfig | None
) -> ChannelRequirements | None:
    """Give the offer of a channel, if there is one; ``config``: of the channel that must not change any more.

    Raises ProblemError: payment.terms_changed for any other price, payee, token, chain, signer or delay.
    """
    offer = required.channel
    if offer is None:
        return None
    given, extra = (offer.network, offer.amount, offer.asset, offer.pay_to), offer.extra
    wanted = (
        network(desk.chain.chain_id),
        str(amount.micros),
        desk.chain.token,
        till_address(desk.chain.escrow, creator),
    )
    if given != wanted or (extra.name, extra.version) != (DOMAIN_NAME, DOMAIN_VERSION):
        raise ProblemError("payment.terms_changed")
    if config is None:
        is_fair = MIN_WITHDRAW_DELAY_S <= extra.withdraw_delay <= MAX_WITHDRAW_DELAY_S
        is_fair = is_fair and extra.receiver_authorizer != ZERO_ADDRESS
    else:
        ours = (config.receiver_authorizer, config.withdraw_delay_s)
        is_fair = (extra.receiver_authorizer, extra.withdraw_delay) == ours
    if not is_fair:
        raise ProblemError("payment.terms_changed")
    return offer
