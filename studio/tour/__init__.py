"""The tour: the main job done through the real window by clicks and keys, step by step, with every promise checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def run(
    *,
    profile: Path | None = None,
    media: Path | None = None,
    json_file: Path | None = None,
    shots: Path | None = None,
) -> int:
    """Do the tour; give 0 only if every step held. Prints a line a step; starts its own display and processes.

    profile: an empty or absent folder to keep what the tour made, else a temporary one. media: the film to sell,
    else a clip made for the purpose. json_file, shots: where results and pictures go.
    """
    # Imported here, so that the command line starts fast when there is no tour.
    from studio.tour.director import Director
    from studio.tour.options import TourOptions

    return Director(TourOptions(profile, media, json_file, shots)).run()
