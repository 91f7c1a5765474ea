"""The service process as the window's child: start, handshake, end, and starting it again."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from studio.kit.problems import Problem
from studio.kit.service_state import PROTOCOL, Backoff, Building, Endpoint, Phase, ServiceState

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROOT: Final = Path(__file__).resolve().parents[2]
_HANDSHAKE_MS: Final = 60_000
_HELD_MS: Final = 30_000
_END_MS: Final = 5_000


def command(profile: Path, *, demo: bool, size: str | None = None) -> list[str]:
    """Give the service's command line; no secret is on it. size: of a new demo world."""
    made = ["--size", size] if size is not None else []
    return [sys.executable, "-m", "services", "--profile", str(profile), *(["--demo", *made] if demo else [])]


class ServiceProcess(QObject):
    """Keeps one service running. Signal: ``changed`` when ``state`` is another.

    The token goes through the child's standard input, which stays open: when this process dies, the child reads
    the end of its input and ends as well.
    """

    changed = Signal()

    def __init__(self, arguments: Sequence[str], log: Path, backoff: Backoff | None = None) -> None:
        super().__init__()
        self._arguments, self._log = list(arguments), log
        self._backoff = backoff or Backoff()
        self._state = ServiceState()
        self._token = ""
        self._heard = b""
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)
        self._again = self._timer(self._start)
        self._patience = self._timer(self._too_slow, _HANDSHAKE_MS)
        self._held = self._timer(self._backoff.reset, _HELD_MS)

    @property
    def state(self) -> ServiceState:
        """How the service is now."""
        return self._state

    def start(self) -> None:
        """Start the service unless it runs; also a person's "start it again"."""
        if self._state.phase not in (Phase.STARTING, Phase.READY):
            self._backoff.reset()
            self._again.stop()
            self._start()

    def restart(self) -> None:
        """End a service that does not answer; it comes back by itself."""
        self._process.kill()

    def stop(self) -> None:
        """End the service and wait for it, at most five seconds; then it is killed."""
        self._again.stop()
        self._patience.stop()
        self._held.stop()
        self._set(ServiceState())
        if self._process.state() is QProcess.ProcessState.NotRunning:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(_END_MS):
            self._process.kill()
            self._process.waitForFinished(_END_MS)

    def _timer(self, slot: object, interval_ms: int = 0) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _set(self, state: ServiceState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit()

    @Slot()
    def _start(self) -> None:
        self._token, self._heard = secrets.token_hex(32), b""
        self._log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._process.setStandardErrorFile(str(self._log), QProcess.OpenModeFlag.Append)
        self._process.setProcessEnvironment(_environment())
        self._set(ServiceState(Phase.STARTING, attempt=self._backoff.failures))
        self._patience.start()
        self._process.start(self._arguments[0], self._arguments[1:])
        self._process.write(json.dumps({"token": self._token}).encode() + b"\n")

    @Slot()
    def _read(self) -> None:
        self._heard += bytes(self._process.readAllStandardOutput().data())
        while self._state.phase is Phase.STARTING and b"\n" in self._heard:
            line, _, self._heard = self._heard.partition(b"\n")
            self._on_line(line)

    def _on_line(self, line: bytes) -> None:
        try:
            news = json.loads(line).get("building")
            if news is None:
                self._patience.stop()
                self._on_hello(line)
                return
            # It lives: what it makes may take longer than a start.
            self._patience.start()
            self._set(replace(self._state, building=Building(str(news["stage"]), float(news["part"]))))
        except (ValueError, KeyError, TypeError, AttributeError):
            self._process.kill()

    def _on_hello(self, line: bytes) -> None:
        try:
            hello = json.loads(line)
            if hello["ready"] and hello["protocol"] != PROTOCOL:
                self._refuse(Problem("service.version"))
            elif hello["ready"]:
                self._held.start()
                endpoint = Endpoint(str(hello["socket"]), self._token, int(hello["pid"]))
                self._set(ServiceState(Phase.READY, endpoint))
            else:
                told = hello["problem"]
                self._refuse(Problem(str(told["code"]), dict(told.get("params", {}))))
        except (ValueError, KeyError, TypeError):
            self._process.kill()

    def _refuse(self, problem: Problem) -> None:
        self._set(ServiceState(Phase.DOWN, problem=problem))
        self._process.kill()

    @Slot()
    def _too_slow(self) -> None:
        self._process.kill()

    @Slot()
    def _on_finished(self) -> None:
        self._patience.stop()
        self._held.stop()
        if self._state.phase in (Phase.STARTING, Phase.READY):
            self._try_again()

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._patience.stop()
            self._try_again()

    def _try_again(self) -> None:
        pause_ms = self._backoff.next_ms()
        problem = Problem("service.unreachable", retryable=True)
        if pause_ms is None:
            self._set(ServiceState(Phase.DOWN, problem=problem, attempt=self._backoff.failures))
            return
        self._again.start(pause_ms)
        self._set(ServiceState(Phase.WAITING, problem=problem, attempt=self._backoff.failures))


def _environment() -> QProcessEnvironment:
    """The window's environment, with the place this window was loaded from: both are of one version."""
    environment = QProcessEnvironment.systemEnvironment()
    paths = [str(_ROOT), environment.value("PYTHONPATH")]
    environment.insert("PYTHONPATH", ":".join(path for path in paths if path))
    return environment
