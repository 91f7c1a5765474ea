"""What the proxy accepts of a 402: USDC of its own chain, a price within the limits, and a creator's till as payee."""

from __future__ import annotations

from services.chain.authorization import DOMAIN_NAME, DOMAIN_VERSION
from services.chain.canonical import check_channels
from services.chain.channels import MIN_WITHDRAW_DELAY_S, ZERO_ADDRESS
from services.chain.till import till_address
from services.proxy.purse import Purse
from services.proxy.refusals import Reason, Refusal
from services.units.money import ZERO
from services.wire.problems import ProblemError
from services.wire.x402 import ChannelRequirements, ExactRequirements, PaymentRequired, network

MAX_WITHDRAW_DELAY_S = 86_400
"""An unspent deposit must be back within a day, whatever the node does."""
Offer = ChannelRequirements | ExactRequirements


def accept(purse: Purse, required: PaymentRequired) -> Offer:
    """Choose a way to pay and check it; nothing is signed for any other. Blocking. Raises Refusal."""
    channel = required.channel if purse.limits.by_channel else None
    offer: Offer | None = channel if channel is not None and may_deposit(purse) else required.exact
    if offer is None:
        raise _refusal("offers no way to pay that this proxy uses")
    _check(purse, required, offer)
    return offer


def is_same(before: Offer, after: Offer) -> bool:
    """Tell whether a later 402 asks for the same, whatever it corrects."""
    return _fixed(before) == _fixed(after)


def may_deposit(purse: Purse) -> bool:
    """Tell whether the channels' contracts on this chain are the ones that we know. Blocking. Raises Refusal."""
    if purse.memory.are_channels_ours is None:
        try:
            purse.memory.are_channels_ours = check_channels(purse.chain).is_offered
        except ProblemError as exc:
            raise Refusal(Reason.CHAIN, "The chain cannot be asked, and nothing is paid without it.") from exc
    return purse.memory.are_channels_ours


def _check(purse: Purse, required: PaymentRequired, offer: Offer) -> None:
    if offer.network != network(purse.chain.chain_id):
        raise _refusal(f"asks for money on {offer.network[:40]}, not on {network(purse.chain.chain_id)}")
    if (offer.asset, offer.extra.name, offer.extra.version) != (purse.chain.token, DOMAIN_NAME, DOMAIN_VERSION):
        raise _refusal("asks for another token than USDC")
    if offer.pay_to != _till(purse, required):
        raise _refusal("names a payee that is no creator's till of this chain's Escrow")
    try:
        amount = offer.money
    except ProblemError as exc:
        raise _refusal("asks for an impossible amount") from exc
    if amount <= ZERO:
        raise _refusal("asks for nothing")
    if amount > purse.limits.per_request:
        most = purse.limits.per_request.dollars
        raise Refusal(Reason.PRICE, f"This costs ${amount.dollars}; the most for one request is ${most}.")
    if isinstance(offer, ChannelRequirements):
        extra = offer.extra
        is_fair = MIN_WITHDRAW_DELAY_S <= extra.withdraw_delay <= MAX_WITHDRAW_DELAY_S
        if not is_fair or extra.receiver_authorizer == ZERO_ADDRESS:
            raise _refusal("wants a channel that could keep a deposit for longer than a day")


def _till(purse: Purse, required: PaymentRequired) -> str | None:
    """Give the till of the creator whom the offer names; None when it names none, or another Escrow's."""
    bound = required.escrow
    if bound is None or bound.pay_to != purse.chain.escrow:
        return None
    return till_address(purse.chain.escrow, bound.extra.creator)


def _fixed(offer: Offer) -> tuple[object, ...]:
    common = (offer.scheme, offer.network, offer.amount, offer.asset, offer.pay_to)
    if isinstance(offer, ExactRequirements):
        return common
    return (*common, offer.extra.receiver_authorizer, offer.extra.withdraw_delay)


def _refusal(what: str) -> Refusal:
    return Refusal(Reason.OFFER, f"The node {what}. Nothing was signed.")
