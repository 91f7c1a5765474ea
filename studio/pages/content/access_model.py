"""How the chosen film is to be had: free for all, by the part, or for members of tiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.units.ids import content_id as checked_id
from studio.kit.view_model import ViewModel

if TYPE_CHECKING:
    from services.wire.access import AccessOut, Visibility
    from services.wire.tiers import TierOut
    from studio.kit.context import PageContext
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class AccessState:
    """None until it is loaded. film: the chosen one's id, empty for none; saving: a choice is on its way."""

    film: str = ""
    tiers: tuple[TierOut, ...] | None = None
    access: AccessOut | None = None
    saving: bool = False
    problem: Problem | None = None


class AccessViewModel(ViewModel[AccessState]):
    """Reads and keeps the access of one film at a time. What is chosen holds at once."""

    watches = frozenset({"tier"})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, AccessState())

    def choose(self, film: str) -> None:
        """Look at a film; empty for none."""
        if film != self.state.film:
            self._set(film=film, access=None, saving=False, problem=None)
            self.refresh()

    def refresh(self) -> None:
        """Load the film's access and the tiers."""
        film = self.state.film
        if not film:
            return
        self._fetch(lambda desk: desk.memberships.access(checked_id(film)), self._on_access)
        self._act(lambda desk: desk.tiers.mine(), self._on_tiers, self._no_tiers)

    def set_visibility(self, visibility: Visibility) -> None:
        """Change who can watch; members-only keeps the chosen tiers, or takes all when there is none."""
        access = self.state.access
        if access is not None and visibility != access.visibility:
            tiers = access.tiers
            if visibility == "members" and not tiers:
                tiers = tuple(tier.id for tier in self.state.tiers or ())
            self._save(visibility, tiers)

    def set_tier(self, tier_id: str, *, opens: bool) -> None:
        """Let a tier open the film, or no longer."""
        access = self.state.access
        if access is not None:
            others = tuple(tier for tier in access.tiers if tier != tier_id)
            self._save(access.visibility, (*others, tier_id) if opens else others)

    def _save(self, visibility: Visibility, tiers: tuple[str, ...]) -> None:
        film = self.state.film
        if film and not self.state.saving:
            self._set(saving=True, problem=None)
            self._act(
                lambda desk: desk.memberships.set_access(checked_id(film), visibility, tiers),
                self._on_access,
                self._on_not_saved,
            )

    def _on_access(self, access: AccessOut) -> None:
        if access.content_id == self.state.film:
            self._set(access=access, saving=False)

    def _on_tiers(self, tiers: tuple[TierOut, ...]) -> None:
        self._set(tiers=tiers)

    def _no_tiers(self, _problem: Problem) -> None:
        """The choice without tiers is shown."""

    def _on_not_saved(self, problem: Problem) -> None:
        self._set(saving=False, problem=problem)
