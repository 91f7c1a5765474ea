"""Ten hours of film: cut and sealed by a real worker, and entered at its last part."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from player.vlc.engine import Engine, Run
from player.vlc.frames import Frame
from services.ipfs.store import DiskBlockStore
from services.media.barcode import read_frame_number
from tests.fixtures.film_kinds import Kind, make_kind
from tests.fixtures.media import StoredFilm, content_of, ingest_into, repeat_film

HOURS_MS, PART_S, RATE = 36_000_000, 10, 4
PARTS = HOURS_MS // (PART_S * 1_000)


def test_the_last_part_of_ten_hours_is_entered_and_played_to_its_end(
    qapp: object, qtbot: QtBot, tmp_path: Path
) -> None:
    base = make_kind(tmp_path / "base.mp4", Kind(seconds=PART_S, rate=RATE, key_s=5, sounds=()))
    repeat_film(base, tmp_path / "long.mp4", PARTS, seconds=PART_S)
    film = ingest_into(tmp_path, tmp_path / "long.mp4")
    assert film.duration_ms == film.facts.duration_ms == HOURS_MS
    assert [chunk.start_ms for chunk in film.chunks] == list(range(0, HOURS_MS, PART_S * 1_000))
    stored = StoredFilm(film, content_of(1), DiskBlockStore(tmp_path / "blocks"))
    seen: list[int | None] = []

    def see(frame: Frame) -> None:
        number = read_frame_number(frame.pixels, width=frame.width, height=frame.height, pitch=frame.pitch)
        if number not in seen[-1:]:
            seen.append(number)

    engine, entered = Engine(silent=True, tap=see), list[int]()
    engine.run_entered.connect(lambda _run, at_ms: entered.append(at_ms))
    engine.chunk_wanted.connect(lambda run, index: engine.feed(run, index, stored.chunk(index)))
    with qtbot.waitSignal(engine.run_ended, timeout=60_000) as ended:
        engine.start(Run(stored.init, PARTS - 1, PARTS, PARTS, HOURS_MS - 4_000))
        engine.settle(PARTS)
    engine.close()
    assert ended.args is not None
    assert ended.args[1] == PARTS
    # Its second key picture, and each that follows, in order.
    assert entered == [HOURS_MS - 5_000]
    assert seen == list(range(5 * RATE, PART_S * RATE))
