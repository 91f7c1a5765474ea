"""When films come out: the oldest of a channel first, spread over the history; channels open one after the other."""

from __future__ import annotations

from collections import defaultdict

from services.host.demo_world.cast import Cast, Creator
from services.host.demo_world.shooting import Shot, shot_of
from services.host.demo_world.sizes import Size
from services.media.art.chance import chances

_AT_ONCE = 2
"""Films of a channel on its first day."""
_OPENINGS = 0.36
"""The last channel opens after so much of the history."""


def opening_day(place: int, size: Size) -> int:
    """Give the day on which a channel opens; the first three are there from the start."""
    return max(0, round((place - 2) / max(1, size.channels - 3) * _OPENINGS * size.days)) if place > 2 else 0


def premieres(cast: Cast, size: Size) -> dict[int, list[tuple[Creator, Shot]]]:
    """Give what is published on which day of the history."""
    chance = chances(f"{cast.seed}:premieres:{size.name}")
    found: dict[int, list[tuple[Creator, Shot]]] = defaultdict(list)
    for place_in_town, creator in enumerate(cast.creators):
        opens = opening_day(place_in_town, size)
        films = list(range(min(size.films, len(creator.channel.films))))
        for place, number in enumerate(reversed(films)):
            left = size.days - opens
            later = round((place - 1) / len(films) * left + chance.uniform(-0.04, 0.12) * left)
            day = opens if place < _AT_ONCE else opens + max(0, later)
            found[min(day, size.days - 1)].append((creator, shot_of(cast.seed, creator.channel, number)))
    return found
