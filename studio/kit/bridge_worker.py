"""The bridge's far side: everything here runs on the bridge thread, inside its asyncio loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from services.wire.problems import ProblemError

if TYPE_CHECKING:
    from services.client import Client
    from studio.kit.problems import Problem
    from studio.kit.ticket import Ticket

_FIRST_PAUSE_S, _LAST_PAUSE_S = 0.25, 4.0

Arrived = Callable[["Ticket", object], None]


class Worker:
    """Holds the client that jobs wait for, and the tasks that run on it.

    gone: is told a ticket's number once this thread holds nothing any more of the ticket and its job.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        arrived: Arrived,
        resumed: Callable[[], None],
        gone: Callable[[int], None],
    ) -> None:
        self.loop = loop
        loop.set_exception_handler(report)
        self._arrived, self._resumed, self._gone = arrived, resumed, gone
        self._client: asyncio.Future[Client] = loop.create_future()
        self._tasks: set[asyncio.Task[None]] = set()
        self._running: dict[int, asyncio.Task[None]] = {}

    def open(self, make_client: Callable[[], Client]) -> None:
        """Build a client and let the waiting jobs run."""
        self.forget()
        try:
            self._client.set_result(make_client())
        except Exception as error:  # noqa: BLE001 - part of the border: waiting jobs carry it to the GUI thread
            self._settle(error)

    def fail(self, problem: Problem) -> None:
        """End the waiting jobs with a problem."""
        self.forget()
        self._settle(ProblemError(problem.code, trace=problem.trace, **problem.params))

    def forget(self) -> None:
        """Replace a settled client by one to wait for; a pending one stays, with those who wait for it."""
        if self._client.done():
            self._keep(self._close(self._client))
            self._client = self.loop.create_future()

    def start_job(self, ticket: Ticket, job: Callable[[Client], Awaitable[Any]]) -> None:
        """Run a job once."""
        self._serve(ticket, self._once(ticket, job))

    def start_stream(self, ticket: Ticket, stream: Callable[[Client], AsyncIterator[Any]]) -> None:
        """Follow a stream until it is cancelled."""
        self._serve(ticket, self._for_ever(ticket, stream))

    def cancel(self, number: int) -> None:
        """Cancel a ticket's task, if it runs."""
        task = self._running.get(number)
        if task is not None:
            task.cancel()

    def stop(self) -> None:
        """Leave the loop; ``shut`` follows."""
        self.loop.stop()

    async def shut(self) -> None:
        """Cancel what runs and close the client."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._close(self._client)
        await self.loop.shutdown_asyncgens()

    def _settle(self, error: Exception) -> None:
        self._client.set_exception(error)
        self._client.exception()  # mark it as seen: nobody may be waiting

    @staticmethod
    async def _close(held: asyncio.Future[Client]) -> None:
        if held.done() and not held.cancelled() and held.exception() is None:
            await held.result().aclose()

    def _serve(self, ticket: Ticket, work: Coroutine[Any, Any, None]) -> None:
        task, number = self._keep(work), ticket.number
        self._running[number] = task
        if ticket.dropped:
            task.cancel()

        def end(_task: object) -> None:
            del self._running[number]
            # In the next turn: until then this thread still holds the task, and with it the job.
            self.loop.call_soon(self._gone, number)

        task.add_done_callback(end)

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _ready(self) -> Client:
        return await asyncio.shield(self._client)

    async def _once(self, ticket: Ticket, job: Callable[[Client], Awaitable[Any]]) -> None:
        try:
            outcome = await job(await self._ready())
        except Exception as error:  # noqa: BLE001 - the one border: every end of a job crosses to the GUI thread
            self._arrived(ticket, error)
        else:
            self._arrived(ticket, (outcome,))

    async def _for_ever(self, ticket: Ticket, stream: Callable[[Client], AsyncIterator[Any]]) -> None:
        pause, resumed = _FIRST_PAUSE_S, False
        while True:
            try:
                client = await self._ready()
                if resumed:
                    self._resumed()
                async for item in stream(client):
                    pause = _FIRST_PAUSE_S
                    self._arrived(ticket, (item,))
            except ProblemError:
                pass  # the service's state line tells people; the stream comes back by itself
            except Exception as error:  # noqa: BLE001 - as above: a bug is raised where it is seen
                self._arrived(ticket, error)
                return
            await asyncio.sleep(pause)
            pause, resumed = min(pause * 2, _LAST_PAUSE_S), True


def report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio cannot give to anybody, but for one thing that harms nobody.

    WORKAROUND(anyio 4.16, UNIXSocketStream._wait_until_readable, until it looks at the future first): a job that is
    cancelled just when its answer arrives leaves a callback that sets the result of a cancelled future.
    """
    late = isinstance(context.get("exception"), asyncio.InvalidStateError)
    if not (late and "Future.set_result" in repr(context.get("handle"))):
        loop.default_exception_handler(context)
