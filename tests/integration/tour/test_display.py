"""The virtual display is there for who has the cookie, and for nobody else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from studio.tour.display import DisplayError, VirtualDisplay, start_display

SHOW = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
w = QWidget(); w.show()
print(app.platformName(), app.primaryScreen().size().width())
"""


def _show(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SHOW], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def _end(display: VirtualDisplay) -> None:
    display.close()
    display.close()


def test_a_window_shows_itself(short_path: Path) -> None:
    display = start_display(short_path)
    try:
        shown = _show(display.environment())
    finally:
        _end(display)
    assert shown.stdout.split() == ["xcb", "1440"]
    assert display.process.returncode is not None


def test_it_ends_with_its_last_window(short_path: Path) -> None:
    display = start_display(short_path)
    try:
        _show(display.environment())
        assert display.process.wait(10) == 0
    finally:
        _end(display)


def test_without_the_cookie_nothing_is_shown(short_path: Path) -> None:
    display = start_display(short_path)
    try:
        assert stat.S_IMODE(display.authority.stat().st_mode) == 0o600
        refused = _show({**display.environment(), "XAUTHORITY": str(short_path / "none")})
    finally:
        _end(display)
    assert refused.returncode != 0


def test_a_machine_without_xvfb_says_so(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(short_path))
    with pytest.raises(DisplayError, match="make setup"):
        start_display(short_path)
