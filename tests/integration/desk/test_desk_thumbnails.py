"""The picture that stands for a film: found by itself, of a moment, or a file's; an upload never waits for it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from services.desk.publishing.record import get
from services.desk.storage.record import files_of
from services.media.signature import parse_signed
from services.units.cid import Cid
from services.wire.problems import ProblemError
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import ready_upload, until


def seen(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "JPEG"
    return picture.convert("RGB")


def red_file(path: Path, kind: str = "PNG") -> Path:
    Image.new("RGB", (3_000, 1_000), (200, 10, 10)).save(path, kind)
    return path


async def test_a_film_shows_what_was_chosen_and_a_node_has_it(
    running: RunningWorld, timecode_clip: Path, tmp_path: Path
) -> None:
    creator, desk, upload = running.creator, running.desk("creator"), ready_upload(running, str(timecode_clip))
    found = (await creator.uploads.get(upload)).poster
    early, late = [await creator.uploads.frame(upload, at_ms) for at_ms in (1_000, 20_000)]
    assert early != late
    assert max(seen(early).size) == 400

    of_moment = await creator.uploads.set_thumbnail(upload, at_ms=20_000)
    assert of_moment.poster not in (None, found)
    assert of_moment.has_chosen_poster
    first = Cid.parse(str(of_moment.poster))
    assert seen(await creator.catalogue.blob(first)).size == (640, 360)

    of_file = await creator.uploads.set_thumbnail(upload, path=str(red_file(tmp_path / "red.png")))
    assert not desk.blocks.has(first)
    picture = seen(await creator.catalogue.blob(str(of_file.poster)))
    assert picture.size == (1280, 427)
    red, green, _ = ImageStat.Stat(picture).mean
    assert red > 150
    assert green < 40

    published = await creator.uploads.publish(upload)
    assert published.state == "published"
    row = get(desk, upload)
    assert Cid.parse(str(of_file.poster)) in files_of(row)
    assert parse_signed(row.publication["signed"].encode()).manifest.poster_cid == Cid.parse(str(of_file.poster))
    card = next(item for item in await running.viewer.catalogue.browse() if item.content_id == published.content_id)
    assert card.poster == of_file.poster


async def test_a_wrong_picture_leaves_everything_as_it_was(running: RunningWorld, tmp_path: Path) -> None:
    creator, upload = running.creator, ready_upload(running)
    before = await creator.uploads.get(upload)
    (tmp_path / "text.png").write_text("no picture")
    cut = red_file(tmp_path / "cut.jpg", "JPEG")
    cut.write_bytes(cut.read_bytes()[:400])
    for path, code in (
        (str(tmp_path / "text.png"), "media.picture"),
        (str(cut), "media.picture"),
        (str(tmp_path / "none.png"), "upload.file_missing"),
        ("red.png", "upload.file_missing"),
        (str(tmp_path), "media.picture"),
    ):
        with pytest.raises(ProblemError) as caught:
            await creator.uploads.set_thumbnail(upload, path=path)
        assert caught.value.code == code, path
    assert await creator.uploads.get(upload) == before


async def test_it_can_be_chosen_before_the_film_is_cut_and_taken_back(
    running: RunningWorld, timecode_clip: Path
) -> None:
    creator = running.creator
    started = await creator.uploads.start(str(timecode_clip))
    chosen = await creator.uploads.set_thumbnail(started.id, at_ms=5_000)
    ready = await until(creator, started.id, "ready")
    assert ready.poster == chosen.poster
    again = await creator.uploads.set_thumbnail(started.id)
    assert not again.has_chosen_poster
    assert again.poster not in (None, chosen.poster)
