"""How a film is to be had by joining: the tiers, and the sum that waits for the viewer's consent."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.wire.catalogue import AccessTierOut, PlaybackOut
    from services.wire.memberships import QuoteOut
    from studio.kit.problems import Problem


@dataclass(frozen=True, slots=True)
class Joining:
    """How a film is to be had besides by the chunk. quote: asked for, and waiting for the viewer's consent."""

    is_members_only: bool = False
    tiers: tuple[AccessTierOut, ...] = ()
    quote: QuoteOut | None = None
    busy: bool = False
    problem: Problem | None = None

    def offered(self, film: PlaybackOut) -> Joining:
        """Give the same with what a film's service says now."""
        access = film.access
        return dataclasses.replace(self, is_members_only=access.visibility == "members", tiers=access.tiers)
