"""``python -m tests.guide``: walks the guide in a real window on a demo world, and keeps its pictures if asked to."""

from __future__ import annotations

import argparse
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QTimer
from PySide6.QtWidgets import QApplication

from studio.app import Studio
from studio.ending import end_after
from studio.kit.service_state import Phase
from studio.tour.hand import Hand, StepError
from tests.guide.walk import Walker, read_walk

_MOST_BYTES = 190_000
_OPEN_S = 1200.0


def main() -> None:
    """Walk; ends the process, with 0 when every step held."""
    parser = argparse.ArgumentParser(prog="tests.guide")
    parser.add_argument("--profile", type=Path, required=True)
    parser.add_argument("--size", default="normal")
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    application = QApplication(sys.argv[:1])
    studio = Studio(application, profile=given.profile, demo=True, size=given.size)
    studio.start()
    studio.window.resize(1280, 800)
    held: list[bool] = []

    def walk() -> None:
        held.append(_walk(studio, given.pictures))
        QApplication.quit()

    QTimer.singleShot(0, walk)

    def run() -> int:
        application.exec()
        return 0 if held == [True] else 1

    end_after(application, studio, run)


def _walk(studio: Studio, folder: Path | None) -> bool:
    hand = Hand(studio.window, studio.bridge)
    walker = Walker(hand, None if folder is None else lambda name: _keep(studio, folder / f"{name}.png"))
    try:
        hand.wait(
            "the world", lambda: studio.process is not None and studio.process.state.phase is Phase.READY, _OPEN_S
        )
        for part, steps in read_walk().items():
            for step in steps:
                walker.do(step)
                print(f"ok  {part}: {step}", flush=True)
    except StepError as exc:
        print(f"FAIL {exc}", flush=True)
        if folder is not None:
            _keep(studio, folder / "failed.png")
        return False
    return True


def _keep(studio: Studio, path: Path) -> None:
    """Keep a picture small: 255 colours, and smaller until it fits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    studio.window.grab().save(buffer, "PNG")
    picture = Image.open(BytesIO(buffer.data().data())).convert("RGB")
    while True:
        picture.quantize(255, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= _MOST_BYTES:
            return
        picture = picture.resize((picture.width * 9 // 10, picture.height * 9 // 10), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
