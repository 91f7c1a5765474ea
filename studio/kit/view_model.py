"""The base of view-models: one frozen ``state``, one ``changed`` signal, jobs through the bridge."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.client import Client, DeskClient
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem
    from studio.kit.ticket import Ticket

S = TypeVar("S")
T = TypeVar("T")


class ViewModel(QObject, Generic[S]):
    """Holds the state of one page; replaced as a whole, announced by ``changed`` without a payload.

    ``watches`` names the event kinds (services.wire.base.EventOut) that make ``refresh`` run by itself.
    """

    changed = Signal()
    watches: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, context: PageContext, initial: S) -> None:
        super().__init__()
        self.context = context
        self._state = initial
        self._fetching: Ticket | None = None
        context.events.changed.connect(self._on_event)
        context.events.resynced.connect(self.refresh)

    @property
    def state(self) -> S:
        """What the page shows."""
        return self._state

    @Slot()
    def refresh(self) -> None:
        """Fetch again; pages call it when they are shown first."""

    def _set(self, **fields: Any) -> None:
        """Replace fields of the state; says so only when something differs."""
        fresh = dataclasses.replace(self._state, **fields)  # type: ignore[type-var]  # S is a frozen dataclass
        if fresh != self._state:
            self._state = fresh
            self.changed.emit()

    def _fetch(
        self,
        job: Callable[[DeskClient], Awaitable[T]],
        on_ok: Callable[[T], None],
        on_problem: Callable[[Problem], None] | None = None,
    ) -> None:
        """Read from the desk. One read at a time: a newer one calls the older off."""
        if self._fetching is not None:
            self._fetching.cancel()
        self._fetching = self._act(job, on_ok, on_problem)

    def _act(
        self,
        job: Callable[[DeskClient], Awaitable[T]],
        on_ok: Callable[[T], None],
        on_problem: Callable[[Problem], None] | None = None,
    ) -> Ticket:
        """Change something on the desk; runs beside other jobs. Default for a problem: ``state.problem``."""
        desk_id = self.context.desk_id

        async def on_desk(client: Client) -> T:
            return await job(client.desk(desk_id))

        return self.context.bridge.run(self, on_desk, on_ok, on_problem or self._show_problem)

    def _show_problem(self, problem: Problem) -> None:
        self._set(problem=problem, busy=False)

    @Slot(str, object)
    def _on_event(self, kind: str, ids: tuple[str, ...]) -> None:
        if kind in self.watches:
            self.on_event(kind, ids)

    def on_event(self, _kind: str, _ids: tuple[str, ...]) -> None:
        """React to something that changed; by default fetch again."""
        self.refresh()
