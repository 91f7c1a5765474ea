"""Memberships at two workers at once: one quote, one payment, one fare, one refund."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import cycle

from sqlalchemy import func, select

from services.chain.authorization import TransferTerms, sign_transfer
from services.chain.gateway import Subscribed
from services.db.ledger import balance
from services.node.memberships.tables import Membership, MembershipPayment
from services.node.sales.booking import sync
from services.units.address import bytes32
from services.units.money import ZERO, Money
from services.wire.memberships import QuoteOut, RefundPaidIn
from services.wire.x402 import Authorization, Payload
from tests.fixtures.chain import CREATOR, VIEWER
from tests.fixtures.node_caller import NodeCaller
from tests.fixtures.world import PRICE
from tests.fixtures.world_members import appoint_at, make_tier, membership_payment, send_payment
from tests.fixtures.world_workers import Workers

MANY = 16
TIER = Money(2_990_000)


def subscribed(workers: Workers) -> list[Subscribed]:
    chain = workers.worlds[0].chain
    return [event for event in chain.escrow_events(0, chain.head().number) if isinstance(event, Subscribed)]


async def test_who_joins_many_times_at_once_joins_once_and_is_given_back_once(workers: Workers) -> None:
    (creator, *_), viewers = await workers.doors(CREATOR), await workers.doors(VIEWER)
    workers.chain.fund(VIEWER.address, usdc=Money(20_000_000), gas_wei=0)
    workers.chain.fund(CREATOR.address, usdc=Money(5_000_000), gas_wei=0)
    tier = await make_tier(creator, "Supporter")
    await appoint_at(creator)
    quote = await _one_quote(viewers, tier)
    payment = membership_payment(viewers[0], quote)
    joins = [send_payment(door, quote, payment) for _, door in zip(range(MANY), cycle(viewers), strict=False)]
    reads = [
        door.http.get(f"/subscriptions/{VIEWER.address}") for _, door in zip(range(MANY), cycle(viewers), strict=False)
    ]
    answers = await asyncio.gather(*joins, *reads)
    assert Counter(answer.status_code for answer in answers) == {200: 2 * MANY}
    assert len({answer.json()["transaction"] for answer in answers[:MANY]}) == 1
    for world in workers.worlds:
        await asyncio.to_thread(sync, world.node)
    assert len(subscribed(workers)) == 1
    with workers.worlds[1].node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 1
        assert session.scalar(select(MembershipPayment.state)) == "paid"
        assert balance(session, f"payer:{VIEWER.address}") == -TIER
    await _refunded_once(workers, creator, viewers, quote)
    workers.verify_books()


async def _one_quote(viewers: tuple[NodeCaller, ...], tier: str) -> QuoteOut:
    asked = [
        door.http.get("/memberships/quote", params={"tier_id": tier})
        for _, door in zip(range(MANY), cycle(viewers), strict=False)
    ]
    answers = await asyncio.gather(*asked)
    assert {answer.status_code for answer in answers} == {200}
    (quote,) = {QuoteOut.model_validate(answer.json()) for answer in answers}
    return quote


async def _refunded_once(
    workers: Workers, creator: NodeCaller, viewers: tuple[NodeCaller, ...], quote: QuoteOut
) -> None:
    asked = await asyncio.gather(
        *(
            door.http.post("/refunds", json={"receipt": quote.id})
            for _, door in zip(range(8), cycle(viewers), strict=False)
        )
    )
    assert {answer.status_code for answer in asked} == {200}
    chain, nonce = creator.world.chain, bytes32(asked[0].json()["nonce"])
    terms = TransferTerms(CREATOR.address, VIEWER.address, TIER, 0, chain.head().timestamp + 600, nonce)
    signature = sign_transfer(chain.chain_id, chain.token, terms, CREATOR.key)
    message = Authorization(
        payer=terms.payer, to=terms.payee, value=str(TIER.micros), valid_after="0",
        valid_before=str(terms.valid_before), nonce=nonce,
    )  # fmt: skip
    body = RefundPaidIn(payload=Payload(signature="0x" + signature.hex(), authorization=message))
    creators = await workers.doors(CREATOR)
    sent = body.model_dump(mode="json", by_alias=True)
    paid = await asyncio.gather(
        *(
            door.http.post(f"/refunds/{quote.id}/pay", json=sent)
            for _, door in zip(range(8), cycle(creators), strict=False)
        )
    )
    assert [answer.text for answer in paid if answer.status_code != 200] == []
    assert {answer.json()["state"] for answer in paid} == {"paid"}
    assert chain.token_balance(CREATOR.address) == Money(5_000_000) - TIER
    with workers.worlds[0].node.database.read() as session:
        assert balance(session, f"payer:{VIEWER.address}") == ZERO
        assert balance(session, f"refunded:{CREATOR.address}") == -TIER
    (lists,) = [(await viewers[1].http.get(f"/subscriptions/{VIEWER.address}")).json()]
    assert [one["state"] for one in lists] == ["refunded"]


async def test_a_fare_counts_once_whatever_is_quoted_at_once(workers: Workers) -> None:
    film = await workers.publish()
    (creator, *_), viewers = await workers.doors(CREATOR), await workers.doors(VIEWER)
    workers.chain.fund(VIEWER.address, usdc=Money(20_000_000), gas_wei=0)
    await appoint_at(creator)
    tiers = [
        await make_tier(creator, name, price=price) for name, price in (("A", "2.99"), ("B", "5.99"), ("C", "9.99"))
    ]
    covered = {"visibility": "chunks", "tiers": tiers}
    assert (await creator.http.put(f"/content/{film.content}/access", json=covered)).status_code == 200
    assert (await viewers[0].buy(film.content, first=1, count=3)).status_code == 200
    answers = await asyncio.gather(
        *(
            door.http.get("/memberships/quote", params={"tier_id": tier})
            for tier, door in zip(tiers * 4, cycle(viewers), strict=False)
        )
    )
    assert {answer.status_code for answer in answers} == {200}
    fares = {answer.json()["tier_id"]: Money(int(answer.json()["fare"])) for answer in answers}
    assert sorted(fares.values()) == [ZERO, ZERO, PRICE * 3]
