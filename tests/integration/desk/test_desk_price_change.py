"""Another price for a published film: nobody pays a sum that was not shown, and nothing is paid or lost twice."""

from __future__ import annotations

import asyncio

import pytest

from services.chain.errors import OutcomeUnknown
from services.client.bulk import PriceWas
from services.desk.channels import delivery as by_channel
from services.desk.films import known_film
from services.desk.purchases.resume import finish_open
from services.units.address import bytes32
from services.units.ids import ContentId, content_id
from services.units.money import Money
from services.wire.problems import ProblemError
from services.wire.uploads import VersionIn
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import ready_upload

OLD, NEW = Money(10_000), Money(30_000)


async def _for_sale(running: RunningWorld) -> ContentId:
    published = await running.creator.uploads.publish(ready_upload(running))
    return content_id(str(published.content_id))


async def _reprice(running: RunningWorld, content: ContentId, price: Money | None, free: int | None = None) -> None:
    await running.creator.uploads.revise(content, VersionIn(price=price, preview_chunks=free))


async def _code(work: object) -> str:
    with pytest.raises(ProblemError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def _prices(running: RunningWorld, content: ContentId) -> list[Money]:
    return [chunk.price for chunk in (await running.viewer.playback.open(content)).chunks]


async def test_a_viewer_never_pays_another_price_than_shown(running: RunningWorld) -> None:
    await _refused_and_read_anew(running)


async def test_nor_by_a_transaction_of_its_own(running_on_chain: RunningWorld) -> None:
    await _refused_and_read_anew(running_on_chain)


async def _refused_and_read_anew(running: RunningWorld) -> None:
    viewer = running.viewer
    content = await _for_sale(running)
    assert await _prices(running, content) == [Money(0), OLD, OLD]
    assert (await viewer.playback.buy(content, first_chunk=1, shown=OLD)).amount == OLD
    await _reprice(running, content, NEW)
    # The first click at the old price is refused, costs nothing, and has the new one read.
    assert await _code(viewer.playback.buy(content, first_chunk=2, shown=OLD)) == "payment.terms_changed"
    assert (await viewer.wallet.state()).spent == OLD
    assert (await viewer.wallet.state()).in_flight == Money(0)
    assert await _prices(running, content) == [Money(0), NEW, NEW]
    # Who still shows the old one is refused before anything is asked or signed.
    assert await _code(viewer.playback.buy(content, first_chunk=2, shown=OLD)) == "payment.terms_changed"
    assert (await viewer.playback.buy(content, first_chunk=2, shown=NEW)).amount == NEW
    assert (await viewer.wallet.state()).spent == OLD + NEW
    # What was bought at the old price is there, and asking for it again costs nothing.
    assert len(await viewer.playback.chunk(content, 1)) > 0
    await viewer.playback.buy(content, first_chunk=1)
    assert (await viewer.wallet.state()).spent == OLD + NEW
    figures = await running.creator.figures.item(content)
    assert sum(part.net.micros for part in figures.places) == (OLD + NEW).micros * 9 // 10


async def test_free_parts_become_more_and_fewer(running: RunningWorld) -> None:
    content = await _for_sale(running)
    assert await _prices(running, content) == [Money(0), OLD, OLD]
    await _reprice(running, content, None, 2)
    assert await _code(running.viewer.playback.buy(content, first_chunk=1, shown=OLD)) in (
        "content.owned",
        "payment.terms_changed",
    )
    await _settled(running)
    assert await _prices(running, content) == [Money(0), Money(0), OLD]
    assert len(await running.viewer.playback.chunk(content, 1)) > 0
    assert (await running.viewer.wallet.state()).spent == Money(0)
    await _reprice(running, content, None, 0)
    await _prices(running, content)
    await _settled(running)
    assert await _prices(running, content) == [OLD, OLD, OLD]
    card = next(item for item in await running.viewer.catalogue.browse() if item.content_id == content)
    assert (card.price_per_ten_seconds, card.free_chunks) == (OLD, 0)


async def _settled(running: RunningWorld) -> None:
    desk = running.desk("viewer")
    while tasks := [task for task in desk.tasks if task.get_name().startswith("newer version")]:
        await asyncio.wait(tasks)


async def test_an_answer_that_was_lost_before_the_price_rose_is_not_paid_again(
    running: RunningWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node took the voucher at the old price; nobody asks for the new one, and the old one is counted once."""
    viewer = running.viewer
    content = await _for_sale(running)
    await viewer.playback.buy(content, first_chunk=1, shown=OLD)
    send = by_channel._send

    async def lost(*args: object, **named: object) -> object:
        await send(*args, **named)  # type: ignore[arg-type]
        raise ProblemError("node.unreachable")

    monkeypatch.setattr(by_channel, "_send", lost)
    assert await _code(viewer.playback.buy(content, first_chunk=2, shown=OLD)) == "node.unreachable"
    monkeypatch.setattr(by_channel, "_send", send)
    await _reprice(running, content, NEW)
    await viewer.playback.open(content)
    await _settled(running)
    assert len(await viewer.playback.chunk(content, 2)) > 0
    await viewer.playback.buy(content, first_chunk=2)
    await finish_open(running.desk("viewer"))
    assert (await viewer.wallet.state()).spent == OLD + OLD
    assert (await viewer.wallet.state()).in_flight == Money(0)


async def test_a_transaction_under_way_brings_what_it_was_signed_for(
    running_on_chain: RunningWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken at the old price and is on the chain when the price has risen: the same bytes bring the key."""
    running, viewer = running_on_chain, running_on_chain.viewer
    content, relayer = await _for_sale(running), running.world.node.relayer
    await viewer.playback.open(content)

    def unknown(*_args: object, **_named: object) -> object:
        raise OutcomeUnknown(bytes32(bytes(32)))

    with monkeypatch.context() as patch:
        patch.setattr(type(relayer), "wait", unknown)
        assert await _code(viewer.playback.buy(content, first_chunk=1, shown=OLD)) == "payment.unknown"
    await _reprice(running, content, NEW)
    await viewer.playback.open(content)
    await _settled(running)
    assert (await viewer.playback.buy(content, first_chunk=1, shown=NEW)).amount == OLD
    await finish_open(running.desk("viewer"))
    assert len(await viewer.playback.chunk(content, 1)) > 0
    wallet = await viewer.wallet.state()
    assert (wallet.spent, wallet.in_flight) == (OLD, Money(0))


async def test_prices_that_cannot_be_change_nothing(running: RunningWorld) -> None:
    content = await _for_sale(running)
    for price in (Money(0), Money(10_000_001), Money(-1)):
        assert await _code(running.creator.uploads.revise(content, VersionIn(price=price))) == "upload.price"
    said = await running.creator.uploads.revise(content, VersionIn(price=NEW, preview_chunks=99))
    assert said[0].changed == ("price", "free")
    film = known_film(running.desk("creator"), content)
    assert film is None or film.manifest.version == 1
    assert len(said) == 2


async def test_many_films_each_by_itself_and_archived_ones_stay_with_who_bought(running: RunningWorld) -> None:
    """One film from another computer keeps nothing from the others; what was archived is sold to nobody."""
    own, other = await _for_sale(running), (await running.publish()).content
    done = await running.creator.bulk.change_price((own, other), NEW)
    assert done.done == (own,)
    assert [(film, why.code) for film, why in done.failed] == [(other, "content.not_found")]
    assert done.before == (PriceWas(own, OLD, NEW),)
    await _prices(running, own)
    await running.viewer.playback.buy(own, first_chunk=1, shown=NEW)
    assert (await running.creator.own_films.archive(own)).is_archived
    assert own not in [item.content_id for item in await running.viewer.catalogue.browse()]
    assert await _code(running.viewer.playback.buy(own, first_chunk=2, shown=NEW)) == "content.not_for_sale"
    assert len(await running.viewer.playback.chunk(own, 1)) > 0
    assert not (await running.creator.own_films.restore(own)).is_archived
    assert (await running.viewer.playback.buy(own, first_chunk=2, shown=NEW)).amount == NEW


async def test_prices_of_many_come_back_but_not_over_a_third_one(running: RunningWorld) -> None:
    """Undone by a version more; what got another price meanwhile keeps it, and what had the price was never changed."""
    own, bulk = await _for_sale(running), running.creator.bulk
    raised = await bulk.change_price((own,), NEW)
    assert (await bulk.change_price((own,), NEW)).before == ()
    back = await bulk.restore_prices(raised.before)
    assert (back.done, back.failed) == ((own,), ())
    assert (await running.creator.own_films.get(own)).price_per_ten_seconds == OLD
    assert (await running.viewer.playback.buy(own, first_chunk=1, shown=OLD)).amount == OLD
    third = Money(20_000)
    raised = await bulk.change_price((own,), NEW)
    await _reprice(running, own, third)
    assert (await bulk.restore_prices(raised.before)).before == ()
    assert (await running.creator.own_films.get(own)).price_per_ten_seconds == third
