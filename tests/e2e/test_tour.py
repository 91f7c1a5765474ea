"""The main job through the real window, as a command of its own, with the demo's film and with another one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from studio.tour.report import STEPS
from tests.fixtures.films import make_scenic_film

pytestmark = pytest.mark.timeout(600)


def _tour(root: Path, folder: Path, *options: str) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    report = folder / "tour.json"
    command = [sys.executable, "-m", "studio", "demo", "--tour", "--json", str(report), *options]
    environment = {**os.environ, "MUSECLOCK_TOUR_SLOWNESS": "4"}
    run = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=540)
    return run, json.loads(report.read_text()) if report.exists() else {}


def _servers() -> set[str]:
    """Name the Xvfb and service processes on this machine."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "mc-tour-" in words:
            found.add(f"{entry.name} {words}")
    return found


def test_the_tour_holds_with_its_own_film(root: Path, short_path: Path) -> None:
    shots = short_path / "shots"
    run, report = _tour(root, short_path, "--shots", str(shots))
    assert run.returncode == 0, run.stdout + run.stderr
    assert report["ok"] is True
    assert [step["name"] for step in report["steps"]] == list(STEPS)
    assert all(step["ok"] and step["detail"] for step in report["steps"])
    assert [line.split()[1] for line in run.stdout.splitlines() if line.startswith("ok  ")] == list(STEPS)
    for name in STEPS:
        picture = QImage(str(shots / f"{name}.png"))
        assert picture.width() >= 1000, name
    assert not _servers()


def test_the_tour_holds_with_another_film(root: Path, short_path: Path) -> None:
    film = short_path / "scenic.mp4"
    make_scenic_film(film, seconds=47)
    run, report = _tour(root, short_path, "--media", str(film))
    assert run.returncode == 0, run.stdout + run.stderr
    assert report["media"] == str(film)


def test_a_bad_film_fails_the_tour_with_a_reason(root: Path, short_path: Path) -> None:
    text = short_path / "film.mp4"
    text.write_text("This is no film.")
    run, report = _tour(root, short_path, "--media", str(text))
    assert run.returncode == 1
    upload = next(step for step in report["steps"] if step["name"] == "upload")
    assert not upload["ok"]
    assert "media.unreadable" in upload["detail"]
    assert [step["name"] for step in report["steps"]] == list(STEPS)
