"""Memberships: quoted by the node, paid into the Escrow, and open as long as the chain says."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from services.chain.abi import read_uint
from services.chain.book import MemoryTransactionBook
from services.chain.gateway import Subscribed
from services.chain.membership import paid_until_call, subscribe_call
from services.chain.relayer import OwnKeyRelayer
from services.db.ledger import balance
from services.desk.memberships.refunds import pay as pay_refund
from services.node.memberships.tables import KeyReceipt
from services.units.ids import IntentId, purchase_intent
from services.units.membership import PERIOD_S, tier_word
from services.units.money import Money
from services.wire.memberships import FareOut
from services.wire.tiers import TierOut
from tests.fixtures.chain import STRANGER, VIEWER, HandClock
from tests.fixtures.node_caller import NodeCaller, at_the_door
from tests.fixtures.node_payer import channel_payer
from tests.fixtures.world import PRICE, RunningWorld
from tests.fixtures.world_members import (
    ask_quote,
    give,
    join,
    membership_payment,
    sell_tier,
    send_payment,
    subscription_of,
)

MONTH = timedelta(seconds=PERIOD_S)


def subscribed(running: RunningWorld) -> list[Subscribed]:
    gateway = running.world.chain
    events = gateway.escrow_events(0, gateway.head().number)
    return [event for event in events if isinstance(event, Subscribed)]


async def restrict(running: RunningWorld, content: str, visibility: str, *tiers: str) -> None:
    desk = running.desk("creator")
    await desk.node.send("PUT", f"/content/{content}/access", body={"visibility": visibility, "tiers": list(tiers)})


async def mine(caller: NodeCaller) -> list[dict[str, object]]:
    answer = await caller.http.get(f"/subscriptions/{caller.who.address}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()
    return found


async def test_a_tier_is_joined_on_the_chain_and_opens_its_items(running: RunningWorld, hand_clock: HandClock) -> None:
    tier, film = await sell_tier(running), await running.publish()
    await restrict(running, film.content, "members", tier.id)
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        made = await join(viewer, tier.id)
        until = int((hand_clock.now() + MONTH).timestamp())
        chain, creator = running.world.chain, running.desk("creator").keyring.owner()
        word = paid_until_call(chain.escrow, VIEWER.address, creator, tier_word(tier.id))
        assert read_uint(chain.ask(word)) == until
        (event,) = subscribed(running)
        assert (event.tx, event.until, event.amount) == (made["transaction"], until, Money(2_990_000))
        (row,) = await mine(viewer)
        assert (row["state"], row["renews"], row["renewals"]) == ("active", True, 0)
        opened = await viewer.http.get(f"/content/{film.content}/member-keys")
        assert [key["key"] for key in opened.json()["keys"]] == list(film.keys)
        streamed = await viewer.http.post(f"/content/{film.content}/stream", json={"chunk": 3})
        assert streamed.json()["keys"] == [{"index": 3, "key": film.keys[3]}]
        assert (streamed.json()["amount"], streamed.json()["transaction"]) == ("0", None)
        # What is lent is not owned.
        owned = await viewer.http.get(f"/content/{film.content}/keys")
        assert [key["index"] for key in owned.json()["keys"]] == [0]
        hand_clock.advance(MONTH + timedelta(seconds=1))
        await viewer.sign_in()
        (lapsed,) = await mine(viewer)
        assert lapsed["state"] == "lapsed"
        refused = await viewer.http.post(f"/content/{film.content}/stream", json={"chunk": 3})
        assert (refused.status_code, refused.json()["code"]) == (403, "content.members_only")
        assert refused.json()["params"]["tiers"] == tier.id
    with running.world.node.database.read() as session:
        assert session.scalar(select(func.count()).select_from(KeyReceipt)) == 1
        assert balance(session, f"creator:{creator}") == event.creator_share
        assert balance(session, "platform") == event.platform_share == Money(299_000)
        assert balance(session, f"payer:{VIEWER.address}") == -event.amount
    await running.assert_reconciled()


async def test_a_payment_is_taken_once_whoever_repeats_it(running: RunningWorld) -> None:
    tier = await sell_tier(running)
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        quote = await ask_quote(viewer, tier.id)
        assert quote == await ask_quote(viewer, tier.id)
        payment = membership_payment(viewer, quote)
        answers = await asyncio.gather(*(send_payment(viewer, quote, payment) for _ in range(4)))
        again = await send_payment(viewer, quote, membership_payment(viewer, quote, valid_for_s=200))
        assert {answer.status_code for answer in (*answers, again)} == {200}
        assert len({answer.json()["transaction"] for answer in (*answers, again)}) == 1
    assert len(subscribed(running)) == 1
    running.verify_books()


async def test_only_what_was_quoted_is_taken(running: RunningWorld) -> None:
    tier = await sell_tier(running)
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        quote = await ask_quote(viewer, tier.id)
        cheap = membership_payment(viewer, quote, amount=Money(1))
        longer = membership_payment(viewer, quote, until=quote.until + 1)
        for wrong in (cheap, longer, longer.model_copy(update={"until": quote.until + 1})):
            assert (await send_payment(viewer, quote, wrong)).json()["code"] == "payment.terms_changed"
        other = membership_payment(viewer, quote)
        forged = other.payload.authorization.model_copy(update={"payer": STRANGER.address})
        stolen = other.model_copy(update={"payload": other.payload.model_copy(update={"authorization": forged})})
        assert (await send_payment(viewer, quote, stolen)).json()["code"] == "payment.terms_changed"
        # Nobody joins in another's name, and nobody reads another's list.
        assert (await send_payment(stranger, quote, other)).status_code == 409
        body = {"user_id": VIEWER.address, "tier_id": tier.id}
        assert (await stranger.http.post("/subscribe/", json=body)).status_code == 403
        assert (await stranger.http.get(f"/subscriptions/{VIEWER.address}")).status_code == 403
        unpaid = await viewer.http.post("/subscribe/", json={"tier_id": tier.id})
        assert (unpaid.status_code, unpaid.json()["code"]) == (402, "payment.required")
    assert subscribed(running) == []


async def test_a_quote_ends_and_no_money_is_no_membership(running: RunningWorld, hand_clock: HandClock) -> None:
    tier = await sell_tier(running)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        quote = await ask_quote(viewer, tier.id)
        poor = await send_payment(viewer, quote, membership_payment(viewer, quote))
        assert (poor.status_code, poor.json()["code"]) == (402, "payment.insufficient")
        hand_clock.advance(timedelta(seconds=700))
        running.chain.fund(VIEWER.address, usdc=Money(3_000_000), gas_wei=0)
        late = await send_payment(viewer, quote, membership_payment(viewer, quote))
        assert (late.status_code, late.json()["code"]) == (402, "payment.refused")
        assert (await join(viewer, tier.id))["amount"] == "2990000"


async def test_who_is_not_appointed_quotes_nothing(running: RunningWorld) -> None:
    desk = running.desk("creator")
    body = {"creator_id": desk.keyring.owner(), "name": "Early", "price": 2.99, "perks": []}
    made = (await desk.node.send("POST", "/tiers/", body=body)).json()
    async with at_the_door(running.world, VIEWER) as (viewer,):
        refused = await viewer.http.get("/memberships/quote", params={"tier_id": made["id"]})
        assert (refused.json()["code"], refused.json()["params"]["reason"]) == ("membership.not_sold", "seller")
        unknown = await viewer.http.get("/memberships/quote", params={"tier_id": "0" * 32})
        assert unknown.json()["code"] == "tier.not_found"
    tier = await sell_tier(running)
    own = await desk.node.send("GET", "/tiers/" + desk.keyring.owner())
    assert {row["id"] for row in own.json()} == {made["id"], tier.id}


async def test_renewal_upgrade_and_downgrade_are_priced_by_what_is_left(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    small, large = await sell_tier(running), await sell_tier(running, price="5.99", name="Patron")
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        joined = await join(viewer, small.id)
        hand_clock.advance(timedelta(days=20))
        await viewer.sign_in()
        renewal = await ask_quote(viewer, small.id)
        first_end = int((hand_clock.now() + timedelta(days=10)).timestamp())
        assert (renewal.kind, renewal.until, renewal.amount) == ("renew", first_end + PERIOD_S, Money(2_990_000))
        # What is shown before a quote is asked for is what the quote says.
        shown = {fare.tier_id: (fare.kind, fare.due, fare.counted) for fare in await _fares(viewer, small)}
        assert shown == {
            small.id: ("renew", Money(2_990_000), Money(0)),
            large.id: ("upgrade", Money(1_000_000), Money(0)),
        }
        upgrade = await ask_quote(viewer, large.id)
        # Three dollars more a period, for a third of one.
        assert (upgrade.kind, upgrade.until, upgrade.amount) == ("upgrade", first_end, Money(1_000_000))
        assert (await send_payment(viewer, upgrade, membership_payment(viewer, upgrade))).status_code == 200
        rows = {str(row["tier_id"]): row for row in await mine(viewer)}
        assert (rows[small.id]["state"], rows[small.id]["reason"]) == ("ending", "upgraded")
        assert (rows[large.id]["state"], rows[large.id]["paid_until"]) == ("active", rows[small.id]["paid_until"])
        assert [fare.kind for fare in await _fares(viewer, small) if fare.tier_id == small.id] == ["renew"]
        back = await ask_quote(viewer, small.id)
        assert back.until == renewal.until
        later = await viewer.http.post(f"/subscriptions/{rows[large.id]['id']}/change", json={"tier_id": small.id})
        assert later.json()["next_tier"] == small.id
    assert joined["membership"]["tier_name"] == "Supporter"
    await running.assert_reconciled()


async def test_fares_of_the_month_count_toward_the_tier_once(running: RunningWorld) -> None:
    tier, other = await sell_tier(running), await sell_tier(running, name="Another")
    film, uncovered = await running.publish(), await running.publish()
    await restrict(running, film.content, "chunks", tier.id, other.id)
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        for content, first in ((film.content, 1), (film.content, 2), (uncovered.content, 1)):
            assert (await viewer.buy(content, first=first)).status_code == 200
        both = {tier.id: PRICE * 2, other.id: PRICE * 2}
        assert {fare.tier_id: fare.counted for fare in await _fares(viewer, tier)} == both
        quote = await ask_quote(viewer, tier.id)
        assert (quote.price, quote.fare, quote.amount) == (Money(2_990_000), PRICE * 2, Money(2_970_000))
        # The first quote may still be paid: its fares do not count twice, and who only asked is shown the same still.
        assert {fare.tier_id: fare.counted for fare in await _fares(viewer, tier)} == both | {other.id: Money(0)}
        assert (await ask_quote(viewer, other.id)).fare == Money(0)
        assert (await send_payment(viewer, quote, membership_payment(viewer, quote))).status_code == 200
        assert (await ask_quote(viewer, tier.id)).fare == Money(0)


async def _fares(viewer: NodeCaller, tier: TierOut) -> tuple[FareOut, ...]:
    answer = await viewer.http.get(f"/creators/{tier.creator}/fares")
    return tuple(FareOut.model_validate(one) for one in answer.json())


async def test_who_cancels_stays_to_the_end(running: RunningWorld, hand_clock: HandClock) -> None:
    tier, film = await sell_tier(running), await running.publish()
    await restrict(running, film.content, "members", tier.id)
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        made = await join(viewer, tier.id)
        path = f"/subscriptions/{made['membership']['id']}"
        assert (await stranger.http.post(f"{path}/cancel")).status_code == 404
        cancelled = (await viewer.http.post(f"{path}/cancel")).json()
        assert (cancelled["state"], cancelled["reason"]) == ("ending", "cancelled")
        assert (await viewer.http.get(f"/content/{film.content}/member-keys")).status_code == 200
        assert (await viewer.http.post(f"{path}/resume")).json()["state"] == "active"
        hand_clock.advance(MONTH)
        await viewer.sign_in()
        assert (await viewer.http.get(f"/content/{film.content}/member-keys")).status_code == 403


async def test_an_archived_tier_keeps_its_members_and_takes_no_more(running: RunningWorld) -> None:
    tier, film = await sell_tier(running), await running.publish()
    await restrict(running, film.content, "members", tier.id)
    give(running, VIEWER.address)
    desk = running.desk("creator")
    async with at_the_door(running.world, VIEWER, STRANGER) as (viewer, stranger):
        await join(viewer, tier.id)
        assert (await stranger.http.post(f"/tiers/{tier.id}/archive")).status_code == 404
        await desk.node.send("POST", f"/tiers/{tier.id}/archive")
        (row,) = await mine(viewer)
        assert (row["state"], row["reason"]) == ("ending", "archived")
        assert (await viewer.http.get(f"/content/{film.content}/member-keys")).status_code == 200
        for caller in (viewer, stranger):
            refused = await caller.http.get("/memberships/quote", params={"tier_id": tier.id})
            assert refused.json()["params"] == {"reason": "archived"}
    # Its place among the three is free again.
    for name in ("One", "Two", "Three"):
        await sell_tier(running, name=name)
    members = (await desk.node.send("GET", "/members")).json()
    assert [(one["viewer"], one["state"]) for one in members] == [(VIEWER.address, "ending")]


async def test_a_payment_brought_by_others_is_found(running: RunningWorld) -> None:
    """Anybody may bring both signatures to the Escrow: the node then finds the membership on the chain."""
    tier = await sell_tier(running)
    for who in (VIEWER, STRANGER):
        give(running, who.address)
    running.chain.fund(STRANGER.address, usdc=Money(0), gas_wei=10**18)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        quote = await ask_quote(viewer, tier.id)
        payment = membership_payment(viewer, quote, payer=STRANGER)
        around = OwnKeyRelayer(running.world.chain, STRANGER.key, MemoryTransactionBook())
        tx = around.submit(IntentId("0" * 64), subscribe_call(subscription_of(viewer, quote, payment)))
        assert around.wait(tx, 60).is_ok
        answer = await send_payment(viewer, quote, payment)
        assert (answer.status_code, answer.json()["transaction"]) == (200, tx)
        assert [row["state"] for row in await mine(viewer)] == ["active"]
    assert len(subscribed(running)) == 1


async def test_an_upgrade_is_priced_by_the_dearest_tier_and_its_own_end(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    small, middle = await sell_tier(running), await sell_tier(running, price="5.99", name="Patron")
    large = await sell_tier(running, price="9.99", name="Producer")
    give(running, VIEWER.address)
    async with at_the_door(running.world, VIEWER) as (viewer,):
        await join(viewer, middle.id)
        hand_clock.advance(timedelta(days=15))
        await viewer.sign_in()
        later = await ask_quote(viewer, small.id)
        half = int((hand_clock.now() + timedelta(days=15)).timestamp())
        assert (later.kind, later.until, later.amount) == ("downgrade", half + PERIOD_S, Money(2_990_000))
        assert (await send_payment(viewer, later, membership_payment(viewer, later))).status_code == 200
        upgrade = await ask_quote(viewer, large.id)
        assert (upgrade.kind, upgrade.until, upgrade.amount) == ("upgrade", half, Money(2_000_000))
        rows = {row["tier_id"]: (row["state"], row["reason"]) for row in await mine(viewer)}
        assert rows == {small.id: ("active", ""), middle.id: ("ending", "changed")}


async def test_purchases_of_both_kinds_are_given_back(running: RunningWorld) -> None:
    film, desk = await running.publish(), running.desk("creator")
    give(running, VIEWER.address)
    give(running, desk.keyring.owner())
    async with at_the_door(running.world, VIEWER) as (viewer,):
        payer = await channel_payer(viewer, film.content)
        assert (await viewer.buy(film.content, first=1)).status_code == 200
        assert (await payer.open(Money(100_000), chunk=2)).status_code == 200
        sale = purchase_intent(payer=VIEWER.address, content=film.content, first_chunk=1, chunk_count=1)
        for receipt in (sale, f"{payer.id}:{payer.total.micros}"):
            asked = await viewer.http.post("/refunds", json={"receipt": receipt, "reason": " Too \n dark "})
            assert (asked.json()["amount"], asked.json()["reason"]) == (str(PRICE.micros), "Too dark")
            await pay_refund(desk, receipt, PRICE)
            assert (await viewer.http.post("/refunds", json={"receipt": receipt})).json()["state"] == "paid"
        for nothing in ("0" * 64, f"{payer.id}:1", "x:y", ":"):
            assert (await viewer.http.post("/refunds", json={"receipt": nothing})).status_code == 404
        spent = (await viewer.http.get("/users/me/spending")).json()
        assert (spent["paid"], spent["by_item"][film.content]) == ("0", "0")
        # What was bought stays bought.
        keys = (await viewer.http.get(f"/content/{film.content}/keys")).json()["keys"]
        assert [key["index"] for key in keys] == [0, 1, 2]
    running.verify_books()
