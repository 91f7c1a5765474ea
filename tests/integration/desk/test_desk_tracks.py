"""What a film has beside its picture reaches the viewer: captions to read, chapters to go to."""

from __future__ import annotations

from pathlib import Path

import pytest

from player.core.captions import parsed
from player.core.fragments import Sound, sound_tracks
from services.units.ids import content_id
from services.wire.catalogue import CaptionOut
from services.wire.problems import ProblemError
from services.wire.uploads import ChapterOut
from tests.fixtures.film_kinds import Kind, make_kind
from tests.fixtures.world import RunningWorld
from tests.fixtures.world_uploads import until

SRT = "1\n00:00:01,000 --> 00:00:02,500\nA clock & a bell\n"


@pytest.fixture
def spoken(tmp_path: Path) -> Path:
    kind = Kind(
        sounds=("aac", "aac"), languages=("deu", "eng"), captions=SRT, chapters=((0, "The shop"), (5, "The bell"))
    )
    return make_kind(tmp_path / "spoken.mkv", kind)


async def test_captions_chapters_and_languages_reach_the_viewer(running: RunningWorld, spoken: Path) -> None:
    uploads = running.creator.uploads
    made = await uploads.start(str(spoken))
    await until(running.creator, made.id, "ready")
    await uploads.save_draft(made.id, title="Spoken", description="", price_text="0.01", preview_chunks=1)
    await uploads.publish(made.id)
    sold = await until(running.creator, made.id, "published")
    assert sold.content_id is not None
    film = content_id(sold.content_id)
    opened = await running.viewer.playback.open(film)
    assert opened.captions == (CaptionOut(language="fra", name=""),)
    assert opened.chapters == (ChapterOut(start_ms=0, title="The shop"), ChapterOut(start_ms=5_000, title="The bell"))
    words = parsed((await running.viewer.playback.captions(film, 0)).decode())
    assert words.at(1_500) == "A clock & a bell"
    assert sound_tracks(await running.viewer.playback.init(film)) == (Sound("deu"), Sound("eng"))
    with pytest.raises(ProblemError, match=r"content\.not_found"):
        await running.viewer.playback.captions(film, 1)
