"""A desk's memberships: confirmed, signed once, found after every interruption, renewed within the budget."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete

from services.chain.book import MemoryTransactionBook
from services.chain.calls import transfer_call
from services.chain.gateway import Subscribed
from services.chain.relayer import OwnKeyRelayer
from services.client import DeskClient
from services.db.ledger import balance
from services.desk.budgets import keep_choices
from services.desk.memberships.mirror import kept
from services.desk.memberships.tables import LentChunk, Membership
from services.desk.memberships.watch import look_after
from services.desk.needs import asked_of
from services.desk.notices.watch import look
from services.units.ids import IntentId
from services.units.membership import PERIOD_S, TIER_PRICES
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.tiers import TierOut
from tests.fixtures.chain import HandClock
from tests.fixtures.unsteady_chain import UnsteadyChain
from tests.fixtures.world import RunningWorld, SealedFilm, running_world
from tests.fixtures.world_power_cuts import Camera, WatchedChain, watch

PRICE = TIER_PRICES[0]
MONTH = timedelta(seconds=PERIOD_S)


def subscribed(running: RunningWorld) -> list[Subscribed]:
    gateway = running.world.chain
    events = gateway.escrow_events(0, gateway.head().number)
    return [event for event in events if isinstance(event, Subscribed)]


async def members_only(running: RunningWorld) -> tuple[TierOut, SealedFilm]:
    tier = await running.creator.tiers.create(name="Supporter", price=PRICE)
    film = await running.publish()
    await running.creator.memberships.set_access(film.content, "members", (tier.id,))
    return tier, film


async def test_joining_opens_what_the_tier_covers_and_nothing_longer(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    tier, film = await members_only(running)
    before = await running.viewer.playback.open(film.content)
    assert [chunk.access for chunk in before.chunks] == ["free"] + ["locked"] * 5
    assert (before.access.visibility, before.access.tiers[0].name) == ("members", "Supporter")
    with pytest.raises(ProblemError, match=r"content\.members_only"):
        await running.viewer.playback.buy(film.content, first_chunk=1)
    quote = await running.viewer.memberships.quote(tier.id)
    assert (quote.kind, quote.amount, quote.tier_name) == ("join", PRICE, "Supporter")
    with pytest.raises(ProblemError, match=r"payment\.terms_changed"):
        await running.viewer.memberships.join(tier.id, amount=PRICE - Money(1))
    paid = await running.viewer.memberships.join(tier.id, amount=quote.amount)
    assert (paid.state, paid.amount, paid.transaction) == ("paid", PRICE, subscribed(running)[0].tx)
    opened = await running.viewer.playback.open(film.content)
    assert {chunk.access for chunk in opened.chunks} == {"free"}
    assert opened.spent == Money(0)
    assert await running.viewer.playback.chunk(film.content, 4) == film.plain[4]
    (mine,) = (await running.viewer.memberships.mine()).memberships
    assert (mine.state, mine.membership.tier_name) == ("active", "Supporter")
    (member,) = await running.creator.memberships.members()
    assert (member.viewer, member.state) == (running.desk("viewer").keyring.address, "active")
    await running.assert_reconciled()
    hand_clock.advance(MONTH)
    with pytest.raises(ProblemError, match=r"content\.locked"):
        await running.viewer.playback.chunk(film.content, 4)
    again = await running.viewer.playback.open(film.content)
    assert [chunk.access for chunk in again.chunks] == ["free"] + ["locked"] * 5


async def test_what_was_paid_by_the_part_counts_on_the_film_and_on_its_channel(running: RunningWorld) -> None:
    viewer, tier = running.viewer, await running.creator.tiers.create(name="Supporter", price=PRICE)
    film = await running.publish()
    await running.creator.memberships.set_access(film.content, "chunks", (tier.id,))
    await viewer.playback.open(film.content)
    bought = await viewer.playback.buy(film.content, first_chunk=1, chunk_count=2)
    await running.settled()
    (on_film,) = (await viewer.playback.open(film.content)).access.tiers
    (on_channel,) = (await viewer.profiles.page(tier.creator)).tiers
    assert on_film == on_channel
    assert (on_film.kind, on_film.price, on_film.due, on_film.counted) == ("join", PRICE, PRICE, bought.amount)
    larger = await running.creator.tiers.create(name="Patron", price=TIER_PRICES[1])
    quote = await viewer.memberships.quote(tier.id)
    assert (quote.fare, quote.amount) == (bought.amount, PRICE - bought.amount)
    await viewer.memberships.join(tier.id, amount=quote.amount)
    offered = {one.tier_id: one for one in (await viewer.profiles.page(tier.creator)).tiers}
    upgrade = await viewer.memberships.quote(larger.id)
    assert (offered[larger.id].kind, offered[larger.id].due) == ("upgrade", upgrade.price)
    assert upgrade.price == TIER_PRICES[1] - PRICE


async def test_a_card_is_locked_until_its_own_tier_is_joined(running: RunningWorld) -> None:
    tier, film = await members_only(running)
    larger = await running.creator.tiers.create(name="Patron", price=TIER_PRICES[1])

    async def lock(desk: DeskClient) -> str:
        (listed,) = [item for item in await desk.catalogue.browse() if item.content_id == film.content]
        (placed,) = [item for item in (await desk.catalogue.page()).items if item.content_id == film.content]
        assert listed.lock == placed.lock == (await desk.catalogue.item(film.content)).lock
        return listed.lock

    assert await lock(running.viewer) == "members"
    assert await lock(running.creator) == ""
    await running.viewer.memberships.join(larger.id, amount=TIER_PRICES[1])
    assert await lock(running.viewer) == "tier"
    await running.creator.memberships.set_access(film.content, "members", (tier.id, larger.id))
    assert await lock(running.viewer) == ""


async def test_what_is_lent_is_not_bought_and_plays_without_the_node(running: RunningWorld) -> None:
    tier, film = await members_only(running)
    await running.fronted.memberships.join(tier.id, amount=PRICE)
    await running.fronted.playback.open(film.content)

    async def down(_asked: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    running.front.answer = down
    assert await running.fronted.playback.chunk(film.content, 2) == film.plain[2]
    assert (await running.fronted.memberships.mine()).memberships[0].state == "active"
    (shown,) = await running.fronted.catalogue.library()
    assert shown.owned_chunks == 0


async def test_books_that_were_lost_hear_of_the_membership_again(running: RunningWorld) -> None:
    tier, film = await members_only(running)
    await running.viewer.memberships.join(tier.id, amount=PRICE)
    desk = running.desk("viewer")
    with desk.database.write() as session:
        for table in (Membership, LentChunk):
            session.execute(delete(table))
    desk.memory.heard_of_memberships.clear()
    opened = await running.viewer.playback.open(film.content)
    assert {chunk.access for chunk in opened.chunks} == {"free"}


async def test_a_renewal_is_signed_within_a_day_of_the_end(running: RunningWorld, hand_clock: HandClock) -> None:
    tier, _ = await members_only(running)
    await running.viewer.memberships.join(tier.id, amount=PRICE)
    viewer = running.desk("viewer")
    hand_clock.advance(MONTH - timedelta(days=2))
    await look_after(viewer)
    assert len(subscribed(running)) == 1
    hand_clock.advance(timedelta(days=1, hours=1))
    await look_after(viewer)
    await look_after(viewer)
    assert len(subscribed(running)) == 2
    found = await running.viewer.memberships.mine()
    assert (found.payments[0].kind, found.payments[0].auto) == ("renew", True)
    assert found.memberships[0].membership.renewals == 1
    await running.viewer.memberships.cancel(found.memberships[0].membership.id)
    hand_clock.advance(MONTH + timedelta(days=1))
    await look_after(viewer)
    (ended,) = (await running.viewer.memberships.mine()).memberships
    assert (ended.state, ended.reason, len(subscribed(running))) == ("lapsed", "cancelled", 2)
    await running.assert_reconciled()


@pytest.mark.parametrize("reason", ["budget.day", "price", "payment.insufficient", "wallet.locked"])
async def test_a_renewal_that_cannot_be_paid_says_why(
    running: RunningWorld, hand_clock: HandClock, reason: str
) -> None:
    tier, _ = await members_only(running)
    viewer = running.desk("viewer")
    await running.viewer.memberships.join(tier.id, amount=PRICE)
    hand_clock.advance(MONTH - timedelta(hours=3))
    if reason == "budget.day":
        keep_choices(viewer, {"day_limit": Money(1_000_000)})
    elif reason == "price":
        await running.creator.tiers.update(tier.id, name="Supporter", price=TIER_PRICES[2], perks=())
    elif reason == "payment.insufficient":
        give_away(running)
    else:
        await running.viewer.wallet.lock()
    await look_after(viewer)
    assert [row.reason for row in kept(viewer)] == [reason]
    assert len(subscribed(running)) == 1
    hand_clock.advance(timedelta(hours=4))
    await look_after(viewer)
    (ended,) = (await running.viewer.memberships.mine()).memberships
    assert (ended.state, ended.reason) == ("lapsed", reason)
    if reason != "wallet.locked":
        assert [member.reason for member in await running.creator.memberships.members()] == [reason]


def give_away(running: RunningWorld) -> None:
    """Leave the viewer with too little: all but a dollar goes to somebody else."""
    viewer, chain = running.desk("viewer"), running.world.chain
    rest = chain.token_balance(viewer.keyring.owner()) - Money(1_000_000)
    around = OwnKeyRelayer(chain, viewer.keyring.key(), MemoryTransactionBook())
    call = transfer_call(chain.token, running.desk("creator").keyring.owner(), rest)
    assert around.wait(around.submit(IntentId("0" * 64), call), 60).is_ok


async def test_joining_counts_toward_the_day_and_the_creator(running: RunningWorld) -> None:
    tier, _ = await members_only(running)
    viewer = running.desk("viewer")
    keep_choices(viewer, {"creator_limit": Money(2_000_000)})
    with pytest.raises(ProblemError, match=r"budget\.creator"):
        await running.viewer.memberships.join(tier.id, amount=PRICE)
    keep_choices(viewer, {"creator_limit": Money(20_000_000), "day_limit": PRICE})
    await running.viewer.memberships.join(tier.id, amount=PRICE)
    assert (await running.viewer.wallet.budgets()).day.spent == PRICE
    film = await running.publish()
    with pytest.raises(ProblemError, match=r"budget\.day"):
        await running.viewer.playback.buy(film.content, first_chunk=1)


async def test_a_lost_answer_is_looked_up_and_never_paid_again(running: RunningWorld) -> None:
    tier, _ = await members_only(running)

    async def lose(asked: httpx.Request) -> httpx.Response | None:
        if asked.url.path == "/subscribe/":
            await running.front.pass_on(asked)
            raise httpx.ReadError("cut")
        return None

    running.front.answer = lose
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.memberships.join(tier.id, amount=PRICE)
    running.front.answer = None
    (payment,) = (await running.viewer.memberships.mine()).payments
    assert (payment.state, len(subscribed(running))) == ("paid", 1)
    with running.front_desk.database.read() as session:
        assert (balance(session, "in_flight"), balance(session, "spent")) == (Money(0), PRICE)
    await running.assert_reconciled()


async def test_a_payment_that_never_left_is_given_back(running: RunningWorld, hand_clock: HandClock) -> None:
    tier, _ = await members_only(running)

    async def refuse(asked: httpx.Request) -> httpx.Response | None:
        if asked.url.path == "/subscribe/":
            raise httpx.ConnectError("down")
        return None

    running.front.answer = refuse
    with pytest.raises(ProblemError, match=r"node\.unreachable"):
        await running.fronted.memberships.join(tier.id, amount=PRICE)
    with running.front_desk.database.read() as session:
        assert balance(session, "in_flight") == PRICE
    hand_clock.advance(timedelta(minutes=20))
    running.chain.fund(running.desk("creator").keyring.owner(), usdc=Money(1), gas_wei=0)
    await look_after(running.desk("viewer"))
    with running.front_desk.database.read() as session:
        assert balance(session, "in_flight") == Money(0)
    running.front.answer = None
    await running.fronted.memberships.join(tier.id, amount=PRICE)
    assert len(subscribed(running)) == 1
    await running.assert_reconciled()


async def test_a_power_cut_at_any_moment_pays_once(world_profile: Path, hand_clock: HandClock, tmp_path: Path) -> None:
    camera = Camera(world_profile, tmp_path)
    async with running_world(
        world_profile, hand_clock, chain_front=lambda chain: WatchedChain(chain, camera)
    ) as running:
        tier, _ = await members_only(running)
        watch(running, camera)
        camera.is_on = True
        await running.fronted.memberships.join(tier.id, amount=PRICE)
        camera.is_on = False
    assert len(camera.shots) >= 8
    # One moment of each kind: signed and not sent, under way, on the chain and not known, known on one side.
    moments = {what: profile for what, profile in camera.shots if "GET" not in what}
    for what, profile in moments.items():
        async with running_world(profile, hand_clock) as after:
            await look_after(after.desk("viewer"))
            paid = (await after.viewer.memberships.mine()).payments
            if not paid or paid[0].state != "paid":
                await after.viewer.memberships.join(tier.id, amount=PRICE)
            assert len(subscribed(after)) == 1, what
            (mine,) = (await after.viewer.memberships.mine()).memberships
            assert mine.state == "active", what
            await after.assert_reconciled()


async def test_a_refund_comes_out_of_the_creators_wallet_and_ends_the_membership(running: RunningWorld) -> None:
    tier, film = await members_only(running)
    viewer, creator = running.desk("viewer"), running.desk("creator")
    paid = await running.viewer.memberships.join(tier.id, amount=PRICE)
    asked = await running.viewer.memberships.ask_refund(paid.receipt, reason="A mistake.")
    assert (asked.state, asked.amount, asked.title) == ("asked", PRICE, "Supporter")
    (waiting,) = await running.creator.memberships.refunds("creator")
    with pytest.raises(ProblemError, match=r"payment\.insufficient"):
        await running.creator.memberships.pay_refund(waiting.receipt, amount=PRICE)
    running.chain.fund(creator.keyring.owner(), usdc=Money(5_000_000), gas_wei=0)
    before = running.world.chain.token_balance(viewer.keyring.owner())
    (done,) = await running.creator.memberships.pay_refund(waiting.receipt, amount=PRICE)
    assert done.state == "paid"
    await running.creator.memberships.pay_refund(waiting.receipt, amount=PRICE)
    assert running.world.chain.token_balance(viewer.keyring.owner()) == before + PRICE
    with running.world.node.database.read() as session:
        assert balance(session, f"payer:{viewer.keyring.owner()}") == Money(0)
        assert balance(session, f"refunded:{creator.keyring.owner()}") == -PRICE
    await look_after(viewer)
    for desk, account, amount in ((viewer, "spent", Money(0)), (creator, "refunds", PRICE)):
        with desk.database.read() as session:
            assert (balance(session, account), balance(session, "in_flight")) == (amount, Money(0))
    await running.assert_reconciled()
    (mine,) = (await running.viewer.memberships.mine()).memberships
    assert (mine.state, mine.reason) == ("refunded", "refunded")
    opened = await running.viewer.playback.open(film.content)
    assert [chunk.access for chunk in opened.chunks] == ["free"] + ["locked"] * 5
    assert (await running.viewer.memberships.quote(tier.id)).kind == "join"


async def test_a_creator_may_refuse_and_strangers_ask_for_nothing(running: RunningWorld, hand_clock: HandClock) -> None:
    tier, _ = await members_only(running)
    paid = await running.viewer.memberships.join(tier.id, amount=PRICE)
    with pytest.raises(ProblemError, match=r"refund\.not_found"):
        await running.creator.memberships.ask_refund(paid.receipt)
    desk = running.desk("creator")
    await look(desk)
    hand_clock.advance(timedelta(minutes=1))
    await running.viewer.memberships.ask_refund(paid.receipt)
    assert [(need.code, need.params) for need in await asked_of(desk)] == [("refunds", {"count": "1"})]
    await look(desk)
    (told,) = [row for row in (await running.creator.notices.list()).rows if row.kind == "refund_asked"]
    assert told.params["amount"] == str(PRICE.micros)
    refused = await running.creator.memberships.refuse_refund(paid.receipt)
    assert (refused.state, await running.viewer.memberships.refunds()) == ("refused", (refused,))


async def test_a_chain_that_is_away_makes_no_membership(world_profile: Path, hand_clock: HandClock) -> None:
    async with running_world(world_profile, hand_clock, chain_front=UnsteadyChain) as running:
        tier, _ = await members_only(running)
        running.unsteady.is_down = True
        with pytest.raises(ProblemError, match=r"chain\.unreachable"):
            await running.viewer.memberships.join(tier.id, amount=PRICE)
        running.unsteady.is_down = False
        await running.viewer.memberships.join(tier.id, amount=PRICE)
        assert len(subscribed(running)) == 1
