"""The window process of a tour: the normal application, with a hand in it that does the steps and reports each."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Slot
from PySide6.QtWidgets import QApplication

from studio.app import Studio
from studio.ending import end_after
from studio.kit.service_state import Phase
from studio.tour.channel_steps import on_chain, refund
from studio.tour.creator_steps import publish, tier, upload
from studio.tour.hand import Hand, StepError
from studio.tour.money_steps import collect, earnings, reconcile, withdraw, withdraw_again
from studio.tour.restart_steps import after_the_kills, before_the_kills
from studio.tour.scene import Scene
from studio.tour.viewer_steps import autobuy, budget, buy, discover, paywall, preview, seek_back

if TYPE_CHECKING:
    from collections.abc import Callable

FILM_TITLE = "Ten seconds at a time"
RESTART = "restart"
_SERVICE_S = 60.0
SCRIPT: tuple[tuple[str, Callable[[Scene], str]], ...] = (
    ("tier", tier),
    ("upload", upload),
    ("publish", publish),
    ("discover", discover),
    ("preview", preview),
    ("paywall", paywall),
    ("buy", buy),
    ("autobuy", autobuy),
    ("budget", budget),
    ("seek-back", seek_back),
    ("on-chain", on_chain),
    ("earnings", earnings),
    ("collect", collect),
    ("withdraw", withdraw),
    ("withdraw-again", withdraw_again),
    ("reconcile", reconcile),
    ("refund", refund),
)


class Performer(QObject):
    """Does one part of the tour: ``main`` up to the kill of the window, ``again`` after it."""

    def __init__(self, studio: Studio, scene: Scene, part: str, shots: Path | None) -> None:
        super().__init__()
        self._studio, self._scene, self._part, self._shots = studio, scene, part, shots
        self._listener = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._listener.activated.connect(self._heard)

    @Slot()
    def perform(self) -> None:
        """Do the part; ends the application. Waits for the service first: its start belongs to no step."""
        self._await_service()
        if self._part == "main" and all(self._do(name, step) for name, step in SCRIPT):
            self._do_kills()
        elif self._part == "again":
            self._do(RESTART, after_the_kills)
        tell(tour="end")
        QApplication.quit()

    def _await_service(self) -> None:
        try:
            self._scene.hand.wait("the service", self._is_ready, _SERVICE_S)
        except StepError as exc:
            print(exc, file=sys.stderr)

    def _is_ready(self) -> bool:
        process = self._studio.process
        return process is not None and process.state.phase is Phase.READY

    def _do(self, name: str, step: Callable[[Scene], str]) -> bool:
        start = time.monotonic()
        try:
            detail, held = step(self._scene), True
        except StepError as exc:
            detail, held = str(exc), False
        took_ms = round((time.monotonic() - start) * 1000)
        self._keep_picture(name)
        tell(tour="step", name=name, ok=held, milliseconds=took_ms, detail=detail)
        return held

    def _do_kills(self) -> None:
        scene, process = self._scene, self._studio.process
        if process is None:
            return
        try:
            before_the_kills(scene, process, lambda: tell(tour="kill-service"))
        except StepError as exc:
            self._keep_picture(RESTART)
            tell(tour="step", name=RESTART, ok=False, milliseconds=0, detail=str(exc))
            return
        tell(tour="facts", facts={**scene.facts, "content_id": scene.content_id})
        tell(tour="kill-window")
        scene.hand.pause(60)

    def _keep_picture(self, name: str) -> None:
        if self._shots is not None:
            self._shots.mkdir(parents=True, exist_ok=True)
            self._studio.window.grab().save(str(self._shots / f"{name}.png"))

    @Slot()
    def _heard(self) -> None:
        """Stop when the director is gone; what it says otherwise needs no answer."""
        if not sys.stdin.readline():
            self._listener.setEnabled(False)
            self._scene.hand.stop()


def tell(**message: object) -> None:
    """Say something to the director."""
    print(json.dumps(message), flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="studio.tour.inside")
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--media", type=Path)
    parser.add_argument("--part", choices=("main", "again"), required=True)
    parser.add_argument("--shots", type=Path)
    parser.add_argument("--facts", type=Path)
    return parser.parse_args()


def main() -> NoReturn:
    """Run the application with a hand in it; ends the process."""
    given = _parse()
    application = QApplication(sys.argv[:1])
    studio = Studio(application, profile=given.profile, demo=True)
    studio.start()
    studio.catch_crashes()
    scene = Scene(Hand(studio.window, studio.bridge), given.media, FILM_TITLE)
    if given.facts is not None:
        scene.facts.update(json.loads(given.facts.read_text(encoding="utf-8")))
        scene.content_id = scene.facts["content_id"]
    performer = Performer(studio, scene, given.part, given.shots)
    QTimer.singleShot(0, performer.perform)
    end_after(application, studio, application.exec)


if __name__ == "__main__":
    main()
