"""The pass from a viewer's desk: joined like a tier, and what is played with it is told to the node."""

from __future__ import annotations

from sqlalchemy import select

from services.desk.passes.watching import tell
from services.node.passes.tables import WatchedDay
from services.node.passes.watched import Bits
from services.units.membership import TIER_PRICES
from services.units.money import Money
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_passes import ok, pass_door

PRICE = Money(7_000_000)


async def test_a_film_is_watched_with_the_pass_and_told_to_the_node(running: RunningWorld) -> None:
    film, viewer, creator = await running.publish(), running.viewer, running.creator
    async with pass_door(running) as (_, at_door):
        offered = await viewer.passes.read()
        assert (offered.price, offered.films) == (PRICE, 1)
        assert [one.content_id for one in await viewer.passes.films()] == [film.content]
        opened = await viewer.playback.open(film.content)
        assert opened.access is not None
        assert opened.access.pass_tier == offered.tier_id
        assert [chunk.access for chunk in opened.chunks][:2] == ["free", "locked"]
        quote = await viewer.memberships.quote(offered.tier_id)
        paid = await viewer.memberships.join(offered.tier_id, amount=quote.amount)
        assert (paid.state, paid.amount) == ("paid", PRICE)
        opened = await viewer.playback.open(film.content)
        assert "locked" not in {chunk.access for chunk in opened.chunks}
        tier = await creator.tiers.create(name="Supporter", price=TIER_PRICES[0])
        await creator.memberships.set_access(film.content, "members", (tier.id,))
        assert (await viewer.catalogue.item(film.content)).lock == "members"
        await creator.passes.take_part(is_in=True, with_members_only=True)
        assert (await viewer.catalogue.item(film.content)).lock == ""
        for index in (0, 2, 3):
            assert await viewer.playback.chunk(film.content, index) == film.plain[index]
        desk = running.desk("viewer")
        await tell(desk)
        # Told once; nothing is left to tell, and what is free does not count.
        assert desk.memory.by_pass == {film.content: set()}
        with running.world.node.database.read() as session:
            (row,) = session.scalars(select(WatchedDay))
        assert Bits(row.chunks).indexes() == (2, 3)
        assert (await creator.passes.sharing()).part.is_in
        assert (await creator.passes.take_part(is_in=False)).is_in is False
        await ok(at_door.http.get("/pass"))
        assert (await creator.passes.smooth(is_on=True)).is_smoothed
        assert await viewer.passes.cases() == ()
        assert (await viewer.passes.months(), await viewer.passes.rounds()) == ((), ())
    await running.assert_reconciled()
