"""Memberships for tests: quotes, payments and a seller whom the creator appointed."""

from __future__ import annotations

from dataclasses import replace

from services.chain.calls import Call
from services.chain.demo.evm import Outcome
from services.chain.demo.genesis import PLATFORM
from services.chain.membership import Quote, Subscription, sign_quote, sign_subscription, subscribe_call
from services.chain.orders import appoint_pool_seller_call, appoint_seller_call
from services.units.address import bytes32
from services.units.money import Money
from tests.fixtures.chain import CREATOR, FOREVER, RELAYER, START, VIEWER, Person, Stage, person

SELLER = person("seller")
TIER = bytes32(b"\x03" * 32)
MONTH_S = 30 * 86_400
PRICE = 2_990_000


def quote(stage: Stage, **changes: object) -> Quote:
    """Make a quote: the viewer, the creator's tier, a month, $2.99."""
    made = Quote(
        chain_id=stage.chain_id,
        escrow=stage.escrow,
        viewer=VIEWER.address,
        creator=CREATOR.address,
        tier=TIER,
        amount=Money(PRICE),
        until=START + MONTH_S,
        deadline=START + 600,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def signed(stage: Stage, offer: Quote, *, seller: Person = SELLER, payer: Person = VIEWER) -> Subscription:
    """Sign a quote and its payment."""
    unsigned = Subscription(
        quote=offer,
        quote_signature=sign_quote(offer, seller.key),
        token=stage.token,
        payer=payer.address,
        valid_after=0,
        valid_before=FOREVER,
    )
    return sign_subscription(unsigned, payer.key)


def subscribe(stage: Stage, subscription: Subscription) -> Outcome:
    """Bring a subscription by a relayer."""
    return stage.send(subscribe_call(subscription), RELAYER.address)


def appoint(stage: Stage, *, seller: Person = SELLER, creator: Person = CREATOR, is_appointed: bool = True) -> None:
    """Let a seller sell for a creator, or no longer."""
    call = appoint_seller_call(stage.escrow, seller.address, is_appointed=is_appointed)
    assert stage.send(call, creator.address).is_ok


def fill_pool(stage: Stage, micros: int, *, until: int = START + MONTH_S) -> None:
    """Let the viewer buy the pooled pass for this much."""
    call: Call = appoint_pool_seller_call(stage.escrow, SELLER.address, is_appointed=True)
    assert stage.send(call, PLATFORM).is_ok
    offer = quote(stage, creator=stage.escrow, amount=Money(micros), until=until, deadline=FOREVER)
    assert subscribe(stage, signed(stage, offer)).is_ok
