"""Requests that come at once, to two workers of one node: the database decides, and nobody gets a 5xx."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from itertools import cycle

import httpx
from sqlalchemy import func, select

from services.chain.gateway import CreatorWithdrawn, Paid
from services.chain.hashing import sign_digest
from services.chain.orders import WithdrawOrder
from services.db.ledger import balance
from services.node.kyc.cases import ask, decide
from services.node.sales.booking import book_charges, sync
from services.node.tables import Channel, Charge, Entitlement, Sale, Tier
from services.units.address import bytes32
from services.units.money import Money
from tests.fixtures.chain import CREATOR, VIEWER, person
from tests.fixtures.node_caller import NodeCaller
from tests.fixtures.node_payer import channel_payer
from tests.fixtures.world import PRICE
from tests.fixtures.world_workers import Workers

MONEY = Money(5_000_000)


async def at_once(requests: Sequence[Awaitable[httpx.Response]]) -> Counter[int]:
    """Send all, and count the answers by their status; none may be a failure of the node."""
    answers = await asyncio.gather(*requests)
    failed = [answer.text for answer in answers if answer.status_code >= 500]
    assert not failed, failed[0]
    return Counter(answer.status_code for answer in answers)


def paid(workers: Workers) -> list[Paid]:
    chain = workers.worlds[0].chain
    return [event for event in chain.escrow_events(0, chain.head().number) if isinstance(event, Paid)]


def count(workers: Workers, table: type) -> int:
    with workers.worlds[0].node.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


async def test_thirty_two_tiers_at_once_are_three(workers: Workers) -> None:
    doors = await workers.doors(CREATOR)
    body = {"creator_id": CREATOR.address, "name": "Bronze", "price": "2.99", "perks": []}
    found = await at_once([door.http.post("/tiers/", json=body) for _, door in zip(range(32), cycle(doors))])
    assert found == {201: 3, 400: 29}
    assert count(workers, Tier) == 3


async def test_a_first_payment_sixteen_times_at_once_is_one_sale(workers: Workers) -> None:
    film = await workers.publish()
    workers.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    doors = await workers.doors(VIEWER)
    payment = doors[0].payment(await doors[0].offer(film.content))
    found = await at_once([door.pay(film.content, payment) for _, door in zip(range(16), cycle(doors))])
    assert found == {200: 16}
    assert (len(paid(workers)), count(workers, Sale)) == (1, 1)
    workers.verify_books()


async def test_signatures_that_differ_are_still_one_charge(workers: Workers) -> None:
    """Sixteen wallets' windows of one account: each signs anew for the same chunk."""
    film = await workers.publish()
    workers.chain.fund(VIEWER.address, usdc=MONEY, gas_wei=0)
    doors = await workers.doors(VIEWER)
    offer = await doors[0].offer(film.content)
    payments = [doors[0].payment(offer, valid_for_s=100 + number) for number in range(16)]
    found = await at_once([door.pay(film.content, one) for one, door in zip(payments, cycle(doors))])
    assert set(found) <= {200, 409}
    assert found[200] >= 1
    assert (len(paid(workers)), count(workers, Sale)) == (1, 1)
    workers.verify_books()


async def _viewer(workers: Workers, name: str) -> tuple[NodeCaller, ...]:
    who = person(name)
    workers.chain.fund(who.address, usdc=MONEY, gas_wei=0)
    return await workers.doors(who)


async def test_sixteen_pay_and_sixteen_stream_at_once(workers: Workers) -> None:
    """Sixteen viewers pay on the chain while sixteen others buy by voucher, each at both workers in turn."""
    film = await workers.publish()
    payers = [await _viewer(workers, f"payer {number}") for number in range(16)]
    streamers = [await _viewer(workers, f"streamer {number}") for number in range(16)]
    channels = [await channel_payer(doors[0], film.content) for doors in streamers]
    for channel in channels:
        assert (await channel.open(Money(200_000), chunk=1)).status_code == 200
    signed = [(doors, doors[0].payment(await doors[0].offer(film.content))) for doors in payers]
    buying = [doors[number % 2].pay(film.content, one) for number, (doors, one) in enumerate(signed)]
    for number, (channel, doors) in enumerate(zip(channels, streamers, strict=True)):
        channel.caller = doors[number % 2]
    found = await at_once([*buying, *(channel.buy(2) for channel in channels)])
    assert found == {200: 32}
    node = workers.worlds[1].node
    await asyncio.gather(*(asyncio.to_thread(sync, world.node) for world in workers.worlds))
    book_charges(node)
    assert (len(paid(workers)), count(workers, Charge), count(workers, Entitlement)) == (16, 32, 48)
    with node.database.read() as session:
        spent = [balance(session, f"payer:{doors[0].who.address}") for doors in (*payers, *streamers)]
        gross = balance(session, f"creator:{CREATOR.address}") + balance(session, f"pending:{CREATOR.address}")
        fees = balance(session, "platform") + balance(session, "pending:platform")
    assert spent == [-PRICE] * 16 + [-PRICE * 2] * 16
    assert gross + fees == PRICE * 48
    workers.verify_books()


async def test_one_viewer_who_pays_both_ways_at_once_pays_each_chunk_once(workers: Workers) -> None:
    film = await workers.publish(chunks=10)
    doors = await _viewer(workers, "both")
    channels = [
        await channel_payer(doors[0], film.content, salt=bytes32(number.to_bytes(32, "big"))) for number in (0, 1)
    ]
    for chunk, channel in enumerate(channels, start=1):
        assert (await channel.open(Money(200_000), chunk=chunk)).status_code == 200
    for chunk in range(3, 9):
        payment = doors[0].payment(await doors[0].offer(film.content, first=chunk))
        for channel, door in zip(channels, (doors[chunk % 2], doors[(chunk + 1) % 2]), strict=True):
            channel.caller = door
        ways = [doors[0].pay(film.content, payment), channels[0].buy(chunk), channels[1].buy(chunk)]
        found = await at_once(ways if chunk % 3 else ways[::-1])
        assert set(found) <= {200, 402, 409}
        assert found[200] >= 1
    bought = {event.first_chunk for event in paid(workers)}
    with workers.worlds[0].node.database.read() as session:
        charged = list(session.scalars(select(Charge.first_chunk)))
    assert sorted([*bought, *charged]) == list(range(1, 9))
    for world in workers.worlds:
        sync(world.node)
    workers.verify_books()


async def test_a_first_deposit_sixteen_times_at_once_is_one_channel_and_one_charge(workers: Workers) -> None:
    film = await workers.publish()
    doors = await _viewer(workers, "depositor")
    channel = await channel_payer(doors[0], film.content)
    payment = channel.payment(channel.deposit_payload(Money(200_000), channel.offer.money))
    requests = []
    for _, door in zip(range(16), cycle(doors)):
        channel.caller = door
        requests.append(asyncio.ensure_future(channel.send(payment, chunk=1)))
        await asyncio.sleep(0)
    found = await at_once(requests)
    assert set(found) <= {200, 402, 409}
    assert found[200] >= 1
    assert (count(workers, Channel), count(workers, Charge)) == (1, 1)
    with workers.worlds[1].node.database.read() as session:
        assert session.scalars(select(Channel)).one().balance == Money(200_000)


async def test_one_voucher_sixteen_times_at_once_is_one_charge(workers: Workers) -> None:
    film = await workers.publish()
    doors = await _viewer(workers, "streamer")
    channel = await channel_payer(doors[0], film.content)
    assert (await channel.open(Money(200_000), chunk=1)).status_code == 200
    total = channel.total
    requests = []
    for _, door in zip(range(16), cycle(doors)):
        channel.caller, channel.total = door, total
        requests.append(asyncio.ensure_future(channel.buy(2)))
        await asyncio.sleep(0)
    found = await at_once(requests)
    assert set(found) <= {200, 402}
    assert found[200] >= 1
    assert count(workers, Charge) == 2


async def test_collecting_and_withdrawing_twice_at_once_moves_the_money_once(workers: Workers) -> None:
    film = await workers.publish()
    doors = await _viewer(workers, "streamer")
    channel = await channel_payer(doors[0], film.content)
    assert (await channel.open(Money(200_000), chunk=1)).status_code == 200
    creators = await workers.doors(CREATOR)
    found = await at_once([door.do("POST", "/creators/collect") for _, door in zip(range(8), cycle(creators))])
    assert set(found) <= {200, 409}
    assert found[200] >= 1
    chain = workers.worlds[0].chain
    assert chain.creator_gross(CREATOR.address) == PRICE
    for world in workers.worlds:
        sync(world.node)
    with workers.worlds[0].node.database.read() as session:
        assert balance(session, f"creator:{CREATOR.address}") == chain.creator_balance(CREATOR.address)
    workers.verify_books()
    await _withdrawn_once(workers, creators)


async def _withdrawn_once(workers: Workers, creators: Sequence[NodeCaller]) -> None:
    node, chain = workers.worlds[0].node, workers.worlds[0].chain
    with node.database.write() as session:
        ask(node, session, CREATOR.address)
        decide(node, session, CREATOR.address, "verified", by=CREATOR.address, reason="")
    deadline, share = chain.head().timestamp + 300, chain.creator_balance(CREATOR.address)
    order = WithdrawOrder(
        chain_id=chain.chain_id, escrow=chain.escrow, creator=CREATOR.address, nonce=0, deadline=deadline
    )
    body = {"nonce": 0, "deadline": deadline, "signature": "0x" + sign_digest(order.digest, CREATOR.key).hex()}
    found = await at_once([door.do("POST", "/creators/withdraw", body) for _, door in zip(range(8), cycle(creators))])
    assert found == {200: 8}
    for world in workers.worlds:
        sync(world.node)
    withdrawn = [one for one in chain.escrow_events(0, chain.head().number) if isinstance(one, CreatorWithdrawn)]
    assert [one.amount for one in withdrawn] == [share]
    with node.database.read() as session:
        assert balance(session, f"creator:{CREATOR.address}") == Money(0)
        assert balance(session, f"withdrawn:{CREATOR.address}") == share
    workers.verify_books()
