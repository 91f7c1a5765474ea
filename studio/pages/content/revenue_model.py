"""The figures of the film that is chosen in the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.figures import ItemFiguresOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class RevenueState:
    """film: the chosen one's id, empty for none; node: where it is sold."""

    film: str = ""
    node: str = ""
    figures: ItemFiguresOut | None = None
    problem: Problem | None = None


class RevenueViewModel(ViewModel[RevenueState]):
    """Reads one film at a time, and again when somebody buys."""

    watches = frozenset({"earnings", "purchase"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, RevenueState())

    def choose(self, film: str, node: str = "") -> None:
        """Look at a film; empty for none."""
        if (film, node) != (self.state.film, self.state.node):
            self._set(film=film, node=node, figures=None, problem=None)
            self.refresh()

    def refresh(self) -> None:
        """Load the film's figures."""
        film, node = self.state.film, self.state.node
        if film:
            self._fetch(lambda desk: desk.figures.item(film, node=node), self._on_figures, self._on_none)

    def _on_figures(self, figures: ItemFiguresOut) -> None:
        if figures.content_id == self.state.film:
            self._set(figures=figures, problem=None)

    def _on_none(self, problem: Problem) -> None:
        self._set(problem=problem)
