"""What is to be opened: a profile, whether its money is demo money, what the person came for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from studio.kit.words import mark

if TYPE_CHECKING:
    from pathlib import Path

    from studio.kit.comeback import Comeback
    from studio.kit.settings import Purpose

_MAIN_DESK = "main"
_PERSONAS = {
    "creator": mark("Creator"),
    "viewer": mark("Viewer"),
    "creator2": "Creator 2",
    "viewer2": "Viewer 2",
    "newcomer": mark("Newcomer"),
    "operator": mark("Operator"),
}
_FIRST_ROUTE = {
    "creator": "overview",
    "creator2": "overview",
    "viewer": "discover",
    "viewer2": "discover",
    "newcomer": "discover",
    "operator": "oversight",
    "create": "overview",
    "watch": "discover",
}


class Setup(NamedTuple):
    """The choice of a world."""

    profile: Path
    demo: bool
    purpose: Purpose = "create"
    size: str | None = None
    """Of a demo world that is to be made; None for what the profile has."""
    is_new: bool = False
    """The person answered the first question just now."""
    film: Comeback | None = None
    """What was playing when the window before this one crashed."""

    @property
    def personas(self) -> dict[str, str]:
        """The people of a demo by desk id; elsewhere nobody has to choose who they are."""
        return dict(_PERSONAS) if self.demo else {}

    @property
    def first_desk(self) -> str:
        """The desk that is shown first."""
        return next(iter(self.personas), _MAIN_DESK)

    def first_route(self, desk_id: str) -> str:
        """Give the page that a desk opens with."""
        if self.is_new and not self.demo:
            return "start"
        return _FIRST_ROUTE[desk_id if self.demo else self.purpose]
