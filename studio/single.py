"""The second start of a profile: it rings at the window that is open, hands its link over, and ends.

A window hears the bell half a second after its start. Until then a lock says that it is coming, so that two starts at
once (a double click on the icon) make one window.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

HERE: Final = b"here\n"
_PATIENCE_MS: Final = 2_000
# A window on a busy machine needs seconds; one that does not answer for so long hangs, and is opened beside.
_COMING_S: Final = 20.0
_LOOK_EACH_S: Final = 0.05
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
    from PySide6.QtNetwork import QLocalSocket  # a first start has no use for either

    from studio.kit.links import MAX_CHARS

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


def claim(profile: Path) -> int | None:
    """Be the window of a profile until this process ends; None while another process is.

    Gives a descriptor that holds a lock of the operating system: whoever is killed lets go of it. -1 where no lock can
    be had.
    """
    if sys.platform == "win32":
        return -1
    import fcntl

    try:
        profile.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(f"{place(profile)}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return -1  # what is wrong with the profile is said by the service
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def is_open(profile: Path, link: str) -> bool:
    """Hand a link to the profile's window, also to one that is only coming; False: this process is the window now.

    Blocking, for as long as another window takes to come.
    """
    until = time.monotonic() + _COMING_S
    while not ring(profile, link):
        if claim(profile) is not None or time.monotonic() > until:
            return False
        time.sleep(_LOOK_EACH_S)
    return True
