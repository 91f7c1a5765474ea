"""Deleting a profile in two steps: what would be lost, then the deed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from studio.kit.settings import WindowSettings
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.backup import LossesOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem

Step = Literal["idle", "asking", "confirm", "deleting", "deleted"]


@dataclass(frozen=True, slots=True)
class DeletionState:
    """``step`` is where the person is."""

    step: Step = "idle"
    losses: LossesOut | None = None
    problem: Problem | None = None


class DeletionViewModel(ViewModel[DeletionState]):
    """Nothing is deleted before its losses were shown."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, DeletionState())

    def ask(self) -> None:
        """Have added up what would be lost."""
        if self.state.step == "idle":
            self._set(step="asking", problem=None)
            self.context.bridge.run(self, lambda client: client.profile.losses(), self._on_losses, self._on_problem)

    def cancel(self) -> None:
        """Keep the profile."""
        if self.state.step == "confirm":
            self._set(step="idle", losses=None, problem=None)

    def delete(self, passphrase: str, *, in_flight: bool) -> None:
        """Delete what was shown."""
        if self.state.step != "confirm":
            return
        self._set(step="deleting", problem=None)
        self.context.bridge.run(
            self,
            lambda client: client.profile.delete(passphrase, in_flight=in_flight),
            self._on_deleted,
            self._on_problem,
        )

    def _on_losses(self, losses: LossesOut) -> None:
        self._set(step="confirm", losses=losses)

    def _on_deleted(self, _nothing: None) -> None:
        if self.context.profile_path:
            WindowSettings(Path(self.context.profile_path)).forget_purpose()
        self._set(step="deleted", losses=None)

    def _on_problem(self, problem: Problem) -> None:
        self._set(step="idle" if self.state.losses is None else "confirm", problem=problem)
