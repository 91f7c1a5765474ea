"""What a tour is told on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TourOptions:
    """media: the film to sell, else a clip made for the purpose; json, shots: where results and pictures go.

    on_screen: use the display that is there instead of a virtual one. profile: an empty folder to keep what the
    tour made, else a temporary one.
    """

    media: Path | None = None
    json: Path | None = None
    shots: Path | None = None
    on_screen: bool = False
    profile: Path | None = None
