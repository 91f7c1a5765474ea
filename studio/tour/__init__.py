"""The tour: the main job done through the real window by clicks and keys, step by step, with every promise checked."""

from __future__ import annotations

from studio.tour.options import TourOptions


def run(options: TourOptions) -> int:
    """Do the tour; give 0 only if every step held. Prints a line a step; starts its own display and processes."""
    # Imported here: the command line asks for TourOptions only.
    from studio.tour.director import Director

    return Director(options).run()


__all__ = ["TourOptions", "run"]
