"""Escrow.subscribe and its sellers, case by case: trees/escrow_subscribe.tree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.chain.abi import selector, topic
from services.chain.authorization import sign_authorization
from services.chain.calls import pay_call
from services.chain.demo.genesis import PLATFORM, escrow_creation
from services.chain.gateway import Subscribed
from services.chain.membership import (
    paid_until_call,
    recover_seller,
    sign_subscription,
    subscribe_call,
    subscription_nonce_call,
)
from services.chain.orders import (
    AppointOrder,
    appoint_pool_seller_call,
    appoint_seller_call,
    is_seller_call,
    order_nonce_call,
)
from services.chain.pool import pool_balance_call
from services.units.address import Address, address, bytes32
from services.units.money import Money
from tests.contracts.ledger import balance, error_of, events_of, money, number_of, platform, stop_sales
from tests.contracts.memberships import MONTH_S, PRICE, SELLER, TIER, appoint, fill_pool, quote, signed, subscribe
from tests.contracts.tokens import REENTERING_TOKEN, malleated
from tests.fixtures.chain import CREATOR, RELAYER, START, STRANGER, VIEWER, Person, Stage

NOBODY = address("0x" + 40 * "0")


def is_seller(stage: Stage, seller: Address, creator: Address = CREATOR.address) -> bool:
    return stage.number_of(is_seller_call(stage.escrow, creator, seller)) == 1


def paid_until(stage: Stage, *, viewer: Address = VIEWER.address, creator: Address = CREATOR.address) -> int:
    return stage.number_of(paid_until_call(stage.escrow, viewer, creator, TIER))


def order(stage: Stage, **changes: object) -> AppointOrder:
    made = AppointOrder(
        chain_id=stage.chain_id,
        escrow=stage.escrow,
        creator=CREATOR.address,
        seller=SELLER.address,
        is_appointed=True,
        nonce=0,
        deadline=START,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_it_lets_the_creator_appoint_and_dismiss(stage: Stage) -> None:
    assert not is_seller(stage, SELLER.address)
    appoint(stage)
    assert is_seller(stage, SELLER.address)
    appoint(stage, is_appointed=False)
    assert not is_seller(stage, SELLER.address)


def test_it_takes_the_creator_s_signature_from_anyone(stage: Stage) -> None:
    outcome = stage.send(order(stage).signed_call(CREATOR.key), RELAYER.address)
    assert outcome.is_ok
    assert [log.topics[0] for log in outcome.logs] == [topic("SellerAppointed(address,address)")]
    assert is_seller(stage, SELLER.address)
    dismissal = order(stage, is_appointed=False, nonce=1).signed_call(CREATOR.key)
    outcome = stage.send(dismissal, RELAYER.address)
    assert [log.topics[0] for log in outcome.logs] == [topic("SellerDismissed(address,address)")]
    assert not is_seller(stage, SELLER.address)


def test_it_refuses_a_signature_of_somebody_else(stage: Stage) -> None:
    outcome = stage.send(order(stage).signed_call(SELLER.key), SELLER.address)
    assert error_of(outcome) == ("InvalidOrder", (number_of(CREATOR.address),))
    for changed in ({"chain_id": 5042}, {"escrow": STRANGER.address}, {"nonce": 1}, {"seller": STRANGER.address}):
        forged = order(stage, **changed).signed_call(CREATOR.key).data
        data = bytearray(order(stage).signed_call(CREATOR.key).data)
        data[-96:] = forged[-96:]
        outcome = stage.send(replace(order(stage).signed_call(CREATOR.key), data=bytes(data)), SELLER.address)
        assert error_of(outcome)[0] == "InvalidOrder"


def test_it_refuses_an_order_after_its_deadline(stage: Stage) -> None:
    late = order(stage, deadline=START - 1).signed_call(CREATOR.key)
    assert error_of(stage.send(late, RELAYER.address)) == ("OrderExpired", (START - 1,))


def test_it_takes_an_order_once(stage: Stage) -> None:
    call = order(stage).signed_call(CREATOR.key)
    assert stage.send(call, RELAYER.address).is_ok
    appoint(stage, is_appointed=False)
    assert error_of(stage.send(call, RELAYER.address))[0] == "InvalidOrder"
    assert stage.number_of(order_nonce_call(stage.escrow, CREATOR.address)) == 1


def test_it_refuses_a_seller_at_the_zero_address(stage: Stage) -> None:
    call = appoint_seller_call(stage.escrow, NOBODY, is_appointed=True)
    assert error_of(stage.send(call, CREATOR.address))[0] == "ZeroAddress"


def test_it_lets_only_the_owner_appoint_for_the_pool(stage: Stage) -> None:
    call = appoint_pool_seller_call(stage.escrow, SELLER.address, is_appointed=True)
    outcome = stage.send(call, CREATOR.address)
    assert error_of(outcome) == ("OwnableUnauthorizedAccount", (number_of(CREATOR.address),))
    assert stage.send(call, PLATFORM).is_ok
    assert is_seller(stage, SELLER.address, creator=stage.escrow)


def test_it_tells_who_sells(stage: Stage) -> None:
    appoint(stage)
    found = {one.name: is_seller(stage, one.address) for one in (CREATOR, SELLER, STRANGER)}
    assert found == {"creator": True, "seller": True, "stranger": False}
    assert not is_seller(stage, NOBODY, creator=NOBODY)


@pytest.mark.parametrize("missing", ["viewer", "creator"])
def test_it_refuses_a_zero_viewer_or_creator(stage: Stage, missing: str) -> None:
    appoint(stage)
    offer = quote(stage, **{missing: NOBODY})
    assert error_of(subscribe(stage, signed(stage, offer)))[0] == "ZeroAddress"


def test_it_refuses_a_quote_after_its_deadline(stage: Stage) -> None:
    appoint(stage)
    assert error_of(subscribe(stage, signed(stage, quote(stage, deadline=START - 1)))) == ("QuoteExpired", (START - 1,))
    assert subscribe(stage, signed(stage, quote(stage, deadline=START))).is_ok


@pytest.mark.parametrize("seller", [SELLER, VIEWER, STRANGER], ids=lambda one: one.name)
def test_it_refuses_a_quote_that_nobody_appointed_signed(stage: Stage, seller: Person) -> None:
    before = money(stage, VIEWER.address)
    outcome = subscribe(stage, signed(stage, quote(stage), seller=seller))
    assert error_of(outcome) == ("NotASeller", (number_of(seller.address), number_of(CREATOR.address)))
    assert (money(stage, VIEWER.address), paid_until(stage)) == (before, 0)


def test_it_refuses_a_seller_of_another_creator(stage: Stage) -> None:
    appoint(stage, creator=STRANGER)
    assert error_of(subscribe(stage, signed(stage, quote(stage))))[0] == "NotASeller"


def test_it_refuses_a_dismissed_seller(stage: Stage) -> None:
    appoint(stage)
    appoint(stage, is_appointed=False)
    assert error_of(subscribe(stage, signed(stage, quote(stage))))[0] == "NotASeller"


@pytest.mark.parametrize(
    "change",
    [
        {"viewer": STRANGER.address},
        {"tier": bytes32(b"\x04" * 32)},
        {"amount": Money(1)},
        {"until": START + 2 * MONTH_S},
        {"deadline": START + 601},
    ],
    ids=lambda change: next(iter(change)),
)
def test_it_refuses_any_change_under_the_seller_s_signature(stage: Stage, change: dict[str, object]) -> None:
    appoint(stage)
    honest = signed(stage, quote(stage))
    forged = replace(signed(stage, quote(stage, **change)), quote_signature=honest.quote_signature)
    assert error_of(subscribe(stage, forged))[0] == "NotASeller"


@pytest.mark.parametrize("place", [{"chain_id": 5042}, {"escrow": STRANGER.address}], ids=lambda one: next(iter(one)))
def test_it_refuses_a_quote_for_another_escrow_or_chain(stage: Stage, place: dict[str, object]) -> None:
    appoint(stage)
    elsewhere = signed(stage, quote(stage, **place))
    forged = replace(signed(stage, quote(stage)), quote_signature=elsewhere.quote_signature)
    assert error_of(subscribe(stage, forged))[0] == "NotASeller"


def test_it_refuses_a_malformed_quote_signature(stage: Stage) -> None:
    appoint(stage)
    honest = signed(stage, quote(stage))
    for bad in (b"", honest.quote_signature[:64], malleated(honest.quote_signature), bytes(65)):
        outcome = subscribe(stage, replace(honest, quote_signature=bad))
        assert error_of(outcome) == ("NotASeller", (0, number_of(CREATOR.address)))
    assert recover_seller(honest.quote, honest.quote_signature) == SELLER.address


def test_it_refuses_a_zero_amount(stage: Stage) -> None:
    appoint(stage)
    offer = quote(stage)
    object.__setattr__(offer, "amount", Money(0))
    assert error_of(subscribe(stage, signed(stage, offer)))[0] == "ZeroAmount"


@pytest.mark.parametrize("until", [START, START - 1, 1])
def test_it_refuses_an_end_in_the_past(stage: Stage, until: int) -> None:
    appoint(stage)
    assert error_of(subscribe(stage, signed(stage, quote(stage, until=until)))) == ("NotLater", (0,))


def test_it_refuses_an_end_that_is_paid_already(stage: Stage) -> None:
    appoint(stage)
    assert subscribe(stage, signed(stage, quote(stage))).is_ok
    for until in (START + MONTH_S, START + MONTH_S - 1):
        again = signed(stage, quote(stage, until=until), payer=VIEWER)
        assert error_of(subscribe(stage, again)) == ("NotLater", (START + MONTH_S,))


def test_it_refuses_another_amount_than_quoted(stage: Stage) -> None:
    appoint(stage)
    honest = signed(stage, quote(stage))
    cheap = sign_subscription(replace(honest, quote=quote(stage, amount=Money(5))), VIEWER.key)
    data = subscribe_call(honest).data
    forged = bytearray(subscribe_call(cheap).data)
    forged[4 : 4 + 6 * 32] = data[4 : 4 + 6 * 32]  # the honest quote, and the payment of another
    outcome = stage.send(replace(subscribe_call(honest), data=bytes(forged)), RELAYER.address)
    assert error_of(outcome) == ("WrongAmount", (PRICE, 5))


def test_it_refuses_an_authorization_for_another_period(stage: Stage) -> None:
    appoint(stage)
    short, long = quote(stage), quote(stage, until=START + 2 * MONTH_S)
    forged = replace(signed(stage, long), signature=signed(stage, short).signature)
    assert error_of(subscribe(stage, forged))[1] == ("FiatTokenV2: invalid signature",)
    pays_chunks = sign_authorization(stage.terms(micros=PRICE), VIEWER.key)
    forged = replace(signed(stage, short), signature=pays_chunks.signature)
    assert error_of(subscribe(stage, forged))[1] == ("FiatTokenV2: invalid signature",)


def test_it_refuses_to_charge_one_period_twice_at_two_prices(stage: Stage) -> None:
    first, second = signed(stage, quote(stage)), signed(stage, quote(stage, amount=Money(PRICE - 1)))
    assert first.nonce == second.nonce


def test_it_refuses_while_sales_are_stopped(stage: Stage) -> None:
    appoint(stage)
    assert stop_sales(stage).is_ok
    assert error_of(subscribe(stage, signed(stage, quote(stage))))[0] == "SalesPaused"
    assert stop_sales(stage, name="resumeSales()").is_ok
    assert subscribe(stage, signed(stage, quote(stage))).is_ok


def test_it_refuses_to_be_reentered(stage: Stage) -> None:
    callback = int.from_bytes(selector("withdrawPlatform()") + bytes(28), "big")
    token = stage.install("0x" + "ee" * 20, REENTERING_TOKEN, {0: callback})
    escrow = stage.deploy(escrow_creation(token, platform=PLATFORM, owner=PLATFORM, distribution_delay_s=0)).created
    assert escrow is not None
    inner = Stage(stage.evm, escrow, token=token, number=stage.number)
    appoint(inner)
    for months in (1, 2):  # at the second payment the platform has a balance, so only the guard can stop it
        offer = quote(inner, until=START + months * MONTH_S)
        assert subscribe(inner, signed(inner, offer)).is_ok
        assert stage.evm.storage(token, 1) == 2


def test_it_records_the_end_and_credits_the_creator(stage: Stage) -> None:
    appoint(stage)
    assert subscribe(stage, signed(stage, quote(stage))).is_ok
    assert paid_until(stage) == START + MONTH_S
    assert (balance(stage), platform(stage)) == (2_691_000, 299_000)
    assert money(stage, stage.escrow) == PRICE


def test_it_emits_subscribed(stage: Stage) -> None:
    appoint(stage)
    paid = signed(stage, quote(stage))
    (event,) = events_of(stage, subscribe(stage, paid))
    assert isinstance(event, Subscribed)
    assert (event.viewer, event.creator, event.tier, event.payer) == (
        VIEWER.address,
        CREATOR.address,
        TIER,
        VIEWER.address,
    )
    assert (event.until, event.nonce) == (START + MONTH_S, paid.nonce)
    assert (event.amount, event.creator_share, event.platform_share) == (Money(PRICE), Money(2_691_000), Money(299_000))


def test_it_takes_the_creator_s_own_signature(stage: Stage) -> None:
    assert subscribe(stage, signed(stage, quote(stage), seller=CREATOR)).is_ok


def test_it_lets_somebody_else_pay_for_the_viewer(stage: Stage) -> None:
    stage.mint(STRANGER.address, PRICE)
    appoint(stage)
    assert subscribe(stage, signed(stage, quote(stage), payer=STRANGER)).is_ok
    assert (paid_until(stage), paid_until(stage, viewer=STRANGER.address)) == (START + MONTH_S, 0)
    assert money(stage, STRANGER.address) == 0


def test_it_extends_a_membership(stage: Stage) -> None:
    appoint(stage)
    for months in (1, 2, 3):
        assert subscribe(stage, signed(stage, quote(stage, until=START + months * MONTH_S))).is_ok
        assert paid_until(stage) == START + months * MONTH_S
    assert balance(stage) + platform(stage) == 3 * PRICE


def test_it_keeps_tiers_and_creators_apart(stage: Stage) -> None:
    appoint(stage)
    appoint(stage, creator=STRANGER)
    assert subscribe(stage, signed(stage, quote(stage))).is_ok
    assert subscribe(stage, signed(stage, quote(stage, tier=bytes32(b"\x04" * 32)))).is_ok
    assert subscribe(stage, signed(stage, quote(stage, creator=STRANGER.address))).is_ok
    assert paid_until(stage, creator=STRANGER.address) == START + MONTH_S
    assert stage.number_of(paid_until_call(stage.escrow, VIEWER.address, CREATOR.address, bytes32(bytes(32)))) == 0


def test_it_returns_the_nonce_that_it_computed(stage: Stage) -> None:
    appoint(stage)
    paid = signed(stage, quote(stage))
    assert bytes32(stage.ask(subscription_nonce_call(VIEWER.address, paid.quote))) == paid.nonce
    assert bytes32(subscribe(stage, paid).output) == paid.nonce
    assert stage.send(pay_call(stage.signed()), RELAYER.address).is_ok


def test_it_leaves_the_pass_s_money_in_the_pool_unsplit(stage: Stage) -> None:
    fill_pool(stage, 9_990_000)
    assert stage.number_of(pool_balance_call(stage.escrow)) == 9_990_000
    assert (platform(stage), balance(stage, stage.escrow)) == (0, 0)
    assert paid_until(stage, creator=stage.escrow) == START + MONTH_S
