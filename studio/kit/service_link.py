"""Joins process and bridge: a ready service opens the client, an ended one makes jobs wait, a refusal answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Slot

from studio.kit.service_state import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.client import Client
    from studio.kit.bridge import Bridge
    from studio.kit.problems import Problem
    from studio.kit.service_process import ServiceProcess
    from studio.kit.service_state import Endpoint
    from studio.kit.ticket import Ticket

_ASK_EVERY_MS = 5_000
_SILENT_TIMES = 3


class ServiceLink(QObject):
    """Also asks for the service's health; one that is silent three times in a row is started again.

    ``silent`` counts how often it did not answer.
    """

    def __init__(self, process: ServiceProcess, bridge: Bridge) -> None:
        super().__init__()
        self._process, self._bridge = process, bridge
        self.silent = 0
        self._asking: Ticket | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_ASK_EVERY_MS)
        self._timer.timeout.connect(self.ask)
        process.changed.connect(self._follow)

    def stop(self) -> None:
        """Ask no more."""
        self._timer.stop()

    @Slot()
    def _follow(self) -> None:
        state = self._process.state
        self.silent = 0
        if state.phase is Phase.READY and state.endpoint is not None:
            self._bridge.open(_maker(state.endpoint))
            self._timer.start()
            return
        self._timer.stop()
        if state.phase is Phase.DOWN and state.problem is not None:
            self._bridge.fail(state.problem)
        else:
            self._bridge.wait()

    @Slot()
    def ask(self) -> None:
        """Ask for the service's health once."""
        if self._asking is not None:
            self._asking.cancel()
        self._asking = self._bridge.run(self, _health, self._on_answer, self._on_silence)

    def _on_answer(self, _health: object) -> None:
        self.silent = 0

    def _on_silence(self, _problem: Problem) -> None:
        self.silent += 1
        if self.silent >= _SILENT_TIMES:
            self.silent = 0
            self._process.restart()


async def _health(client: Client) -> Any:
    return await client.health()


def _maker(endpoint: Endpoint) -> Callable[[], Client]:
    """Give what makes the client for an endpoint; it runs, and imports, on the bridge thread."""

    def make() -> Client:
        from services.client import connect

        return connect(endpoint.socket, endpoint.token)

    return make
