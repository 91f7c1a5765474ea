"""One file for whoever looks for a fault: versions, origin, steps, states, the sums of the books, a picture, the logs.

It is written where the person finds it, also when the service does not answer.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QIODevice, QObject, QStandardPaths, QTimer, Signal, Slot

from services.units.time import SystemClock, iso
from studio.kit.service_state import Phase
from studio.kit.sieve import sieve
from studio.kit.trail import steps
from studio.kit.versions import versions

if TYPE_CHECKING:
    from services.wire.evidence import EvidenceOut
    from studio.kit.bridge import Bridge
    from studio.kit.problems import Problem
    from studio.kit.ticket import Ticket
    from studio.setup import Setup
    from studio.window import Window
    from studio.world import World

_LAST_BYTES = 400_000
_PATIENCE_MS = 8_000


class EvidenceKeeper(QObject):
    """Writes evidence files, one at a time. Signal: ``kept(path)``."""

    kept = Signal(str)

    def __init__(self, setup: Setup, world: World, window: Window, bridge: Bridge, folder: Path | None = None) -> None:
        super().__init__()
        self._setup, self._world, self._window, self._bridge = setup, world, window, bridge
        self._folder = folder
        self._asking: Ticket | None = None
        self._picture = b""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._give_up)

    @Slot()
    def save(self) -> None:
        """Take the picture now, ask the service, and write the file when it has answered, or not."""
        if self._asking is not None:
            return
        self._picture = _picture(self._window)
        if self._world.process.state.phase is not Phase.READY:
            self._write({"problem": f"the service is {self._world.process.state.phase.value}"})
            return
        self._patience.start()
        self._asking = self._bridge.run(self, lambda client: client.evidence(), self._on_told, self._on_problem)

    def _on_told(self, told: EvidenceOut) -> None:
        self._write(told.model_dump(mode="json"))

    def _on_problem(self, problem: Problem) -> None:
        self._write({"problem": problem.code, "params": dict(problem.params)})

    @Slot()
    def _give_up(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        self._write({"problem": "no answer"})

    def _write(self, service: dict[str, Any]) -> None:
        self._patience.stop()
        self._asking = None
        endpoint = self._world.process.state.endpoint
        secrets = [endpoint.token] if endpoint is not None else []
        now = SystemClock().now()
        target = self._place() / f"museclock-evidence-{now:%Y%m%d-%H%M%S}.zip"
        told = {"written_at": iso(now), "versions": versions(), "service": service} | self._states()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("evidence.json", sieve(json.dumps(told, indent=2, default=str), secrets))
            if self._picture:
                file.writestr("window.png", self._picture)
            for log in sorted((self._setup.profile / "logs").glob("*.log")):
                file.writestr(f"logs/{log.name}", sieve(_tail(log), secrets))
        self.kept.emit(str(target))

    def _states(self) -> dict[str, Any]:
        state, page = self._world.process.state, self._window.page
        model = getattr(page, "model", None)
        return {
            "steps": steps(),
            "states": {
                "desk": self._world.desk_id,
                "page": page.objectName() if page is not None else "",
                "page_state": _plain(getattr(model, "state", None)),
                "service": state.phase.value,
                "attempt": state.attempt,
                "problem": None if state.problem is None else asdict(state.problem),
                "demo": self._setup.demo,
                "size": [self._window.width(), self._window.height()],
            },
        }

    def _place(self) -> Path:
        if self._folder is not None:
            return self._folder
        downloads = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation))
        if downloads.is_dir():
            return downloads
        own = self._setup.profile / "evidence"
        own.mkdir(parents=True, exist_ok=True, mode=0o700)
        return own


def _plain(state: object) -> str:
    """Give a page's state as Python writes it; it is text of ours and of films, never of a form's secret."""
    return "" if state is None else repr(state)[:20_000]


def _picture(window: Window) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    return bytes(buffer.data().data())


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LAST_BYTES))
        return file.read().decode("utf-8", "replace")
