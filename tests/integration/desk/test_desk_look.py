"""The look before the first byte: told, and nothing kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.desk.publishing.looking import cost_of
from services.units.money import Money
from services.wire.problems import ProblemError
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
