"""A program of its own: the desktop app, taken down by SIGSEGV in the middle of a film that is being paid for.

Each window prints where it is: the first one before it dies, the second one when the film runs again.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from player.core.playback import State
from services.units.ids import content_id
from services.units.money import Money
from studio import __main__ as program
from studio.app import Studio
from studio.kit import comeback
from studio.kit.service_state import Phase
from studio.tour.creator_steps import publish, upload
from studio.tour.hand import Hand, StepError
from studio.tour.scene import CREATOR, VIEWER, Scene

BUDGET = Money(1_000_000)
PATIENCE_S = 120.0
_start = Studio.start


def tell(studio: Studio, hand: Hand, position_ms: Callable[[], int]) -> None:
    """Print a place in the film, and what the service knows was paid for it."""
    state = page_of(studio).model.state

    async def receipts(client: Any) -> list[tuple[int, int, int]]:
        found = await client.desk(VIEWER).playback.receipts(content_id(state.content_id))
        return [(one.first_chunk, one.chunk_count, one.amount.micros) for one in found]

    paid = hand.fact(receipts)
    print(json.dumps({"position_ms": position_ms(), "paid": paid, "speed": state.speed}), flush=True)


def noted() -> int:
    """Where the window after this one is to begin."""
    kept = comeback.kept()
    return kept.position_ms if kept else 0


def page_of(studio: Studio) -> Any:
    """Give the watch page."""
    assert studio.world is not None
    return studio.world.desk.pages["watch"]


def first(studio: Studio, hand: Hand, film: Path) -> None:
    """Sell a film, buy of it while it runs, and die."""
    scene = Scene(hand, film, "Cut short")
    process = hand.wait("the service process", lambda: studio.process)
    hand.wait("the service", lambda: process.state.phase is Phase.READY, PATIENCE_S)
    scene.persona(CREATOR)
    upload(scene)
    publish(scene)
    scene.persona(VIEWER)
    scene.open_film("discover.list", "discover")
    model = page_of(studio).model
    model.set_speed(3.0)
    model.keep_buying(BUDGET)
    hand.wait("the budget", lambda: model.state.budget is not None)
    hand.click("watch.play")
    hand.wait(
        "a part that was bought to run",
        lambda: bool(model.state.bought) and model.state.position_ms > 12_000,
        PATIENCE_S,
    )
    tell(studio, hand, noted)
    os.kill(os.getpid(), signal.SIGSEGV)


def second(studio: Studio, hand: Hand) -> None:
    """See the film run again, without a click."""
    hand.wait("the film", lambda: studio.world is not None and "watch" in studio.world.desk.pages, PATIENCE_S)
    model = page_of(studio).model
    begun: list[int] = []

    def note() -> None:
        if model.state.playback.state is State.PLAYING and not begun:
            begun.append(model.projector.position_ms)

    model.changed.connect(note)
    hand.wait("the picture to move again", lambda: begun, PATIENCE_S)
    hand.wait("a picture", lambda: page_of(studio).stage.surface.has_frame)
    tell(studio, hand, lambda: begun[0])
    model.seek(26_000)
    hand.wait("the next part to be bought", lambda: bool(model.state.bought), PATIENCE_S)
    tell(studio, hand, noted)
    studio.window.close()


def act(studio: Studio) -> None:
    """Put a person in front of the window; whatever goes wrong ends it at once."""
    try:
        hand = Hand(studio.window, studio.bridge)
        if comeback.kept() is None:
            first(studio, hand, Path(sys.argv[2]))
        else:
            second(studio, hand)
    except (StepError, AssertionError):
        traceback.print_exc()
        os._exit(3)


def start(self: Studio) -> None:
    """Start as always."""
    _start(self)
    QTimer.singleShot(0, lambda: act(self))


if __name__ == "__main__":
    Studio.start = start  # type: ignore[method-assign]
    program.main(["demo", "--profile", sys.argv[1], "--size", "empty"])
