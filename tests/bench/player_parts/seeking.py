"""From a seek to its picture: the engine's new run on an owned part, against libVLC's own seek in the plain file."""

from __future__ import annotations

import statistics
import time
from typing import Any

from player.vlc import library
from player.vlc.callbacks import forget_pictures, send_pictures
from player.vlc.engine import Engine, Run
from player.vlc.frames import Frame, FrameStore
from tests.bench.player_parts.loop import turn, turn_for
from tests.fixtures.player import CutFilm, read_number

SEEKS = 21
# libVLC goes to the key frame before the place; ours begins at it.
NEAR = 30


class BareSeeker:
    """libVLC on the plain file, playing."""

    def __init__(self, film: CutFilm) -> None:
        self._store = FrameStore(lambda _news: None, self._see)
        self._number, self._wanted, self._seen = -1, range(0), 0.0
        self._player: Any = library.instance(silent=True).media_player_new()
        self._key = send_pictures(self._player, self._store)
        media = library.instance(silent=True).media_new_path(str(film.plain))
        self._player.set_media(media)
        self._player.play()
        turn(lambda: self._number >= 0)

    def _see(self, frame: Frame) -> None:
        self._number = read_number(frame.pixels, frame.pitch)
        if self._number in self._wanted and not self._seen:
            self._seen = time.perf_counter()

    def seek_ms(self, number: int) -> float:
        """From the seek to a picture of there."""
        self._seen, self._wanted = 0.0, range(number - NEAR, number + NEAR)
        began = time.perf_counter()
        self._player.set_time(number * 40)
        turn(lambda: bool(self._seen))
        return (self._seen - began) * 1000

    def close(self) -> None:
        self._player.stop()
        self._player.release()
        forget_pictures(self._key)


class OurSeeker:
    """The engine, with all parts owned."""

    def __init__(self, film: CutFilm) -> None:
        self._film, self._wanted, self._seen = film, range(0), 0.0
        self._engine = Engine(silent=True, tap=self._see)
        self._engine.chunk_wanted.connect(lambda run, index: self._engine.feed(run, index, film.chunks[index]))
        self.seek_ms(0)

    def _see(self, frame: Frame) -> None:
        if not self._seen and read_number(frame.pixels, frame.pitch) in self._wanted:
            self._seen = time.perf_counter()

    def seek_ms(self, number: int) -> float:
        """From the seek to a picture of there."""
        self._seen, self._wanted = 0.0, range(number - NEAR, number + NEAR)
        at_ms, total = number * 40, len(self._film.chunks)
        began = time.perf_counter()
        self._engine.start(Run(self._film.init, at_ms // self._film.chunk_ms, total, total, enter_ms=at_ms))
        turn(lambda: bool(self._seen))
        return (self._seen - began) * 1000

    def close(self) -> None:
        self._engine.close()


def seek_ratio(film: CutFilm) -> dict[str, Any]:
    """Alternate the two, to the same places."""
    bare, ours = BareSeeker(film), OurSeeker(film)
    pairs = []
    last = -1000
    places = range(NEAR, film.frames - NEAR)
    for at in range(SEEKS):
        # Far enough from where it plays that a picture from before cannot be taken for one of there.
        far = [one for one in places if abs(one - last) > 4 * NEAR]
        number = last = far[at * 7919 % len(far)]
        pairs.append((bare.seek_ms(number), ours.seek_ms(number)))
        turn_for(120)
    bare.close()
    ours.close()
    bare_ms, our_ms = (statistics.median(side) for side in zip(*pairs, strict=True))
    note = f"{our_ms:.1f} ms ours, {bare_ms:.1f} ms libVLC in the plain file; to {SEEKS} places, medians"
    return {"value": round(our_ms / bare_ms, 2), "unit": "ratio", "goal": 1.2, "note": note}
