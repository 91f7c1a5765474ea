"""The bridge: results on the GUI thread, nothing for those who are gone, bugs that are seen, a clean end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from services.wire.problems import ProblemError
from studio.kit.bridge import Bridge
from studio.kit.problems import Problem
from tests.fixtures.window import PreparedClient


class Asker(QObject):
    """Keeps what it was told and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[object] = []
        self.problems: list[Problem] = []
        self.threads: set[int] = set()

    def ok(self, value: object) -> None:
        self.results.append(value)
        self.threads.add(threading.get_ident())

    def problem(self, problem: Problem) -> None:
        self.problems.append(problem)
        self.threads.add(threading.get_ident())


def test_a_result_arrives_on_the_gui_thread(qtbot: QtBot, bridge: Bridge) -> None:
    asker = Asker()
    worked_on: list[int] = []

    async def job(_client: Any) -> int:
        worked_on.append(threading.get_ident())
        return 7

    bridge.run(asker, job, asker.ok, asker.problem)
    qtbot.waitUntil(lambda: asker.results == [7])
    assert asker.threads == {threading.get_ident()}
    assert worked_on != [threading.get_ident()]


def test_none_is_a_result(qtbot: QtBot, bridge: Bridge) -> None:
    asker = Asker()

    async def job(_client: Any) -> None:
        return None

    bridge.run(asker, job, asker.ok, asker.problem)
    qtbot.waitUntil(lambda: asker.results == [None])


def test_a_problem_arrives_with_code_params_and_trace(qtbot: QtBot, bridge: Bridge) -> None:
    asker = Asker()

    async def job(_client: Any) -> None:
        raise ProblemError("tier.price", trace="t1", price="3.00")

    bridge.run(asker, job, asker.ok, asker.problem)
    qtbot.waitUntil(lambda: len(asker.problems) == 1)
    assert asker.problems == [Problem("tier.price", {"price": "3.00"}, retryable=False, trace="t1")]


def test_a_cancelled_job_is_stopped_and_delivers_nothing(qtbot: QtBot, bridge: Bridge) -> None:
    asker, ended = Asker(), threading.Event()

    async def job(_client: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    ticket = bridge.run(asker, job, asker.ok, asker.problem)
    bridge.run(asker, _nothing, asker.ok, asker.problem)
    qtbot.waitUntil(lambda: asker.results == ["nothing"])
    ticket.cancel()
    qtbot.waitUntil(ended.is_set)
    assert asker.results == ["nothing"]
    assert asker.problems == []


def test_a_job_ends_with_its_owner(qtbot: QtBot, bridge: Bridge) -> None:
    asker, witness, ended = Asker(), Asker(), threading.Event()

    async def job(_client: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    bridge.run(asker, job, asker.ok, asker.problem)
    bridge.run(witness, _nothing, witness.ok, witness.problem)
    qtbot.waitUntil(lambda: witness.results == ["nothing"])
    asker.deleteLater()
    qtbot.waitUntil(ended.is_set)


def test_a_bug_in_a_job_is_raised_where_it_is_seen(qtbot: QtBot, bridge: Bridge) -> None:
    asker = Asker()

    async def job(_client: Any) -> None:
        raise KeyError("lost")

    with qtbot.captureExceptions() as caught:
        bridge.run(asker, job, asker.ok, asker.problem)
        qtbot.waitUntil(lambda: len(caught) == 1)
    assert caught[0][0] is KeyError
    assert (asker.results, asker.problems) == ([], [])


def test_jobs_wait_for_a_service(qtbot: QtBot, client: PreparedClient) -> None:
    bridge, asker = Bridge(), Asker()
    bridge.run(asker, _nothing, asker.ok, asker.problem)
    bridge.start()
    bridge.open(lambda: client)  # type: ignore[arg-type,return-value]
    qtbot.waitUntil(lambda: asker.results == ["nothing"])
    bridge.close()


def test_a_service_that_is_down_answers_those_who_wait_and_those_who_come(qtbot: QtBot, client: PreparedClient) -> None:
    bridge, asker = Bridge(), Asker()
    bridge.start()
    bridge.run(asker, _nothing, asker.ok, asker.problem)
    bridge.fail(Problem("service.busy_profile"))
    bridge.run(asker, _nothing, asker.ok, asker.problem)
    qtbot.waitUntil(lambda: [problem.code for problem in asker.problems] == ["service.busy_profile"] * 2)
    bridge.wait()
    bridge.run(asker, _nothing, asker.ok, asker.problem)
    bridge.open(lambda: client)  # type: ignore[arg-type,return-value]
    qtbot.waitUntil(lambda: asker.results == ["nothing"])
    bridge.close()


def test_closing_ends_thread_jobs_and_client(qtbot: QtBot, client: PreparedClient) -> None:
    bridge, asker, ended = Bridge(), Asker(), threading.Event()
    bridge.start()
    bridge.open(lambda: client)  # type: ignore[arg-type,return-value]

    async def job(_client: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    bridge.run(asker, job, asker.ok, asker.problem)
    bridge.run(asker, _nothing, asker.ok, asker.problem)
    qtbot.waitUntil(lambda: asker.results == ["nothing"])
    bridge.close()
    bridge.close()
    assert ended.is_set()
    assert client.closed
    assert not [thread for thread in threading.enumerate() if thread.name == "bridge"]


def test_a_client_that_cannot_be_made_is_a_bug_of_each_job(qtbot: QtBot) -> None:
    bridge, asker = Bridge(), Asker()
    bridge.start()

    def broken() -> Any:
        raise RuntimeError("no client")

    bridge.open(broken)
    with qtbot.captureExceptions() as caught:
        bridge.run(asker, _nothing, asker.ok, asker.problem)
        qtbot.waitUntil(lambda: len(caught) == 1)
    assert caught[0][0] is RuntimeError
    bridge.close()


def test_a_stream_comes_back_after_a_break(qtbot: QtBot, bridge: Bridge) -> None:
    asker = Asker()
    opened: list[int] = []

    async def stream(_client: Any) -> AsyncIterator[str]:
        opened.append(len(opened))
        yield f"from {opened[-1]}"
        raise ProblemError("service.unreachable")

    with qtbot.waitSignal(bridge.stream_resumed):
        ticket = bridge.follow(asker, stream, asker.ok)
    qtbot.waitUntil(lambda: asker.results[:2] == ["from 0", "from 1"])
    ticket.cancel()


async def _nothing(_client: Any) -> str:
    return "nothing"


@pytest.mark.parametrize("early", [True, False])
def test_a_ticket_may_be_cancelled_at_any_time(qtbot: QtBot, bridge: Bridge, early: bool) -> None:
    asker = Asker()
    ticket = bridge.run(asker, _nothing, asker.ok, asker.problem)
    if not early:
        qtbot.waitUntil(lambda: asker.results == ["nothing"])
    ticket.cancel()
    ticket.cancel()
    bridge.run(asker, _nothing, asker.ok, asker.problem)
    qtbot.waitUntil(lambda: asker.results == ["nothing"] * (1 if early else 2))


class _Tenant(QObject):
    """Notes on which thread it is deleted."""

    ends: ClassVar[list[str]] = []

    def ok(self, _value: object) -> None:
        """Is the callback that leads to this object."""

    def __del__(self) -> None:
        _Tenant.ends.append(threading.current_thread().name)


@pytest.mark.parametrize("cancel", [False, True], ids=["to its end", "cancelled"])
def test_what_a_job_leads_to_is_never_deleted_on_the_bridge_thread(qtbot: QtBot, bridge: Bridge, cancel: bool) -> None:
    _Tenant.ends.clear()

    def ask() -> None:
        tenant = _Tenant()

        async def job(_client: Any) -> None:
            assert isinstance(tenant, _Tenant)
            await asyncio.sleep(0.001)

        ticket = bridge.run(tenant, job, tenant.ok, print)
        if cancel:
            ticket.cancel()

    for _ in range(100):
        ask()
        qtbot.wait(1)
    qtbot.waitUntil(lambda: len(_Tenant.ends) == 100)
    assert set(_Tenant.ends) == {threading.main_thread().name}
