"""Uploads: from a file to an item for sale, through cancelling, killing, bad files and lost answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.desk.context import Desk
from services.desk.node_door import NodeDoor
from services.desk.publishing import publish
from services.desk.tables import Upload
from services.host.node_open import NODE_URI
from services.units.cid import Cid
from services.units.money import Money
from services.wire.base import LISTENING, EventOut
from services.wire.problems import ProblemError
from tests.fixtures.chain import HandClock
from tests.fixtures.world import RunningWorld, running_world
from tests.fixtures.world_uploads import fill_in, ready_upload, until


async def test_from_a_file_to_the_viewer_s_screen(running: RunningWorld, timecode_clip: Path) -> None:
    creator, viewer = running.creator, running.viewer
    started = await creator.uploads.start(str(timecode_clip))
    assert (started.state, started.draft.title) == ("queued", "clock")
    with pytest.raises(ProblemError, match=r"upload\.state"):
        await creator.uploads.quote((await fill_in(creator, started.id)).id)
    with pytest.raises(ProblemError, match=r"upload\.state"):
        await creator.uploads.publish(started.id)
    ready = await until(creator, started.id, "ready")
    assert [(stage.name, stage.state) for stage in ready.stages] == [
        ("hash", "done"), ("check", "done"), ("cut", "done"), ("seal", "done"), ("store", "done"),
        ("pin", "waiting"), ("register", "waiting"), ("elsewhere", "waiting"),
    ]  # fmt: skip
    assert ready.facts is not None
    assert (ready.facts.chunk_count, ready.facts.fps_text, ready.facts.width) == (3, "25", 640)
    quote = await creator.uploads.quote(started.id)
    assert (quote.per_minute, quote.whole, quote.creator_share) == (Money(60_000), Money(16_000), Money(14_400))
    published = await creator.uploads.publish(started.id)
    assert (published.state, {stage.state for stage in published.stages}) == ("published", {"done"})
    assert (await creator.uploads.publish(started.id)).content_id == published.content_id
    (item,) = await viewer.catalogue.browse(query="film")
    assert (item.title, item.description, item.free_chunks) == ("My film", "About it.", 1)
    assert item.poster is not None
    assert (await viewer.catalogue.blob(item.poster)).startswith(b"\xff\xd8\xff")
    await viewer.playback.open(item.content_id)
    await viewer.playback.buy(item.content_id, first_chunk=1)
    film = await viewer.playback.init(item.content_id) + await viewer.playback.chunk(item.content_id, 1)
    assert film[4:8] == b"ftyp"
    assert [found.content_id for found in await creator.earnings.items()] == [item.content_id]
    for change in (
        creator.uploads.discard(started.id),
        creator.uploads.cancel(started.id),
        fill_in(creator, started.id),
    ):
        with pytest.raises(ProblemError, match=r"upload\.state"):
            await change
    await running.assert_reconciled()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("film.mp4", b"this is no film\n" * 50, "media.unreadable"), ("empty.mp4", b"", "media.empty")],
)
async def test_a_bad_file_is_said_and_the_form_stays(
    running: RunningWorld, tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    started = await running.creator.uploads.start(str(path))
    await fill_in(running.creator, started.id)
    failed = await until(running.creator, started.id, "failed")
    assert failed.problem is not None
    assert (failed.problem.code, failed.draft.title) == (code, "My film")
    assert "upload_failed" in {need.code for need in (await running.creator.earnings.overview()).needs}
    await running.creator.uploads.discard(started.id)
    assert await running.creator.uploads.list() == ()


async def test_a_file_that_is_not_there(running: RunningWorld, tmp_path: Path) -> None:
    for path in (tmp_path / "none.mp4", tmp_path, Path("film.mp4")):
        with pytest.raises(ProblemError, match=r"upload\.file_missing"):
            await running.creator.uploads.start(str(path))
    for asked in (running.creator.uploads.get("x"), running.creator.uploads.retry("x"), fill_in(running.creator, "x")):
        with pytest.raises(ProblemError, match=r"upload\.not_found"):
            await asked


async def test_cancelled_retried_killed_and_finished(
    world_profile: Path, hand_clock: HandClock, timecode_clip: Path
) -> None:
    async with running_world(world_profile, hand_clock) as running:
        uploads = running.creator.uploads
        started = await uploads.start(str(timecode_clip))
        await fill_in(running.creator, started.id)
        assert (await uploads.cancel(started.id)).state == "cancelled"
        with pytest.raises(ProblemError, match=r"upload\.state"):
            await uploads.cancel(started.id)
        answers = await asyncio.gather(*(uploads.retry(started.id) for _ in range(3)), return_exceptions=True)
        assert sum(isinstance(answer, ProblemError) for answer in answers) == 2
    async with running_world(world_profile, hand_clock) as running:
        ready = await until(running.creator, started.id, "ready")
        assert (ready.draft.title, ready.draft.price_text) == ("My film", "0.01")
        assert (await running.creator.uploads.publish(started.id)).state == "published"


async def test_a_form_that_cannot_be_published_stays_a_form(running: RunningWorld) -> None:
    upload, uploads = ready_upload(running), running.creator.uploads
    for price in ("", "0", "free", "-1", "10.000001", "1e3"):
        await fill_in(running.creator, upload, price=price)
        for asked in (uploads.quote(upload), uploads.publish(upload)):
            with pytest.raises(ProblemError, match=r"upload\.price"):
                await asked
    for title in ("", "  ", "x" * 201, "a\u202eb", "a\x00b"):
        await fill_in(running.creator, upload, title=title)
        with pytest.raises(ProblemError, match=r"upload\.title"):
            await uploads.publish(upload)
    assert (await uploads.get(upload)).state == "ready"


async def _fronted_creator(running: RunningWorld, http: httpx.AsyncClient) -> Desk:
    desk = running.desk("creator")
    return replace(desk, node=NodeDoor(http, desk.keyring, desk.clock, chain_id=desk.chain.chain_id))


@pytest.mark.parametrize("reached", [False, True], ids=["before the node", "after the node"])
@pytest.mark.parametrize("how", ["cut", "500", "sign-in"])
async def test_a_publication_without_an_answer_becomes_one_item(
    world_profile: Path, hand_clock: HandClock, reached: bool, how: str
) -> None:
    async with running_world(world_profile, hand_clock) as running:
        upload = ready_upload(running)

        async def fail(request: httpx.Request) -> httpx.Response | None:
            if request.method != "PUT":
                return None
            if reached:
                await running.front.pass_on(request)
            if how == "cut":
                raise httpx.ReadError("cut", request=request)
            code = "internal" if how == "500" else "account.sign_in_refused"
            return httpx.Response(500 if how == "500" else 401, json=dict(ProblemError(code).body()))

        running.front.answer = fail
        async with httpx.AsyncClient(transport=running.front, base_url=NODE_URI) as http:
            desk = await _fronted_creator(running, http)
            with pytest.raises(ProblemError):
                await publish.publish(desk, upload)
        first = _signed(running, upload)
        with pytest.raises(ProblemError, match=r"upload\.state"):
            await fill_in(running.creator, upload)
        hand_clock.advance(timedelta(hours=1))
        assert (await running.creator.uploads.publish(upload)).state == "published"
        assert _signed(running, upload) == first
        assert len(await running.viewer.catalogue.browse()) == 1


def _signed(running: RunningWorld, upload: str) -> str:
    with running.desk("creator").database.read() as session:
        return str(session.get_one(Upload, upload).publication["signed"])


async def test_a_refused_publication_can_be_changed(running: RunningWorld) -> None:
    upload = ready_upload(running)
    with running.desk("creator").database.read() as session:
        sealed = session.get_one(Upload, upload).sealed
    lost = Cid.parse(sealed["chunks"][1]["cid"])
    block = running.world.node.blocks.get(lost)
    running.world.node.blocks.discard(lost)
    with pytest.raises(ProblemError, match=r"content\.missing"):
        await running.creator.uploads.publish(upload)
    shown = await running.creator.uploads.get(upload)
    assert shown.problem is not None
    assert (shown.state, shown.problem.code) == ("ready", "content.missing")
    running.world.node.blocks.put(block)
    await fill_in(running.creator, upload, title="Better")
    await running.creator.uploads.publish(upload)
    assert [item.title for item in await running.viewer.catalogue.browse()] == ["Better"]


async def test_a_restart_goes_on_publishing(world_profile: Path, hand_clock: HandClock) -> None:
    async with running_world(world_profile, hand_clock) as running:
        upload = ready_upload(running)
        with running.desk("creator").database.write() as session:
            session.get_one(Upload, upload).state = "publishing"
    async with running_world(world_profile, hand_clock) as running:
        await until(running.creator, upload, "published")
        assert len(await running.viewer.catalogue.browse()) == 1


async def test_events_say_what_changed(running: RunningWorld) -> None:
    heard = asyncio.Queue[str]()

    async def listen() -> None:
        async for line in running.desk("viewer").events.listen():
            await heard.put(line)

    listening = asyncio.create_task(listen())
    assert EventOut.model_validate_json((await heard.get()).removeprefix("data: ")).kind == LISTENING
    film = await running.publish()
    await running.viewer.playback.buy(film.content, first_chunk=1)
    lines = [await heard.get(), await heard.get()]
    assert all(line.startswith("data: ") and line.endswith("\n\n") for line in lines)
    assert any('"purchase"' in line and film.content in line for line in lines)
    assert any('"wallet"' in line for line in lines)
    running.world.hush()
    await listening
    for _ in range(600):
        running.desk("viewer").events.publish("wallet")
