"""The second start of a profile: it rings at the window that is open, hands its link over, and ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from studio.kit.links import MAX_CHARS

HERE: Final = b"here\n"
_PATIENCE_MS: Final = 2_000
# A Unix socket's name has room for about 107 bytes.
_MAX_NAME: Final = 100


def place(profile: Path) -> str:
    """Give the name under which a profile's window listens: a socket in it, or where that is too long, a short one."""
    inside = str(profile / "window.sock")
    if sys.platform != "win32" and len(inside.encode()) < _MAX_NAME:
        return inside
    import hashlib  # neither is needed by the usual start, which both would delay by 6 ms
    import tempfile

    name = "museclock-" + hashlib.sha256(str(profile).encode()).hexdigest()[:24]
    return name if sys.platform == "win32" else str(Path(tempfile.gettempdir()) / name)


def ring(profile: Path, link: str) -> bool:
    """Tell the profile's window that it is wanted; False when there is none. link: empty for none. Blocking."""
    name = place(profile)
    if sys.platform != "win32" and not Path(name).exists():
        return False
    from PySide6.QtNetwork import QLocalSocket  # a first start has no use for it

    line = QLocalSocket()
    line.connectToServer(name)
    if not line.waitForConnected(_PATIENCE_MS):
        return False
    line.write(link.encode()[:MAX_CHARS] + b"\n")
    line.waitForBytesWritten(_PATIENCE_MS)
    while not line.canReadLine() and line.waitForReadyRead(_PATIENCE_MS):
        pass
    answer = bytes(line.readAll().data())
    line.abort()
    return answer == HERE
