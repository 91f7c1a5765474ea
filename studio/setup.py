"""What is to be opened: a profile, whether its money is demo money, what the person came for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from studio.kit.settings import Purpose

_PERSONAS = {"creator": "Creator", "viewer": "Viewer"}


@dataclass(frozen=True, slots=True)
class Setup:
    """The choice of a world."""

    profile: Path
    demo: bool
    purpose: Purpose = "create"

    @property
    def personas(self) -> dict[str, str]:
        """The people of a demo by desk id; elsewhere nobody has to choose who they are."""
        return dict(_PERSONAS) if self.demo else {}
