"""The window process as the tour starts, hears and kills it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_END_S = 15.0
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class WindowProcess:
    """A real window with the tour's hand inside; speaks JSON lines on its standard output."""

    process: subprocess.Popen[str]
    log: Path

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield what the hand says until the window is gone; other output is skipped."""
        for line in _stream(self.process.stdout):
            if line.startswith('{"tour":'):
                yield json.loads(line)

    def answer(self, message: Mapping[str, object]) -> None:
        """Tell the hand something; a window that is gone is not told."""
        stream = _stream(self.process.stdin)
        try:
            stream.write(json.dumps(message) + "\n")
            stream.flush()
        except BrokenPipeError:
            return

    def services(self) -> list[int]:
        """Give the ids of the service processes that belong to this window."""
        return [pid for pid in _children(self.process.pid) if "services" in _command(pid)]

    def kill_service(self) -> int:
        """Kill the service as a power cut would; gives its id, 0 when there was none."""
        for pid in self.services():
            os.kill(pid, signal.SIGKILL)
            return pid
        return 0

    def kill(self) -> bool:
        """Kill the window as a power cut would; tells whether its service ended by itself."""
        services = self.services()
        self.process.kill()
        self.process.wait()
        return all(_ends(pid) for pid in services)

    def close(self) -> int:
        """Ask the window to end, make it end if it does not; gives its exit code."""
        services = self.services()
        if self.process.poll() is None:
            _stream(self.process.stdin).close()
        try:
            code = self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for pid in services:
            if not _ends(pid):
                os.kill(pid, signal.SIGKILL)
        _stream(self.process.stdout).close()
        return code

    def last_words(self, lines: int = 25) -> str:
        """Give the end of what the window wrote to its error stream."""
        try:
            return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def start_window(arguments: list[str], environment: Mapping[str, str], log: Path) -> WindowProcess:
    """Start the window process; its error stream is appended to log. The caller closes it."""
    with log.open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "studio.tour.inside", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            env={**os.environ, **environment},
        )
    return WindowProcess(process, log)


def _stream(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise ValueError("the process was started without pipes")
    return stream


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found.extend(int(child) for child in tasks.read_text().split())
        except OSError:
            continue
    return found


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def _ends(pid: int) -> bool:
    """Wait a little for a process to be gone (a dead one that nobody has reaped yet counts as gone)."""
    deadline = time.monotonic() + _END_S
    while _command(pid) not in ([], [""]):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
