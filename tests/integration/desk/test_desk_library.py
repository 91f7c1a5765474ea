"""What a viewer keeps of creators, and a creator's profile by way of the desks."""

from __future__ import annotations

import pytest

from services.units.address import Address
from services.units.money import total
from services.wire.problems import ProblemError
from services.wire.profiles import ProfileIn
from tests.fixtures.world import RunningWorld

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


async def test_a_profile_goes_from_the_creators_desk_to_the_viewers(running: RunningWorld) -> None:
    assert (await running.creator.profiles.mine()).changed_at is None
    avatar = (await running.creator.profiles.keep_picture(PNG)).cid
    written = await running.creator.profiles.write(ProfileIn(name="Slow Lantern", about="Ice.", avatar=avatar))
    found = await running.viewer.profiles.of(written.creator)
    assert (found.name, found.about, found.avatar, found.banner) == ("Slow Lantern", "Ice.", avatar, None)
    assert await running.viewer.catalogue.blob(avatar) == PNG


async def test_a_picture_that_is_none_is_refused_and_nothing_is_written(running: RunningWorld) -> None:
    page = (await running.creator.profiles.keep_picture(b"<html>")).cid
    with pytest.raises(ProblemError) as caught:
        await running.creator.profiles.write(ProfileIn(name="A", avatar=page))
    assert caught.value.code == "request.invalid"
    with pytest.raises(ProblemError) as caught:
        await running.creator.profiles.keep_picture(bytes(2 * 1024 * 1024 + 1))
    assert caught.value.code == "request.invalid"
    assert (await running.creator.profiles.mine()).name == ""


async def test_following_and_blocking_end_each_other_and_stay_on_this_desk(running: RunningWorld) -> None:
    creator = (await running.creator.profiles.mine()).creator
    desk = running.viewer.library
    followed = await desk.stand("follows", creator, name="Slow Lantern")
    assert [(row.creator, row.name) for row in followed.follows] == [(creator, "Slow Lantern")]
    blocked = await desk.stand("blocked", creator, name="Slow Lantern")
    assert (blocked.follows, [row.creator for row in blocked.blocked]) == ((), [creator])
    # Ending what is not so changes nothing.
    assert await desk.stand_no_more("follows", creator) == blocked
    assert (await desk.stand_no_more("blocked", creator)).blocked == ()
    assert (await running.creator.library.standings()).follows == ()


async def test_new_films_of_those_who_are_followed_are_found_wherever_they_stand(running: RunningWorld) -> None:
    creator = (await running.creator.profiles.mine()).creator
    older, newer = (await running.publish()).content, (await running.publish()).content
    library = running.viewer.library
    assert await library.newest() == ()
    await library.stand("follows", creator, name="Slow Lantern")
    # Whom one follows at a node that is no longer listed is not asked for.
    await library.stand("follows", Address("0x" + "ab" * 20), name="Tin Roof Cinema", node="https://gone.example")
    assert [item.content_id for item in await library.newest()] == [newer, older]
    (first,) = await running.viewer.catalogue.browse(limit=1)
    assert first.content_id == newer
    await library.stand("blocked", creator, name="Slow Lantern")
    assert await library.newest() == ()


async def test_every_change_of_the_balance_has_a_line_and_they_add_up(running: RunningWorld) -> None:
    content = (await running.publish(preview_chunks=0)).content
    await running.viewer.playback.open(content)
    before = await running.viewer.wallet.state()
    for index in range(2):
        await running.viewer.playback.buy(content, first_chunk=index)
    await running.settled()
    after, balance = await running.viewer.wallet.state(), await running.viewer.wallet.balance()
    assert before.available is not None
    assert after.available is not None
    moved = total([line.amount for line in balance.lines])
    # Nothing but lines changed it.
    assert moved == after.available - before.available
    assert total([line.in_channels for line in balance.lines]) == after.in_channels
    assert balance.from_outside == before.available
    kinds = [line.kind for line in balance.lines]
    assert kinds.count("voucher.keyed") == 2
    assert "deposit.landed" in kinds
    titles = {line.title for line in balance.lines if line.kind == "voucher.keyed"}
    assert len(titles) == 1
    assert "" not in titles


async def test_a_report_reaches_the_node_of_the_film(running: RunningWorld) -> None:
    film = await running.publish()
    told = await running.viewer.library.report(film.content, "misleading", text="Noise.")
    assert (told.reason, told.text, told.state) == ("misleading", "Noise.", "open")
    # The first word stays.
    again = await running.viewer.library.report(film.content, "spam")
    assert (again.id, again.reason) == (told.id, "misleading")
