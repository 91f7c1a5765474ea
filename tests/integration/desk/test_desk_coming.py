"""A film published for later from a desk, what its creator changes of it, and a member's message, through two desks."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from services.desk.library import downloads
from services.desk.memberships.lending import keepable
from services.node.memberships.tables import Membership
from services.units.ids import new_row_id
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.tiers import TierOut
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import ready_upload, until


def join(running: RunningWorld, tier: TierOut) -> None:
    """Let the world's viewer be a member, as node and desk would note it after the chain's event."""
    viewer, now = running.desk("viewer").keyring.owner(), running.world.node.clock.now()
    with running.world.node.database.write() as session:
        session.add(
            Membership(
                id=new_row_id(), viewer=viewer, creator=tier.creator, tier_id=tier.id, joined_at=now,
                paid_until=now + timedelta(days=30), payments=1, renews=1, next_tier=None, reason="", ended_at=None,
            )
        )  # fmt: skip


async def test_a_film_is_published_for_later_and_comes_by_the_nodes_clock(
    running: RunningWorld, hand_clock: HandClock
) -> None:
    creator, viewer = running.creator, running.viewer
    tier = await creator.tiers.create(name="Early", price=Money.parse("5.99"), early_access_days=3)
    join(running, tier)
    opens_at = hand_clock.now() + timedelta(days=5)
    upload_id = ready_upload(running)
    await creator.uploads.save_draft(
        upload_id, title="To come", description="", price_text="0.01", preview_chunks=1, tiers=(tier.id,),
        category="lesson", intent="earn", tags=("clocks",), opens_text="typed", opens_at=opens_at,
    )  # fmt: skip
    kept = (await creator.uploads.get(upload_id)).draft
    assert (kept.category, kept.intent, kept.opens_text, kept.opens_at) == ("lesson", "earn", "typed", opens_at)
    await creator.uploads.publish(upload_id)
    upload = await until(creator, upload_id, "published")
    film = str(upload.content_id)
    (mine,) = await creator.earnings.items()
    assert (mine.opens_at, mine.tags) == (opens_at, ("lesson", "clocks"))
    assert (await creator.own_films.upload(film)).id == upload_id
    assert await viewer.catalogue.browse() == ()
    with pytest.raises(ProblemError, match=r"content\.not_yet"):
        await viewer.playback.open(mine.content_id)
    # The creator's own words, before it is there.
    changed = await creator.own_films.set_about(film, " Soon. ", ("music", "clocks"))
    assert (changed.description, changed.tags, changed.opens_at) == ("Soon.", ("music", "clocks"), opens_at)
    with pytest.raises(ProblemError, match=r"content\.tags"):
        await creator.own_films.set_about(film, "Later", ("?!",))
    assert (await creator.own_films.get(film)).description == "Soon."
    hand_clock.advance(timedelta(days=2))
    await viewer.memberships.mine()
    (early,) = await viewer.catalogue.browse()
    assert early.opens_at == opens_at
    played = await viewer.playback.open(mine.content_id)
    assert {chunk.access for chunk in played.chunks[1:]} == {"free"}, "lent to the member, for nothing"
    moved = await creator.own_films.set_opening(film, opens_at - timedelta(days=2))
    assert moved.opens_at == opens_at - timedelta(days=2)
    hand_clock.advance(timedelta(days=1))
    (there,) = await viewer.catalogue.browse()
    assert there.opens_at is None


async def test_a_tier_lets_its_members_keep_films_offline(running: RunningWorld) -> None:
    creator, viewer = running.creator, running.viewer
    tier = await creator.tiers.create(name="Offline", price=Money.parse("2.99"))
    join(running, tier)
    film = await running.publish(chunks=4, preview_chunks=1, more={"visibility": "members", "tiers": (tier.id,)})
    await viewer.memberships.mine()
    await viewer.playback.open(film.content)
    desk = running.desk("viewer")

    def kept() -> frozenset[int]:
        with desk.database.read() as session:
            return keepable(session, desk, film.content)

    assert kept() == frozenset(), "a member may watch, and not keep"
    assert [item.may_keep for item in await viewer.catalogue.library()] == [False]
    await creator.tiers.update(tier.id, name="Offline", price=tier.price, perks=(), downloads=True)
    await viewer.playback.open(film.content)
    assert kept() == frozenset(range(4))
    assert [item.may_keep for item in await viewer.catalogue.library()] == [True]
    await downloads.start(desk, film.content)
    while (await viewer.library.downloads()).downloads[0].state != "here":
        await asyncio.sleep(0.02)


async def test_a_member_writes_and_is_answered(running: RunningWorld) -> None:
    creator, viewer = running.creator, running.viewer
    tier = await creator.tiers.create(name="Letters", price=Money.parse("2.99"), requests=True)
    offered = (await viewer.profiles.page(tier.creator)).acts[tier.id]
    assert (offered.requests, offered.downloads, offered.early_access_days) == (True, False, 0)
    with pytest.raises(ProblemError, match=r"message\.not_member"):
        await viewer.messages.write(tier.creator, "More clocks, please.")
    join(running, tier)
    asked = await viewer.messages.write(tier.creator, " More clocks, please. ")
    (waiting,) = (await creator.messages.list("creator")).rows
    assert (waiting.id, waiting.text, waiting.answer) == (asked.id, "More clocks, please.", "")
    await creator.messages.answer(asked.id, "In spring.")
    (answered,) = (await viewer.messages.list("viewer")).rows
    assert answered.answer == "In spring."
    assert (await creator.messages.list("viewer")).rows == ()
