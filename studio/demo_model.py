"""A world that can be turned, as the window knows it: its time, its faucet, its earlier states."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.client import Client
    from services.wire.demo import DemoOut, Span
    from studio.kit.bridge import Bridge
    from studio.kit.problems import Problem

Work = Literal["", "turn", "give", "keep", "restore", "reset"]
_LOOK_EVERY_MS = 15_000
_WATCH_EVERY_MS = 400


@dataclass(frozen=True, slots=True)
class DemoState:
    """``world`` is None until the service said that it can be turned."""

    world: DemoOut | None = None
    working: Work = ""
    done: Work = ""
    """What was done last; empty while something is done."""
    problem: Problem | None = None


class DemoModel(QObject):
    """Signals: ``changed``; ``exchanged`` when the world is another one, so that all that is shown is out of date."""

    changed = Signal()
    exchanged = Signal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.state = DemoState()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        # A month takes a while: the world itself says how far it has come.
        self._way = QTimer(self)
        self._way.setInterval(_WATCH_EVERY_MS)
        self._way.timeout.connect(self._watch)

    @Slot()
    def look(self) -> None:
        """Ask how the world stands; a service that knows nothing of it leaves the state as it is."""
        if not self.state.working:
            self._bridge.run(self, lambda client: client.demo.state(), self._on_look, self._on_silence)

    def turn(self, by: Span) -> None:
        """Turn the clock forward."""
        self._do("turn", lambda client: client.demo.turn(by))
        if self.state.working == "turn":
            self._way.start()

    def give(self, desk_id: str) -> None:
        """Give a person more demo money."""
        self._do("give", lambda client: client.demo.give(desk_id))

    def keep(self, name: str) -> None:
        """Keep the present state."""
        self._do("keep", lambda client: client.demo.keep(name))

    def restore(self, name: str) -> None:
        """Go back to a kept state."""
        self._do("restore", lambda client: client.demo.restore(name))

    def reset(self) -> None:
        """Begin again."""
        self._do("reset", lambda client: client.demo.reset())

    def stop(self) -> None:
        """Ask no more."""
        self._timer.stop()
        self._way.stop()

    @Slot()
    def _watch(self) -> None:
        if self.state.working == "turn":
            self._bridge.run(self, lambda client: client.demo.state(), self._on_way, self._on_silence)

    def _on_way(self, world: DemoOut) -> None:
        if self.state.working == "turn":
            self._set(world=world)

    def _do(self, work: Work, job: Callable[[Client], Awaitable[DemoOut]]) -> None:
        if self.state.working or self.state.world is None:
            return
        self._set(working=work, done="", problem=None)
        self._bridge.run(self, job, self._on_done, self._on_problem)

    def _on_look(self, world: DemoOut) -> None:
        self._set(world=world)
        if not self._timer.isActive():
            self._timer.start()

    def _on_silence(self, _problem: Problem) -> None:
        """The service's line says how it is; here nothing is new."""

    def _on_done(self, world: DemoOut) -> None:
        work = self.state.working
        self._way.stop()
        self._set(world=world, working="", done=work)
        if work in ("restore", "reset"):
            self.exchanged.emit()

    def _on_problem(self, problem: Problem) -> None:
        self._way.stop()
        self._set(working="", problem=problem)

    def _set(self, **fields: Any) -> None:
        fresh = dataclasses.replace(self.state, **fields)
        if fresh != self.state:
            self.state = fresh
            self.changed.emit()
