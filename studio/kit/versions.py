"""What this window runs on, for whoever looks for a fault."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import qVersion

_PACKAGES = ("museclock", "PySide6_Essentials", "python-vlc", "httpx", "pyrevm", "av", "sqlalchemy")


def versions() -> dict[str, str]:
    """Name Python, Qt, the system and the packages that matter, each with its version."""
    found = {"python": platform.python_version(), "qt": qVersion(), "system": platform.platform(terse=True)}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found
