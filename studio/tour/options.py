"""What a tour is told on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TourOptions:
    """See ``studio.tour.run``."""

    profile: Path | None = None
    media: Path | None = None
    json: Path | None = None
    shots: Path | None = None
