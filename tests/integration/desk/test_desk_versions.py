"""The next version of a film: other words, picture, captions and chapters; what was bought stays as it was."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from services.client import DeskClient
from services.desk.films import known_film
from services.desk.publishing.publish import as_signed
from services.desk.publishing.record import get
from services.media.signature import parse_signed, sign_manifest
from services.node.catalogue.publishing import publish_film
from services.units.ids import ContentId, content_id
from services.units.money import ZERO
from services.wire.problems import ProblemError
from services.wire.uploads import CaptionsIn, ChapterIn, ThumbnailIn, VersionIn
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import ready_upload

SRT = "1\n00:00:01,000 --> 00:00:02,000\nA clock <b>ticks</b>\n\n"


async def _for_sale(running: RunningWorld) -> tuple[str, ContentId]:
    upload = ready_upload(running)
    published = await running.creator.uploads.publish(upload)
    return upload, content_id(str(published.content_id))


async def _code(work: object) -> str:
    with pytest.raises(ProblemError) as caught:
        await work  # type: ignore[misc]
    return caught.value.code


async def _version_seen(running: RunningWorld, viewer: DeskClient, content: ContentId) -> int:
    """Open a film twice: the first opening takes up what is newer."""
    await viewer.playback.open(content)
    await _ended(running, "newer version")
    film = await asyncio.to_thread(known_film, running.desk("viewer"), content)
    assert film is not None
    return film.manifest.version


async def _ended(running: RunningWorld, name: str) -> None:
    """Wait for what the viewer's desk does in the background."""
    while tasks := [task for task in running.desk("viewer").tasks if task.get_name().startswith(name)]:
        await asyncio.wait(tasks)


async def test_what_was_bought_stays_and_the_rest_is_said_anew(running: RunningWorld, tmp_path: Path) -> None:
    creator, viewer = running.creator, running.viewer
    _, content = await _for_sale(running)
    assert await _version_seen(running, viewer, content) == 1
    await viewer.playback.buy(content, first_chunk=1)
    spent = (await viewer.wallet.state()).spent
    plain = await viewer.playback.chunk(content, 1)
    (tmp_path / "words.srt").write_text(SRT)
    Image.new("RGB", (640, 360), (9, 9, 200)).save(tmp_path / "blue.png")
    wanted = VersionIn(
        title="  Another  name ",
        thumbnail=ThumbnailIn(path=str(tmp_path / "blue.png")),
        chapters=(ChapterIn(start_ms=0, title="One"), ChapterIn(start_ms=5_000, title="Two")),
        captions=(CaptionsIn(language="en", name="English", path=str(tmp_path / "words.srt")),),
    )
    said = await creator.uploads.revise(content, wanted)
    assert [row.version for row in said] == [2, 1]
    assert said[0].changed == ("title", "poster", "captions", "chapters")
    assert said[0].title == "Another name"

    assert await _version_seen(running, viewer, content) == 2
    opened = await viewer.playback.open(content)
    assert opened.item.title == "Another name"
    assert opened.item.poster is not None
    assert [chunk.access for chunk in opened.chunks][:2] == ["free", "owned"]
    film = known_film(running.desk("viewer"), content)
    assert film is not None
    assert [(one.start_ms, one.title) for one in film.manifest.chapters] == [(0, "One"), (5_000, "Two")]
    words = running.world.node.blocks.get(film.manifest.captions[0].cid).decode()
    assert words == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nA clock ticks\n"
    assert await viewer.playback.chunk(content, 1) == plain
    assert (await viewer.playback.buy(content, first_chunk=1)).amount >= ZERO
    assert (await viewer.wallet.state()).spent == spent
    assert (await viewer.playback.buy(content, first_chunk=2)).amount > ZERO
    assert content in [item.content_id for item in await viewer.catalogue.browse(query="another")]

    # Captions that are there are named again, or go; chapters were not mentioned and stay.
    again = VersionIn(captions=(CaptionsIn(language="en", name="English"),), thumbnail=ThumbnailIn())
    assert (await creator.uploads.revise(content, again))[0].changed == ("poster",)
    assert (await creator.uploads.revise(content, VersionIn(captions=())))[0].changed == ("captions",)
    # A viewer of the second version still has all of it.
    second = (film.manifest.poster_cid, film.manifest.captions[0].cid, *(chunk.cid for chunk in film.manifest.chunks))
    assert all(cid is not None and running.world.node.blocks.has(cid) for cid in second)
    assert [row.version for row in await creator.uploads.versions(content)] == [4, 3, 2, 1]


async def test_who_plays_while_the_words_change_plays_and_buys_on_as_it_was_opened(running: RunningWorld) -> None:
    """Nobody gets another version without asking: what runs keeps its words and its price to the next opening."""
    creator, viewer = running.creator, running.viewer
    _, content = await _for_sale(running)
    opened = await viewer.playback.open(content)
    await _ended(running, "newer version")
    first, second = opened.chunks[1].price, opened.chunks[2].price
    assert (await viewer.playback.buy(content, first_chunk=1, shown=first)).amount == first
    await creator.uploads.revise(content, VersionIn(title="Another name"))
    # In mid-film: the part that was bought, the next one at the price on screen, and nothing of the new version.
    assert len(await viewer.playback.chunk(content, 1)) > 0
    assert (await viewer.playback.buy(content, first_chunk=2, shown=second)).amount == second
    assert len(await viewer.playback.chunk(content, 2)) > 0
    film = await asyncio.to_thread(known_film, running.desk("viewer"), content)
    assert film is not None
    assert (film.manifest.version, film.manifest.title) == (1, opened.item.title)
    await _ended(running, "purchase")
    assert (await viewer.wallet.state()).spent == first + second
    assert await _version_seen(running, viewer, content) == 2
    again = await viewer.playback.open(content)
    assert (again.item.title, [chunk.access for chunk in again.chunks]) == ("Another name", ["free", "owned", "owned"])


async def test_what_cannot_be_published_changes_nothing(running: RunningWorld, tmp_path: Path) -> None:
    uploads = running.creator.uploads
    _, content = await _for_sale(running)
    (tmp_path / "no.srt").write_text("no captions")
    cases = (
        (VersionIn(title=" "), "upload.title"),
        (VersionIn(chapters=(ChapterIn(start_ms=0, title="A\x07"),)), "manifest.invalid"),
        (VersionIn(captions=(CaptionsIn(language="en", path=str(tmp_path / "no.srt")),)), "media.captions"),
        (VersionIn(captions=(CaptionsIn(language="de", name="German"),)), "upload.file_missing"),
        (VersionIn(thumbnail=ThumbnailIn(path=str(tmp_path / "no.srt"))), "media.picture"),
    )
    for wanted, code in cases:
        assert await _code(uploads.revise(content, wanted)) == code
    assert await _code(uploads.revise(content_id("0x" + "7" * 64), VersionIn())) == "content.not_found"
    assert [row.version for row in await uploads.versions(content)] == [1]


async def test_a_node_takes_only_the_next_version_of_the_same_parts(running: RunningWorld) -> None:
    """Nobody's bought part may change its key, place or price, and no version may be replaced or left out."""
    desk, node = running.desk("creator"), running.world.node
    upload, content = await _for_sale(running)
    await running.creator.uploads.revise(content, VersionIn(title="Second"))
    row = get(desk, upload)
    body = as_signed(desk, row)
    latest = parse_signed(body.signed.encode()).manifest

    def publish(**changes: object) -> str:
        manifest = replace(latest, **changes)  # type: ignore[arg-type]
        signed = sign_manifest(manifest, desk.keyring.key()).to_bytes().decode()
        try:
            publish_film(node, desk.keyring.owner(), content, body.model_copy(update={"signed": signed}))
        except ProblemError as problem:
            return f"{problem.code} {problem.params.get('what', '')}".strip()
        return "taken"

    assert publish(title="Other words") == "manifest.invalid version"
    assert publish(version=4) == "manifest.invalid version"
    assert publish(version=1, title="First again") == "manifest.invalid version"
    assert publish(version=3, init_cid=latest.chunks[0].cid) == "manifest.invalid parts"
    shorter = latest.chunks[:-1]
    assert publish(version=3, chunks=shorter, duration_ms=shorter[-1].end_ms) in (
        "manifest.invalid keys",
        "manifest.invalid parts",
    )
    assert publish() == "taken"
    assert publish(version=3, title="Third") == "taken"
    assert [row.version for row in await running.creator.uploads.versions(content)] == [3, 2, 1]
