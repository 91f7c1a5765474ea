"""The one door from Qt to the service: a thread with an asyncio loop and a client; results come back on the GUI thread.

Qt code has no coroutine and makes no blocking call. asyncio and the client are imported on the thread, so that neither
delays the window.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from studio.kit.ticket import Ticket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from services.client import Client
    from studio.kit.bridge_worker import Worker
    from studio.kit.problems import Problem

T = TypeVar("T")
_JOIN_S = 2.0


class Bridge(QObject):
    """Runs jobs against the client that is open at that time; jobs wait while no service is ready.

    Signal ``stream_resumed``: an event stream is opened again, so what was missed has to be fetched.
    """

    stream_resumed = Signal()
    _arrived = Signal(object, object)
    _gone = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._gate = threading.Lock()
        self._worker: Worker | None = None
        self._backlog: list[Callable[[Worker], None]] = []
        self._tickets: set[Ticket] = set()
        # Tickets and jobs lead to Qt objects. They are held here until the bridge thread has let go of them: were its
        # hold the last one, it would delete such an object, with timers that belong to the GUI thread's loop.
        self._held: dict[int, tuple[Ticket, object]] = {}
        self._closed = False
        self._arrived.connect(self._deliver)  # queued: both are emitted on the bridge thread only
        self._gone.connect(self._let_go)
        self._thread = threading.Thread(target=self._serve, name="bridge", daemon=True)

    def start(self) -> None:
        """Start the thread; jobs given before are kept for it."""
        self._thread.start()

    def open(self, make_client: Callable[[], Client]) -> None:
        """Let jobs run against the client that make_client builds on the bridge thread; an older client is closed."""
        self._post(_on_worker("open", make_client))

    def fail(self, problem: Problem) -> None:
        """Answer the waiting jobs, and those to come, with a problem until ``open`` or ``wait`` is called."""
        self._post(_on_worker("fail", problem))

    def wait(self) -> None:
        """Let jobs wait again: a service is starting."""
        self._post(_on_worker("forget"))

    def run(
        self,
        owner: QObject,
        job: Callable[[Client], Awaitable[T]],
        on_ok: Callable[[T], None],
        on_problem: Callable[[Problem], None],
    ) -> Ticket:
        """Run a job on the bridge thread and deliver its end on the GUI thread.

        Nothing is delivered when the owner is gone or the ticket cancelled; the job is then cancelled. An error
        that is not a ProblemError is a bug: it is raised on the GUI thread.
        """
        ticket = Ticket(owner, on_ok, on_problem, self._cancel)
        self._tickets.add(ticket)
        self._held[ticket.number] = (ticket, job)
        self._post(_on_worker("start_job", ticket, job))
        return ticket

    def follow(
        self,
        owner: QObject,
        stream: Callable[[Client], AsyncIterator[T]],
        on_item: Callable[[T], None],
    ) -> Ticket:
        """Deliver each item of an endless stream; a broken stream is opened again after a growing pause."""
        ticket = Ticket(owner, on_item, None, self._cancel)
        self._tickets.add(ticket)
        self._held[ticket.number] = (ticket, stream)
        self._post(_on_worker("start_stream", ticket, stream))
        return ticket

    def close(self) -> None:
        """Cancel all jobs, close the client, end the thread. Idempotent; waits at most two seconds."""
        if self._closed:
            return
        self._closed = True
        for ticket in tuple(self._tickets):
            ticket.drop()
        self._tickets.clear()
        if self._thread.ident is not None:
            self._post(_on_worker("stop"))
            self._thread.join(_JOIN_S)
        if not self._thread.is_alive():
            self._held.clear()

    @Slot(object, object)
    def _deliver(self, ticket: Ticket, outcome: object) -> None:
        if ticket.once:
            self._tickets.discard(ticket)
        if not self._closed:
            ticket.deliver(outcome)

    @Slot(int)
    def _let_go(self, number: int) -> None:
        self._held.pop(number, None)

    def _cancel(self, ticket: Ticket) -> None:
        self._tickets.discard(ticket)
        self._post(_on_worker("cancel", ticket.number))

    def _post(self, call: Callable[[Worker], None]) -> None:
        with self._gate:
            if self._worker is None:
                self._backlog.append(call)
            elif not self._worker.loop.is_closed():
                self._worker.loop.call_soon_threadsafe(call, self._worker)

    def _serve(self) -> None:
        # Imported here and not above: asyncio costs the window 30 ms, and only this thread uses it.
        from services.http.loops import new_event_loop
        from studio.kit.bridge_worker import Worker

        loop = new_event_loop()
        worker = Worker(loop, self._arrived.emit, self.stream_resumed.emit, self._gone.emit)
        with self._gate:
            self._worker = worker
            while self._backlog:
                loop.call_soon(self._backlog.pop(0), worker)
        try:
            loop.run_forever()
            loop.run_until_complete(worker.shut())
        finally:
            with self._gate:
                loop.close()


def _on_worker(method: str, *values: Any) -> Callable[[Worker], None]:
    """Bind a call of the worker before there is one."""

    def call(worker: Worker) -> None:
        getattr(worker, method)(*values)

    return call
