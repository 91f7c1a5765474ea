"""The nets under every test, and nothing else; fixtures live in tests/fixtures, one plugin a file, loaded from here."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytest_plugins = [
    *(f"tests.nets.{path.stem}" for path in sorted((HERE / "nets").glob("[a-z]*.py"))),
    *(f"tests.fixtures.{path.stem}" for path in sorted((HERE / "fixtures").glob("[a-z]*.py"))),
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shots", metavar="DIR", default=None, help="save what UI tests draw as PNG under DIR")


def pytest_configure(config: pytest.Config) -> None:
    """Fix what a machine may differ in, before Qt is loaded: platform, time zone, language, home."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["TZ"] = "UTC"
    time.tzset()
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["LANGUAGE"] = "en"
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.environ.setdefault("MUSECLOCK_TOUR_SLOWNESS", "4")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "DBUS_SESSION_BUS_ADDRESS"):
        os.environ.pop(name, None)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    home = tempfile.TemporaryDirectory(prefix="mc-home-")
    config.add_cleanup(home.cleanup)
    set_home(Path(home.name))


def set_home(home: Path) -> None:
    """Point everything that a program may write for its user into one folder."""
    os.environ["HOME"] = str(home)
    for name, part in (
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_RUNTIME_DIR", "run"),
    ):
        folder = home / part
        folder.mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(folder)


assert sys.version_info >= (3, 11), "Museclock needs Python 3.11"
