"""What the demo world is made of: so many people and films, in a dozen looks, both ways up, moving and heard."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from services.host.demo_world.calendar import premieres
from services.host.demo_world.cast import channels, make_cast
from services.host.demo_world.sizes import SEED, SIZES
from services.media.art.motion import LOOP_MS, Loop, make_loop
from services.media.art.palettes import PALETTES
from services.media.art.repertoire import SCENES
from services.media.art.scene import Scene


def test_the_normal_world_has_its_people_its_films_and_its_days() -> None:
    size = SIZES["normal"]
    cast = make_cast(SEED, size)
    shots = [shot for day in premieres(cast, size).values() for _, shot in day]
    assert (len(cast.creators), len(shots), len(cast.viewers), size.days) == (12, 60, 400, 90)
    assert len({shot.content for shot in shots}) == len({shot.part.title for shot in shots}) == 60
    assert len({one.address for one in cast.creators} | {one.address for one in cast.viewers}) == 412


def test_the_large_world_is_the_normal_one_and_more() -> None:
    normal, large = SIZES["normal"], SIZES["large"]
    assert (large.channels, large.films, large.viewers, large.days) == (
        normal.channels, normal.films, normal.viewers, normal.days,
    )  # fmt: skip
    assert (60 + large.more_films, large.more_payments) == (100_000, 1_000_000)


def test_channels_come_in_a_dozen_palettes_and_scenes_and_both_ways_up() -> None:
    assert len({one.palette for one in channels()}) == len({one.scene for one in channels()}) == 12
    assert {one.palette for one in channels()} <= set(PALETTES)
    forms = {size[0] > size[1] for one in channels() for size in (film.size for film in one.films)}
    assert forms == {True, False}


@pytest.mark.parametrize("size", [(64, 36), (36, 64)])
def test_a_clip_moves_and_is_heard(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "loop.mp4"
    scene = Scene(PALETTES[channels()[0].palette], 1, size[0] / size[1])
    make_loop(path, Loop(scene, SCENES[channels()[0].scene], *size, "a tune"))
    with av.open(str(path)) as film:
        pictures = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    with av.open(str(path)) as film:
        sound = np.concatenate([frame.to_ndarray() for frame in film.decode(audio=0)], axis=1)
    assert {picture.shape for picture in pictures} == {(size[1], size[0])}
    assert len(pictures) * 40 == LOOP_MS
    assert np.abs(pictures[0].astype(int) - pictures[len(pictures) // 2]).max() > 20
    assert np.abs(sound).max() > 0.05
