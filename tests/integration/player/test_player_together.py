"""Sound and pictures come together, and the second picture as soon after the first as any other."""

from __future__ import annotations

import ctypes
import statistics
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from player.vlc import library
from player.vlc.engine import Engine, Run
from player.vlc.frames import Frame
from tests.fixtures.player import PULSE_EACH_S, RATE, CutFilm, read_number

_HZ = 48_000
_PLAY = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int64)
_LOUD = 3_000
# A picture is seen by the loop that hands it over, up to this late.
_IN_STEP_US = 15_000


class Heard:
    """Takes an engine's sound in place of a device, with the moment at which libVLC means each block to be heard."""

    def __init__(self, player: Any) -> None:
        kinds = library.load().CallbackDecorators
        self.blocks: list[tuple[int, Any]] = []
        self._play = _PLAY(self._take)
        names = ("AudioPlayCb", "AudioPauseCb", "AudioResumeCb", "AudioFlushCb", "AudioDrainCb")
        given: tuple[Any, ...] = (self._play, None, None, None, None)
        calls = [ctypes.cast(call, getattr(kinds, name)) for call, name in zip(given, names, strict=True)]
        player.audio_set_callbacks(*calls, None)
        player.audio_set_format("S16N", _HZ, 1)

    def _take(self, _opaque: int, samples: int, count: int, at_us: int) -> None:
        self.blocks.append((at_us, np.frombuffer(ctypes.string_at(samples, count * 2), dtype=np.int16)))

    @property
    def pulses(self) -> list[float]:
        """When each pulse begins, in libVLC's microseconds."""
        found: list[float] = []
        for at_us, samples in self.blocks:
            for place in np.flatnonzero(np.abs(samples.astype(int)) > _LOUD):
                moment = at_us + place * 1_000_000 / _HZ
                if not found or moment - found[-1] > 1_000_000 * PULSE_EACH_S / 2:
                    found.append(float(moment))
        return found


@pytest.mark.parametrize("first", [0, 2])
@pytest.mark.parametrize("name", ["turned_film", "uneven_film"])
def test_sound_and_pictures_come_together_from_wherever_a_run_begins(
    qapp: object, request: pytest.FixtureRequest, qtbot: QtBot, first: int, name: str
) -> None:
    film: CutFilm = request.getfixturevalue(name)
    clock = library.load().libvlc_clock
    seen: dict[int, int] = {}

    def see(frame: Frame) -> None:
        seen.setdefault(read_number(frame.pixels, frame.pitch), clock())

    engine = Engine(silent=True, tap=see)
    qtbot.waitUntil(lambda: engine._vlc._player is not None)
    heard = Heard(engine._vlc._player)
    engine.chunk_wanted.connect(lambda run, index: engine.feed(run, index, film.chunks[index]))
    with qtbot.waitSignal(engine.run_ended):
        engine.start(Run(film.init, first, first + 2, len(film.chunks), first * film.chunk_ms))
        engine.settle(first + 2)
    engine.close()
    pulses, begins = heard.pulses, first * film.chunk_ms * RATE // 1000
    whole_seconds = [number for number in seen if number % RATE == 0 and number > begins]
    apart = [min((pulse - seen[number] for pulse in pulses), key=abs) for number in whole_seconds]
    assert len(apart) == 3
    # The encoder's first block of sound (21 ms) is not heard before the rest.
    assert abs(statistics.median(apart)) < _IN_STEP_US, apart
    assert min(seen) == begins
