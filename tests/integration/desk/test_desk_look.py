"""The look before the first byte: told, and nothing kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from services.desk.publishing.looking import cost_of, storage_cost
from services.units.money import ZERO, Money
from services.wire.problems import ProblemError
from services.wire.storage import StoragePriceIn
from tests.fixtures.film_kinds import Kind, make_kind
from tests.fixtures.world import RunningWorld


async def test_a_film_is_told_and_nothing_is_kept(running: RunningWorld, timecode_clip: Path, tmp_path: Path) -> None:
    look = await running.creator.uploads.look(str(timecode_clip), "0.01")
    assert (look.coding, look.encoder, look.part_count, look.duration_ms) == ("copied", "", 3, 26_000)
    assert [(sound.codec, sound.channels) for sound in look.sounds] == [("aac", 1)]
    assert look.free_bytes > look.disk_bytes > look.size_bytes > 0
    assert look.cost is not None
    assert (look.cost.whole, look.cost.storage) == (Money(26_000), Money(0))
    assert 0 < look.cost.settlement.micros < 26_000
    assert (await running.creator.uploads.look(str(timecode_clip), "cheap")).cost is None
    with pytest.raises(ProblemError, match=r"upload\.file_missing"):
        await running.creator.uploads.look("film.mp4")
    song = make_kind(tmp_path / "sparse.mkv", Kind(key_s=400, seconds=20, sounds=()))
    coded = await running.creator.uploads.look(str(song))
    assert (coded.coding, coded.is_hardware or coded.encoder) == ("coded", coded.is_hardware or "libvpx-vp9")
    assert coded.work_ms > 0
    assert await running.creator.uploads.list() == ()


CAPTIONS = "1\n00:00:00,500 --> 00:00:02,000\nIce.\n"


async def test_all_that_a_file_holds_and_costs_is_told_before_the_first_byte(
    running: RunningWorld, tmp_path: Path
) -> None:
    kind = Kind(
        seconds=12, rate=25, size=(640, 360), sounds=("aac", "ac3"), languages=("deu", "eng"), captions=CAPTIONS,
        chapters=((0, "Ice"), (6, "Water")), key_s=4, options={"crf": "10"},
    )  # fmt: skip
    film = make_kind(tmp_path / "film.mkv", kind)
    uploads, storage = running.creator.uploads, running.creator.storage
    look = await uploads.look(str(film), "0.01")
    assert (look.file_name, look.size_bytes, look.container) == ("film.mkv", film.stat().st_size, "matroska")
    assert (look.width, look.height, look.fps_text, look.video_codec) == (640, 360, "25", "h264")
    assert [(sound.codec, sound.language) for sound in look.sounds] == [("aac", "deu"), ("ac3", "eng")]
    assert [(one.codec, one.is_kept) for one in look.captions] == [("subrip", True)]
    assert [(one.start_ms, one.title) for one in look.chapters] == [(0, "Ice"), (6_000, "Water")]
    assert abs(look.duration_ms - 12_000) <= 40
    assert (look.coding, look.part_count) == ("copied", 2)
    assert look.work_ms > 0
    # What is stored is about the file, with room for names and seals, and not beyond reason.
    assert film.stat().st_size <= look.disk_bytes <= film.stat().st_size * 1.2
    assert look.cost is not None
    assert look.cost.storage == ZERO
    assert 0 < look.cost.settlement_per_mille == look.cost.settlement.micros * 1000 // look.cost.whole.micros
    free = look.cost.break_even_minutes
    assert (await storage.price(Money(50_000_000))).price_per_gb == Money(50_000_000)
    cost = (await uploads.look(str(film), "0.01")).cost
    assert cost is not None
    stored = look.disk_bytes * 1000 // 1010
    assert abs(cost.storage.micros - 50_000_000 * stored // 10**9) <= 51
    # Nine tenths of six cents a minute pay it back.
    assert cost.break_even_minutes >= free
    assert cost.break_even_minutes >= cost.storage.micros // 54_000
    with pytest.raises(ValidationError):
        StoragePriceIn(price_per_gb=Money(-1))


def test_storage_is_paid_back_before_anything_is_earned() -> None:
    # 20 GB at three cents: 0.60 a month; a cent a part leaves 5.4 cents a minute.
    storage = storage_cost(20 * 10**9, Money(30_000))
    assert storage == Money(600_000)
    cost = cost_of(Money(10_000), 1_800_000, settlement=ZERO, withdrawal=Money(1_800), storage=storage)
    assert (cost.storage, cost.break_even_minutes) == (storage, 12)
    assert storage_cost(1, Money(1)) == Money(1)
    assert storage_cost(10**12, ZERO) == ZERO


@pytest.mark.parametrize(
    ("price", "settlement", "withdrawal", "per_mille", "minutes"),
    [
        # A half hour: 180 parts. Nine tenths of a minute's price pay a withdrawal.
        (10_000, 5_040, 1_800, 2, 1),
        (1_000, 5_040, 1_800, 28, 1),
        (10, 5_040, 1_800, 2_800, 34),
        (1, 5_040, 1_800, 28_000, 300),
    ],
)
def test_costs_are_exact(price: int, settlement: int, withdrawal: int, per_mille: int, minutes: int) -> None:
    cost = cost_of(Money(price), 1_800_000, settlement=Money(settlement), withdrawal=Money(withdrawal))
    assert (cost.settlement_per_mille, cost.break_even_minutes) == (per_mille, minutes)
    assert cost.whole == Money(price * 180)
