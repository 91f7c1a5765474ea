"""The data folder as the settings page shows it, and a diagnosis without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.backup import PlacesOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class DataState:
    """places is None until they are measured, and while the service is away."""

    places: PlacesOut | None = None
    problem: Problem | None = None


class DataViewModel(ViewModel[DataState]):
    """Has the folder measured."""

    watches = frozenset({"storage"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, DataState())

    def refresh(self) -> None:
        """Measure the parts of the folder."""
        self.context.bridge.run(self, lambda client: client.profile.places(), self._on_places, self._no_places)

    def _on_places(self, places: PlacesOut) -> None:
        self._set(places=places, problem=None)

    def _no_places(self, problem: Problem) -> None:
        self._set(problem=problem)
