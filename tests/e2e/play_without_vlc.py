"""A program of its own: sells a film in the real window, presses play, and prints what the window then says."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from studio.app import Studio
from studio.ending import end_after
from studio.kit.service_state import Phase
from studio.tour.creator_steps import publish, upload
from studio.tour.hand import Hand
from studio.tour.scene import CREATOR, VIEWER, Scene


def play(studio: Studio, film: Path) -> int:
    """Do it; gives the exit code. Any failure is an error."""
    scene = Scene(Hand(studio.window, studio.bridge), film, "Silent")
    hand = scene.hand
    process = hand.wait("the service process", lambda: studio.process)
    hand.wait("the service", lambda: process.state.phase is Phase.READY, 60)
    scene.persona(CREATOR)
    upload(scene)
    publish(scene)
    scene.persona(VIEWER)
    scene.open_film("discover.list", "discover")
    hand.click("watch.play")
    hand.find("watch.no_vlc")
    print(hand.shown_text())
    scene.go("wallet")
    hand.find("reconcile.table")
    print("the window lives")
    return 0


def main(profile: Path, film: Path) -> None:
    """Play in a window on this profile; ends the process."""
    application = QApplication([])
    studio = Studio(application, profile=profile, demo=True)
    studio.start()
    end_after(application, studio, lambda: play(studio, film))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
