"""One job handed to the bridge: who asked, what to call at its end, and the way to call it off."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import shiboken6

from services.wire.problems import ProblemError
from studio.kit.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject


_numbers = count(1)


class Ticket:
    """Belongs to the GUI thread; the bridge thread looks at ``number`` and ``dropped``, and hands it back."""

    def __init__(
        self,
        owner: QObject,
        on_ok: Callable[[Any], None],
        on_problem: Callable[[Problem], None] | None,
        call_off: Callable[[Ticket], None],
    ) -> None:
        self._owner, self._on_ok, self._on_problem, self._call_off = owner, on_ok, on_problem, call_off
        self.number = next(_numbers)
        self.once = on_problem is not None
        self.dropped = False
        owner.destroyed.connect(self.cancel)

    def cancel(self) -> None:
        """Call the job off; nothing is delivered any more."""
        if not self.dropped:
            self.drop()
            self._call_off(self)

    def drop(self) -> None:
        """Deliver nothing any more, and leave the job alone."""
        self.dropped = True
        if shiboken6.isValid(self._owner):
            self._owner.destroyed.disconnect(self.cancel)

    def deliver(self, outcome: object) -> None:
        """Call back with a job's end: a 1-tuple with its result, or the error that ended it."""
        if self.dropped or not shiboken6.isValid(self._owner):
            return
        if self.once:
            self.drop()
        if isinstance(outcome, tuple):
            self._on_ok(outcome[0])
        elif isinstance(outcome, ProblemError) and self._on_problem is not None:
            self._on_problem(Problem.of(outcome))
        elif isinstance(outcome, BaseException):
            raise outcome
