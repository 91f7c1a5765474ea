"""This account's memberships: until when they are paid, and whether they go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from player.pages.wallet.last_known import MEMBERSHIPS, last_memberships
from player.parts.answers_view_model import KeptAnswers
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.client import DeskClient
    from services.wire.memberships import MembershipsOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class MembershipsState:
    """None until it is loaded. acting: the membership with which something is being done."""

    found: MembershipsOut | None = None
    acting: str | None = None
    problem: Problem | None = None


class MembershipsViewModel(ViewModel[MembershipsState]):
    """Reads, cancels and takes a cancellation back."""

    watches = frozenset({"membership"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, MembershipsState())
        self._kept = KeptAnswers(context)

    def refresh(self) -> None:
        """Load again; what cannot be read now is shown as it was."""
        self._fetch(self._kept.one(MEMBERSHIPS, lambda desk: desk.memberships.mine()), self._on_found, self._not_found)

    def cancel(self, membership_id: str) -> None:
        """Renew no more; it stays open to its end."""
        self._on_one(membership_id, lambda desk: desk.memberships.cancel(membership_id))

    def resume(self, membership_id: str) -> None:
        """Take a cancellation back."""
        self._on_one(membership_id, lambda desk: desk.memberships.resume(membership_id))

    def _on_one(self, membership_id: str, job: Callable[[DeskClient], Awaitable[MembershipsOut]]) -> None:
        if self.state.acting is None:
            self._set(acting=membership_id, problem=None)
            self._act(job, self._on_found, self._on_not_done)

    def _on_found(self, found: MembershipsOut) -> None:
        self._set(found=found, acting=None)

    def _on_not_done(self, problem: Problem) -> None:
        self._set(acting=None, problem=problem)

    def _not_found(self, _problem: Problem) -> None:
        """The wallet itself says what is wrong, and of when what is shown is."""
        if self.state.found is None:
            self._set(found=last_memberships(self._kept))
