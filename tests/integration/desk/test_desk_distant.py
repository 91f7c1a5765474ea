"""Films on another node: published there, bought and played from there, moved, and played while it is down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.client import DeskClient
from services.desk.context import Desk
from services.desk.nodes import placing, sending
from services.desk.nodes.places import follow
from services.desk.publishing.publish import publish_again
from services.ipfs.unixfs import block_names
from services.media.film import Ingested
from services.node.catalogue import publishing
from services.units.cid import Cid
from services.units.ids import ContentId
from services.units.membership import TIER_PRICES
from services.units.money import ZERO
from services.wire.catalogue import PlaybackOut
from services.wire.problems import ProblemError
from tests.fixtures.certificates import Certificates
from tests.fixtures.chain import CREATOR
from tests.fixtures.world import RunningWorld, SealedFilm, manifest_for, publication
from tests.fixtures.world_distant import DistantNode, distant_node
from tests.fixtures.world_far_away import CHUNKS, far_away, published_far, ready_upload


async def _play(desk: DeskClient, film: SealedFilm, chunks: range) -> None:
    for index in chunks:
        assert await desk.playback.chunk(film.content, index) == film.plain[index]


async def _code(work: object) -> str:
    with pytest.raises(ProblemError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def test_nothing_leaves_before_the_person_agreed_what_the_node_can_release(
    running: RunningWorld, distant: DistantNode
) -> None:
    await running.creator.nodes.add(distant.address)
    upload_id, film = ready_upload(running.desk("creator"), node=distant.address)
    assert await _code(running.creator.uploads.publish(upload_id)) == "node.unconfirmed"
    assert not [path for path in distant.seen if path.startswith(("PUT", "POST"))]
    # The form may still change: nobody has the signed words.
    await running.creator.uploads.save_draft(
        upload_id, title="Another", description="", price_text="0.02", preview_chunks=1, node=distant.address
    )
    await running.creator.nodes.agree(distant.address)
    done = await running.creator.uploads.publish(upload_id)
    assert (done.state, done.content_id) == ("published", film.content)
    (item,) = await running.creator.earnings.items()
    assert (item.title, item.node, item.node_name) == ("Another", distant.address, distant.address[8:])


async def test_a_publication_that_broke_off_sends_only_what_is_missing(
    running: RunningWorld, distant: DistantNode
) -> None:
    await running.creator.nodes.add(distant.address)
    await running.creator.nodes.agree(distant.address)
    desk = running.desk("creator")
    upload_id, film = ready_upload(desk, node=distant.address, chunk_bytes=1_200_000)
    names = _names(desk, film.film)
    for name in names[:-2]:
        distant.node.blocks.put(desk.blocks.get(name), name.codec)
    await distant.down()
    assert await _code(running.creator.uploads.publish(upload_id)) == "node.unreachable"
    await distant.up()
    await running.creator.uploads.publish(upload_id)
    assert len([path for path in distant.seen if path.startswith("PUT /blocks/")]) == 2
    assert all(distant.node.blocks.has(name) for name in names)


async def test_a_line_that_breaks_in_mid_way_costs_only_what_was_on_it(
    running: RunningWorld, distant: DistantNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every connection ends and none is taken for a while, as where a computer changes its network."""
    monkeypatch.setattr(sending, "AGAIN_AFTER_S", (0.05,) * 1_000)
    upload_id, film = await _ready_for(running, distant)
    desk, names = running.desk("creator"), _names(running.desk("creator"), film.film)
    go_on = _held_after_the_first(desk)
    publishing = asyncio.create_task(running.creator.uploads.publish(upload_id))
    await _until(lambda: any(distant.node.blocks.has(name) for name in names))
    await distant.down()
    go_on.set()
    # All that may be on the line at once was sent in vain, and some of it again.
    await _until(lambda: desk.pace.sent > 8 * _BLOCK)
    assert not publishing.done()
    await distant.up()
    done = await publishing
    assert (done.state, done.content_id) == ("published", film.content)
    assert all(distant.node.blocks.has(name) for name in names)
    _assert_sent_once(distant, names)
    (item,) = await running.creator.earnings.items()
    assert item.content_id == film.content


_BLOCK = 1_048_576


async def _ready_for(running: RunningWorld, distant: DistantNode) -> tuple[str, SealedFilm]:
    await running.creator.nodes.add(distant.address)
    await running.creator.nodes.agree(distant.address)
    return ready_upload(running.desk("creator"), node=distant.address, chunk_bytes=3_000_000)


def _held_after_the_first(desk: Desk) -> asyncio.Event:
    """Let one block leave; the others when the event is set."""
    go_on = asyncio.Event()

    async def wait(_seconds: float) -> None:
        await go_on.wait()
        desk.pace.limit = 0

    desk.pace.limit, desk.pace.sleep = 1, wait
    return go_on


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0)


def _assert_sent_once(distant: DistantNode, names: list[Cid]) -> None:
    """All but the one whose answer may have been lost with the line."""
    assert set(_sent(distant)) == {f"PUT /blocks/{name}" for name in names}
    assert len(_sent(distant)) <= len(names) + 1


def _sent(distant: DistantNode) -> list[str]:
    return [request for request in distant.seen if request.startswith("PUT /blocks/")]


def _names(desk: Desk, film: Ingested) -> list[Cid]:
    files = (film.init_cid, *(chunk.cid for chunk in film.chunks))
    return list(dict.fromkeys(name for file in files for name in block_names(desk.blocks, file)))


async def test_a_viewer_elsewhere_buys_by_channel_plays_and_plays_on_when_the_node_is_gone(
    running: RunningWorld, distant: DistantNode, tmp_path: Path
) -> None:
    _, film = await published_far(running, distant, chunk_bytes=1_200_000)
    async with far_away(tmp_path / "far", running) as far:
        assert await far.desk.catalogue.browse() == ()
        await far.desk.nodes.add(distant.address, name="Films of others")
        (item,) = await far.desk.catalogue.browse()
        assert (item.content_id, item.node, item.node_name) == (film.content, distant.address, "Films of others")
        opened = await far.desk.playback.open(film.content)
        assert opened.payment.method == "channel"
        for index in (1, 2):
            bought = await far.desk.playback.buy(film.content, first_chunk=index)
            assert bought.state == "keyed"
        await _play(far.desk, film, range(3))
        (channel,) = await far.desk.wallet.channels()
        assert channel.node == distant.address
        rows = {row.name: row for row in (await far.desk.wallet.reconciliation()).rows}
        assert rows["paid"].agrees
        assert rows["paid"].node == rows["paid"].desk != ZERO
        sold = await running.creator.earnings.overview(node=distant.address)
        assert sum((tile.value for tile in sold.tiles if tile.name == "today"), ZERO) > ZERO
        assert await _code(running.creator.earnings.overview(node="https://127.0.0.1:1")) == "node.not_found"
    await distant.down()
    async with far_away(tmp_path / "far", running) as again:
        opened = await again.desk.playback.open(film.content)
        assert [chunk.access for chunk in opened.chunks] == ["free", "owned", "owned", "locked"]
        await again.desk.playback.init(film.content)
        await _play(again.desk, film, range(3))
        assert await again.desk.catalogue.browse() == ()
        (node,) = await again.desk.nodes.list()
        assert (node.state, node.name) == ("down", "Films of others")
        assert await _code(again.desk.playback.buy(film.content, first_chunk=3)) == "node.unreachable"
        await distant.up()
        await again.desk.nodes.look(distant.address)
        await again.desk.playback.buy(film.content, first_chunk=3)
        await _play(again.desk, film, range(3, 4))


async def test_several_nodes_at_once_each_with_its_own_channel(
    running: RunningWorld, distant: DistantNode, certificates: Certificates, tmp_path: Path
) -> None:
    """One creator on two nodes: one list, two channels, sums that agree, and one node down is not the other."""
    _, first = await published_far(running, distant)
    chain, clock = running.world.chain, running.world.node.clock
    async with (
        distant_node(tmp_path / "other", running, chain, clock, certificates) as other,
        far_away(tmp_path / "far", running) as far,
    ):
        _, second = await published_far(running, other)
        for node in (distant, other):
            await far.desk.nodes.add(node.address, name=node.address[-5:])
        listed = {item.content_id: item.node for item in await far.desk.catalogue.browse()}
        assert listed == {first.content: distant.address, second.content: other.address}
        for film in (first, second):
            await far.desk.playback.open(film.content)
            await far.desk.playback.buy(film.content, first_chunk=1)
        assert {channel.node for channel in await far.desk.wallet.channels()} == {distant.address, other.address}
        rows = (await far.desk.wallet.reconciliation()).rows
        assert [row for row in rows if not row.agrees] == []
        await other.down()
        assert {item.content_id for item in await far.desk.catalogue.browse()} == {first.content}
        states = {node.address: node.state for node in await far.desk.nodes.list()}
        assert states == {distant.address: "up", other.address: "down"}
        await far.desk.playback.buy(first.content, first_chunk=2)
        assert await _code(far.desk.playback.buy(second.content, first_chunk=2)) == "node.unreachable"
        await _play(far.desk, second, range(1, 2))
        row = next(row for row in (await far.desk.wallet.reconciliation()).rows if row.name == "paid")
        # What a node that is down holds is not known, and no other book stands in for it.
        assert (row.node, row.chain is None) == (None, False)


async def test_a_film_that_moved_is_found_and_what_was_bought_is_not_bought_again(
    running: RunningWorld, distant: DistantNode
) -> None:
    """The viewer's desk knows the film at the creator's own node, then it moves, then it comes back."""
    upload_id, film = ready_upload(running.desk("creator"))
    await running.creator.uploads.publish(upload_id)
    await running.viewer.nodes.add(distant.address)
    await running.creator.nodes.add(distant.address)
    await running.viewer.playback.open(film.content)
    await running.viewer.playback.buy(film.content, first_chunk=1)
    assert await _code(running.creator.earnings.move(film.content, node=distant.address)) == "node.unconfirmed"
    await running.creator.nodes.agree(distant.address)
    (item,) = await running.creator.earnings.move(film.content, node=distant.address)
    assert (item.node, item.moving) == (distant.address, "")
    link = await running.creator.earnings.link(film.content)
    assert link.is_reachable
    assert (await running.viewer.nodes.open_link(link.text)).node == distant.address
    assert await _code(running.viewer.nodes.open_link(link.text.replace("7427010", "1"))) == "chain.wrong_chain"
    assert await _code(running.viewer.nodes.open_link(link.text.replace("127.0.0.1", "127.0.0.2"))) == "node.not_found"
    assert await _code(running.creator.nodes.remove(distant.address)) == "node.in_use"

    (found,) = await running.viewer.catalogue.browse()
    assert found.node == distant.address
    opened = await running.viewer.playback.open(film.content)
    assert opened.item.owned_chunks == 1
    await _bought_rest(running.viewer, opened)
    await _play(running.viewer, film, range(CHUNKS))
    spent = (await running.viewer.playback.open(film.content)).spent
    assert spent == sum((chunk.price for chunk in opened.chunks), ZERO)

    (item,) = await running.creator.earnings.move(film.content, node="")
    assert (item.node, item.moving) == ("", "")
    assert not (await running.creator.earnings.link(film.content)).is_reachable
    await running.creator.nodes.remove(distant.address)
    (found,) = await running.viewer.catalogue.browse()
    assert found.node == ""
    await _play(running.viewer, film, range(CHUNKS))


async def _bought_rest(desk: DeskClient, opened: PlaybackOut) -> None:
    for chunk in opened.chunks:
        if chunk.access == "locked":
            await desk.playback.buy(ContentId(opened.item.content_id), first_chunk=chunk.index)


async def test_a_members_film_stays_one_wherever_it_moves(running: RunningWorld, distant: DistantNode) -> None:
    creator, there = running.creator, distant.address
    tier = await creator.tiers.create(name="Friends", price=TIER_PRICES[0])
    upload_id, film = ready_upload(running.desk("creator"), for_members_of=tier.id)
    await creator.uploads.publish(upload_id)
    assert (await creator.memberships.access(film.content)).visibility == "members"
    await creator.nodes.add(there)
    await creator.nodes.agree(there)
    # Nobody could join there, and it does not become cheaper by moving.
    assert await _code(creator.earnings.move(film.content, node=there)) == "access.no_tier"
    (item,) = await creator.earnings.items()
    assert (item.node, item.moving) == ("", "")
    other = await creator.tiers.create(name="Friends", price=TIER_PRICES[1], node=there)
    assert await _code(creator.earnings.move(film.content, node=there)) == "access.no_tier"
    same = await creator.tiers.create(name="Friends", price=TIER_PRICES[0], node=there)
    assert other.id != same.id
    await creator.earnings.move(film.content, node=there)
    access = await creator.memberships.access(film.content)
    assert (access.visibility, access.tiers) == ("members", (same.id,))
    # And back, where it lies as it was then: what is said there holds here.
    await creator.memberships.set_access(film.content, "chunks")
    await creator.earnings.move(film.content, node="")
    access = await creator.memberships.access(film.content)
    assert (access.visibility, access.tiers) == ("chunks", ())


async def test_a_move_that_broke_off_goes_on(running: RunningWorld, distant: DistantNode) -> None:
    upload_id, film = ready_upload(running.desk("creator"))
    await running.creator.uploads.publish(upload_id)
    await running.creator.nodes.add(distant.address)
    await running.creator.nodes.agree(distant.address)
    await distant.down()
    assert await _code(running.creator.earnings.move(film.content, node=distant.address)) == "node.unreachable"
    (item,) = await running.creator.earnings.items()
    # For sale where it was, until it is for sale there.
    assert (item.node, item.moving) == ("", "coming")
    await distant.up()
    (item,) = await running.creator.earnings.move(film.content, node=distant.address)
    assert (item.node, item.moving) == (distant.address, "")


async def test_a_move_that_a_restart_cut_off_is_finished_by_the_next_start(
    running: RunningWorld, distant: DistantNode
) -> None:
    """Wherever it was cut off: before the film was there, or before it was taken down here."""
    desk = running.desk("creator")
    upload_id, film = ready_upload(desk)
    await running.creator.uploads.publish(upload_id)
    await running.creator.nodes.add(distant.address)
    await running.creator.nodes.agree(distant.address)
    placing.set_place(desk, film.content, distant.address, "coming")
    await _resumed(desk)
    assert placing.places_of(desk, film.content) == {desk.node.uri: "gone", distant.address: "live"}
    assert (await running.creator.catalogue.browse())[0].node == distant.address
    placing.set_place(desk, film.content, desk.node.uri, "leaving")
    await _resumed(desk)
    assert placing.places_of(desk, film.content)[desk.node.uri] == "gone"


async def _resumed(desk: Desk) -> None:
    await placing.resume_all(desk, publish_again)
    await asyncio.wait([task for task in desk.tasks if task.get_name().startswith("moving")])


async def test_another_creator_s_words_under_the_same_id_are_another_film(
    running: RunningWorld, distant: DistantNode
) -> None:
    """A film that was opened stays what its creator signed, whatever another node lists under its id."""
    film = await running.publish(chunks=CHUNKS)
    viewer = running.desk("viewer")
    await running.viewer.nodes.add(distant.address)
    await running.viewer.playback.open(film.content)
    for name in _names(viewer, film.film):
        distant.node.blocks.put(viewer.blocks.get(name), name.codec)
    impostor = publication(
        replace(manifest_for(film, running.desk("creator")), creator=CREATOR.address), film, CREATOR.key
    )
    publishing.publish_film(distant.node, CREATOR.address, film.content, impostor)
    await running.desk("creator").node.send("POST", f"/content/{film.content}/archive")
    opened = await running.viewer.playback.open(film.content)
    assert opened.item.creator == running.desk("creator").keyring.owner()
    assert (await follow(viewer, film.content)).node.uri == viewer.node.uri
