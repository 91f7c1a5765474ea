"""A creator's side of the pass, and the three-way statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from studio.kit.view_model import ViewModel
from studio.kit.words import tr

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.client import DeskClient
    from services.client.passes import CreatorsPass
    from services.wire.three_way import ThreeWayOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class SharingState:
    """What the page shows. found: None until it was read; statement: None until one was made."""

    found: CreatorsPass | None = None
    statement: ThreeWayOut | None = None
    making: bool = False
    busy: bool = False
    problem: Problem | None = None


class SharingViewModel(ViewModel[SharingState]):
    """Takes part, smooths, asks for payouts, objects to cases and makes statements."""

    watches = frozenset({"pass"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, SharingState())

    def refresh(self) -> None:
        """Read all of it."""
        self._fetch(lambda desk: desk.passes.for_creator(), self._on_found)

    def take_part(self, *, is_in: bool, with_members_only: bool) -> None:
        """Put this creator's films into the pass, or take them out."""
        self._change(lambda desk: desk.passes.take_part(is_in=is_in, with_members_only=with_members_only))

    def smooth(self, *, is_on: bool) -> None:
        """Smooth payouts, or no longer."""
        self._change(lambda desk: desk.passes.smooth(is_on=is_on))

    def pay_now(self) -> None:
        """Bring on its way what is due."""
        self._change(lambda desk: desk.passes.pay_now())

    def appeal(self, case: str, words: str) -> None:
        """Object to a case."""
        self._change(lambda desk: desk.passes.appeal(case, words))

    def make_statement(self, days: int) -> None:
        """Put chain, node and desk side by side for so many days up to today."""
        found = self.state.found
        if found is None or self.state.making:
            return
        last = found.score.as_of.date()
        first = last - timedelta(days=days - 1)
        self._set(making=True, problem=None)
        self._act(lambda desk: desk.figures.three_way(first, last), self._on_statement, self._on_no_statement)

    def keep_statement(self, path: str) -> None:
        """Write the signed statement to a file."""
        statement = self.state.statement
        if statement is not None and path:
            self._act(lambda desk: desk.passes.keep(path, statement.file), self._on_kept)

    def _change(self, job: Callable[[DeskClient], Awaitable[Any]]) -> None:
        if not self.state.busy:
            self._set(busy=True, problem=None)
            self._act(job, self._on_changed)

    def _on_found(self, found: CreatorsPass) -> None:
        self._set(found=found, busy=False, problem=None)

    def _on_changed(self, _said: Any) -> None:
        self._set(busy=False)
        self.refresh()

    def _on_statement(self, statement: ThreeWayOut) -> None:
        self._set(statement=statement, making=False)

    def _on_no_statement(self, problem: Problem) -> None:
        self._set(problem=problem, making=False)

    def _on_kept(self, path: str) -> None:
        self.context.notify(tr("Written to {path}", path=path))
