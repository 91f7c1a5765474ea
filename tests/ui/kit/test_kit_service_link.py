"""Process and bridge joined: who waits, who is answered, and when a silent service is started again."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from services.wire.problems import ProblemError
from studio.kit import service_link
from studio.kit.bridge import Bridge
from studio.kit.problems import Problem
from studio.kit.service_link import ServiceLink
from studio.kit.service_state import Endpoint, Phase, ServiceState
from tests.fixtures.window import PreparedClient


class Process(QObject):
    """Has the states of a service, set by the test."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.state = ServiceState()
        self.restarts = 0

    def be(self, state: ServiceState) -> None:
        self.state = state
        self.changed.emit()

    def restart(self) -> None:
        self.restarts += 1


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch, client: PreparedClient) -> Process:
    """A process whose endpoint leads to the prepared client."""
    monkeypatch.setattr(service_link, "_maker", lambda _endpoint: lambda: client)
    return Process()


READY = ServiceState(Phase.READY, Endpoint("s", "t", 1))


async def _health(client: Any) -> Any:
    return await client.health()


def test_jobs_wait_until_ready_and_are_answered_when_down(
    qtbot: QtBot, process: Process, client: PreparedClient
) -> None:
    bridge, owner = Bridge(), QObject()
    bridge.start()
    link = ServiceLink(process, bridge)  # type: ignore[arg-type]  # stands for a ServiceProcess
    got: list[Any] = []
    problems: list[Problem] = []
    client.answers["health"] = "fine"
    process.be(ServiceState(Phase.STARTING))
    bridge.run(owner, _health, got.append, problems.append)
    process.be(READY)
    qtbot.waitUntil(lambda: got == ["fine"])
    process.be(ServiceState(Phase.DOWN, problem=Problem("service.busy_profile")))
    bridge.run(owner, _health, got.append, problems.append)
    qtbot.waitUntil(lambda: [problem.code for problem in problems] == ["service.busy_profile"])
    process.be(ServiceState(Phase.STARTING))
    bridge.run(owner, _health, got.append, problems.append)
    process.be(READY)
    qtbot.waitUntil(lambda: got == ["fine", "fine"])
    link.stop()
    bridge.close()


def test_three_silences_in_a_row_start_the_service_again(
    qtbot: QtBot, process: Process, client: PreparedClient
) -> None:
    bridge = Bridge()
    bridge.start()
    link = ServiceLink(process, bridge)  # type: ignore[arg-type]  # stands for a ServiceProcess
    process.be(READY)
    client.answers["health"] = ProblemError("service.timeout")
    for times in range(1, 3):
        link.ask()
        qtbot.waitUntil(lambda: len(client.called("health")) == times)  # noqa: B023 - waited for inside the turn
        qtbot.waitUntil(lambda: link.silent == times)  # noqa: B023
    assert process.restarts == 0
    link.ask()
    qtbot.waitUntil(lambda: process.restarts == 1)
    client.answers["health"] = "fine"
    link.ask()
    qtbot.waitUntil(lambda: len(client.called("health")) == 4 and link.silent == 0)
    link.stop()
    bridge.close()
