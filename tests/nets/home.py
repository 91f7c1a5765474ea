"""Each test has its own empty home; a profile is a short path, so that its socket fits in 100 bytes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch, short_path: Path) -> None:
    monkeypatch.setenv("HOME", str(short_path))
    for name, part in (
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_RUNTIME_DIR", "run"),
    ):
        folder = short_path / part
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))


@pytest.fixture
def short_path() -> Iterator[Path]:
    """Give an empty folder with a short name, removed after the test."""
    folder = Path(tempfile.mkdtemp(prefix="mc-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def profile(short_path: Path) -> Path:
    """Give the folder of a profile that does not exist yet."""
    return short_path / "p"
