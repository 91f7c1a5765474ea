"""The demo world: how long the normal one takes to build, and how long built ones take to open in the window."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from services.host.demo_world import cache
from services.host.demo_world.sizes import SIZES
from tests.bench.demo_parts import restore

_BUILD_S, _OPEN_S = 170, 30
_PROBE = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from studio.app import Studio
from studio.ending import end_after
from studio.kit.service_state import Phase
from pathlib import Path

application = QApplication(sys.argv[:1])
studio = Studio(application, profile=Path(sys.argv[1]), demo=True, size=sys.argv[2])

def look():
    if studio.process is not None and studio.process.state.phase is Phase.READY and studio.world.desk is not None:
        print("ready", flush=True)
        studio.window.close()
        application.quit()

def show():
    studio.start()
    timer.start(5)
    return application.exec()

timer = QTimer()
timer.timeout.connect(look)
end_after(application, studio, show)
"""


def figures() -> dict[str, dict[str, Any]]:
    """Build the normal world in a cache of its own, and open it twice: as a new profile, and again."""
    with tempfile.TemporaryDirectory(prefix="mc-bench-") as folder:
        root = Path(folder)
        os.environ["XDG_CACHE_HOME"] = str(root / "cache")
        built = _build("normal")
        first, again = _open(root, "normal"), _open(root, "normal")
        found = {
            "demo_build_s": _figure(built, 60, f"first build of {_words('normal')}; {os.cpu_count()} cores"),
            "demo_open_s": _figure(again, 3, "process start to a painted window with a ready service, world there"),
            "demo_first_open_s": _figure(
                first, None, "the same with a new profile: the world is brought from the cache"
            ),
        }
        found |= restore.figures()
        del os.environ["XDG_CACHE_HOME"]
        if cache.is_built(cache.world_folder(SIZES["large"])):
            # Building it takes minutes: only where somebody did (python -m services.host.demo_world --size large).
            _open(root, "large")
            found["demo_large_open_s"] = _figure(_open(root, "large"), 5, _words("large"))
        return found


def _words(size: str) -> str:
    one = SIZES[size]
    more = f" and {one.more_films} films, {one.more_payments} payments by the batch doors" if one.more_films else ""
    return f"{one.channels} channels, {one.viewers} viewers, {one.days} days{more}"


def _build(size: str) -> float:
    began = time.perf_counter()
    command = (sys.executable, "-m", "services.host.demo_world", "--size", size)
    subprocess.run(command, check=True, timeout=_BUILD_S, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _open(root: Path, size: str) -> float:
    """Give the seconds from the start of the window's process to its being ready."""
    began = time.perf_counter()
    command = (sys.executable, "-c", _PROBE, str(root / f"profile-{size}"), size)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        taken = time.perf_counter() - began
        process.wait(_OPEN_S)
    return taken


def _figure(value: float, goal: float | None, note: str) -> dict[str, Any]:
    return {"value": round(value, 2), "unit": "s", "goal": goal, "note": note}
