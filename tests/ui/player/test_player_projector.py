"""The projector between page and engine: what it says of the position when the engine's news come late."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from player.core.playback import Open, State
from player.core.timeline import Access, Chunk, Timeline
from player.pages.watch.projector import Projector
from services.units.money import Money
from tests.fixtures.viewer import FakeEngine

CHUNK_MS = 2_000


def test_parts_that_came_before_the_run_was_entered_count(qtbot: QtBot) -> None:
    now, engine = [0], FakeEngine()
    projector = Projector(lambda: engine, lambda: now[0])
    chunks = (Chunk(at, at * CHUNK_MS, (at + 1) * CHUNK_MS, Money(1), Access.OWNED) for at in range(4))
    projector.load(b"init", Timeline(tuple(chunks)), 0)
    projector.dispatch(Open(0))
    for index in range(3):
        projector.feed(index, b"chunk")
    engine.show_first()
    qtbot.waitUntil(lambda: projector.playback.state is State.PLAYING)
    now[0] = 5_000
    assert projector.position_ms == 5_000
    now[0] = 7_000
    assert projector.position_ms == 3 * CHUNK_MS
    projector.close()
