"""Joining a tier, and paying its next period: the quote is checked, signed, on disk, and only then sent."""

from __future__ import annotations

from typing import Any

from anyio import to_thread

from services.chain.abi import read_uint
from services.chain.membership import Quote, Subscription, recover_seller, sign_subscription
from services.chain.orders import is_seller_call
from services.desk.context import Desk
from services.desk.memberships.delivery import deliver, settle
from services.desk.memberships.record import find, intent_of, write_signed
from services.desk.memberships.tables import MembershipPayment
from services.desk.money import in_flight
from services.units.address import Address
from services.units.membership import tier_word
from services.units.money import ZERO, Money
from services.wire.memberships import MembershipPaymentIn, QuoteOut
from services.wire.problems import ProblemError
from services.wire.x402 import Authorization, Payload

_VALIDITY_S = 300
# The chain's clock may lag behind the moment of the head that was read.
_BACKDATED_S = 60


def turn_name(creator: Address) -> str:
    """Name the turn of memberships of one creator's tiers: one payment at a time."""
    return f"membership {creator}"


async def ask_quote(desk: Desk, tier_id: str) -> QuoteOut:
    """Ask the desk's node what a tier costs this account now, and check that the Escrow would take the quote.

    Raises ProblemError: wallet.locked, tier.not_found, membership.not_sold, payment.terms_changed,
    payment.in_progress, node.unreachable, chain.unreachable.
    """
    quote = await desk.node.call(QuoteOut, "GET", "/memberships/quote", query={"tier_id": tier_id})
    await to_thread.run_sync(_check, desk, quote, tier_id)
    return quote


async def join(desk: Desk, tier_id: str, *, amount: Money, auto: bool = False) -> MembershipPayment:
    """Pay a tier at the desk's node if it costs what the person confirmed. It runs to its end, also when nobody waits.

    Raises ProblemError: payment.terms_changed (another sum), payment.insufficient, payment.unknown, budget.day,
    budget.creator, and as ask_quote does.
    """
    quote = await ask_quote(desk, tier_id)
    if quote.amount != amount:
        raise ProblemError("payment.terms_changed")
    return await desk.finish(_in_turn(desk, quote, auto=auto), "membership")


async def _in_turn(desk: Desk, quote: QuoteOut, *, auto: bool) -> MembershipPayment:
    async with desk.turn(turn_name(quote.creator)):
        row = await to_thread.run_sync(find, desk, intent_of(quote))
        if row is None or row.money == "released" or (row.money == "in_flight" and await _is_void(desk, row)):
            row = await to_thread.run_sync(lambda: _sign(desk, quote, auto=auto))
        await deliver(desk, row)
        return await to_thread.run_sync(find, desk, intent_of(quote)) or row


async def _is_void(desk: Desk, row: MembershipPayment) -> bool:
    return await settle(desk, row, otherwise=row.state)


def _check(desk: Desk, quote: QuoteOut, tier_id: str) -> None:
    """Refuse a quote that is for another, or that no seller of the creator signed."""
    if quote.viewer != desk.keyring.owner() or quote.tier_id != tier_id or quote.creator == quote.viewer:
        raise ProblemError("payment.terms_changed")
    seller = recover_seller(_quote(desk, quote), bytes.fromhex(quote.signature[2:]))
    if seller != quote.creator:
        known = desk.chain.ask(is_seller_call(desk.chain.escrow, quote.creator, seller))
        if read_uint(known) != 1:
            raise ProblemError("membership.not_sold", reason="seller")


def _quote(desk: Desk, quote: QuoteOut) -> Quote:
    try:
        return Quote(
            chain_id=desk.chain.chain_id,
            escrow=desk.chain.escrow,
            viewer=quote.viewer,
            creator=quote.creator,
            tier=tier_word(quote.tier_id),
            amount=quote.amount,
            until=quote.until,
            deadline=quote.deadline,
        )
    except ValueError as exc:
        raise ProblemError("payment.terms_changed") from exc


def _sign(desk: Desk, quote: QuoteOut, *, auto: bool) -> MembershipPayment:
    key, head = desk.keyring.key(), desk.chain.head()
    _check_balance(desk, quote)
    unsigned = Subscription(
        quote=_quote(desk, quote),
        quote_signature=bytes.fromhex(quote.signature[2:]),
        token=desk.chain.token,
        payer=desk.keyring.owner(),
        valid_after=max(0, head.timestamp - _BACKDATED_S),
        valid_before=min(head.timestamp + _VALIDITY_S, quote.deadline),
    )
    signed = sign_subscription(unsigned, key)
    # Books that were lost may have paid this period: then the token refuses what is signed now, and it is found.
    was_paid = desk.chain.authorization_used(signed.payer, signed.nonce)
    since = desk.chain.since_block if was_paid else head.number
    return write_signed(desk, quote, signed, _payment(signed), block=since, auto=auto)


def _payment(signed: Subscription) -> dict[str, Any]:
    message = Authorization(
        payer=signed.payer,
        to=signed.quote.escrow,
        value=str(signed.quote.amount.micros),
        valid_after=str(signed.valid_after),
        valid_before=str(signed.valid_before),
        nonce=signed.nonce,
    )
    payload = Payload(signature="0x" + signed.signature.hex(), authorization=message)
    given = MembershipPaymentIn(until=signed.quote.until, deadline=signed.quote.deadline, payload=payload)
    return given.model_dump(mode="json", by_alias=True)


def _check_balance(desk: Desk, quote: QuoteOut) -> None:
    with desk.database.read() as session:
        flying = in_flight(session)
    available = desk.chain.token_balance(desk.keyring.owner()) - flying
    if available < quote.amount:
        raise ProblemError("payment.insufficient", amount=quote.amount.micros, available=max(available, ZERO).micros)
