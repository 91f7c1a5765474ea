"""A program of its own: the desktop app, used for a moment and closed in one of three ways.

well: as a person closes it. stuck: the same, while a job holds the bridge thread for a minute. failing: by a bug.
"""

from __future__ import annotations

import atexit
import sys
import time
from typing import Any

from PySide6.QtCore import QTimer

from studio import __main__ as program
from studio.app import Studio
from studio.kit.service_state import Phase
from studio.tour.hand import Hand

_start = Studio.start


async def block(_client: Any) -> None:
    """Hold the thread, not only the job."""
    time.sleep(60)  # noqa: ASYNC251 - this is the bug to survive


def use(studio: Studio, how: str) -> None:
    """Look at a few pages, then close."""
    hand = Hand(studio.window, studio.bridge)
    __import__("touchy")  # beside this program; Qt's hooks leave what is imported alone
    process = hand.wait("the service process", lambda: studio.process)
    hand.wait("the service", lambda: process.state.phase is Phase.READY, 60)
    for page in ("tiers", "payouts", "upload", "overview"):
        hand.click(f"nav.{page}")
    if how == "stuck":
        studio.bridge.run(studio.window, block, print, print)
        hand.pause(0.2)
    print("used")
    studio.window.close()


def start(self: Studio) -> None:
    """Start as always, and put a person in front of it."""
    _start(self)
    if sys.argv[2] == "failing":
        raise RuntimeError("a bug")
    QTimer.singleShot(0, lambda: use(self, sys.argv[2]))


if __name__ == "__main__":
    atexit.register(print, "the interpreter ended")
    Studio.start = start  # type: ignore[method-assign]
    program.main(["demo", "--profile", sys.argv[1], "--size", "empty"])
