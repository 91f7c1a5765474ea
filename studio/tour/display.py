"""A display of one's own: Xvfb with a secret cookie, so that no other user of the machine can look at it."""

from __future__ import annotations

import os
import secrets
import select
import struct
import subprocess
from dataclasses import dataclass
from shutil import which
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SIZE = "1440x900x24"
_START_S = 15.0
_FAMILY_WILD = 0xFFFF
_COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"


class DisplayError(Exception):
    """A virtual display could not be started; the text says why."""


@dataclass(frozen=True, slots=True)
class VirtualDisplay:
    """A running Xvfb; ends when its last window closes, or by ``close``."""

    process: subprocess.Popen[bytes]
    name: str
    authority: Path

    def environment(self) -> dict[str, str]:
        """Give what a program needs to show itself here."""
        return {"DISPLAY": self.name, "XAUTHORITY": str(self.authority), "QT_QPA_PLATFORM": "xcb"}

    def close(self) -> None:
        """End it; idempotent."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait()


def _write_authority(path: Path) -> None:
    """Write an X authority file with one fresh cookie for any display (format: Xau(3))."""
    parts = (b"", b"", _COOKIE_NAME, secrets.token_bytes(16))
    body = struct.pack(">H", _FAMILY_WILD) + b"".join(struct.pack(">H", len(part)) + part for part in parts)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)


def start_display(folder: Path) -> VirtualDisplay:
    """Start Xvfb on a free display number; its authority file goes into folder. The caller closes it.

    Raises DisplayError.
    """
    program = which("Xvfb")
    if program is None:
        raise DisplayError("Xvfb is not installed; `make setup` installs it")
    authority = folder / "xauthority"
    _write_authority(authority)
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", SIZE, "-auth", str(authority)]
    command += ["-nolisten", "tcp", "-terminate"]
    process = subprocess.Popen(
        command, pass_fds=(writing,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(writing)
    try:
        number = _read_number(reading)
    finally:
        os.close(reading)
    if not number:
        process.kill()
        process.wait()
        raise DisplayError("Xvfb did not start")
    return VirtualDisplay(process, f":{number}", authority)


def _read_number(descriptor: int) -> str:
    """Read the display number that Xvfb writes when it is ready; empty when it ends or takes too long."""
    text = b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], _START_S)
        part = os.read(descriptor, 16) if ready else b""
        if not part:
            return ""
        text += part
    return text.decode().strip()
