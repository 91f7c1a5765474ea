"""What every scene is made of: a palette, a number that tells pictures apart, and a way to move once around."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from services.media.art.canvas import Canvas
from services.media.art.chance import chances
from services.media.art.palettes import Palette

Frame = Callable[[Canvas, float], None]
"""Draws what moves; the second argument goes from 0 to 1 and around, so that a film of it has no seam."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One variant of a scene. ``wide``: the picture's width by its height."""

    palette: Palette
    variant: int
    wide: float

    def chance(self, of: str) -> random.Random:
        """Give the numbers of this variant; the same for every size."""
        return chances(f"{of}:{self.variant}")


Painter = Callable[[Scene, Canvas], Frame]
"""Draws what stands still, and gives what draws the rest."""
