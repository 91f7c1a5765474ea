"""All scenes by name."""

from __future__ import annotations

from services.media.art import indoors, outdoors
from services.media.art.scene import Painter

SCENES: dict[str, Painter] = {
    painter.__name__: painter
    for painter in (
        outdoors.lanterns,
        outdoors.shore,
        outdoors.orchard,
        outdoors.forest,
        outdoors.grass,
        outdoors.rain,
        indoors.steam,
        indoors.window,
        indoors.gears,
        indoors.bars,
        indoors.orbits,
        indoors.loom,
    )
}
