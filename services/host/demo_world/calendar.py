"""When films come out: the oldest of a channel first, spread over the history, the first ones at its beginning."""

from __future__ import annotations

from collections import defaultdict

from services.host.demo_world.cast import Cast, Creator
from services.host.demo_world.shooting import Shot, shot_of
from services.host.demo_world.sizes import Size
from services.media.art.chance import chances


def premieres(cast: Cast, size: Size) -> dict[int, list[tuple[Creator, Shot]]]:
    """Give what is published on which day of the history."""
    chance = chances(f"{cast.seed}:premieres:{size.name}")
    found: dict[int, list[tuple[Creator, Shot]]] = defaultdict(list)
    for creator in cast.creators:
        films = list(range(min(size.films, len(creator.channel.films))))
        for place, number in enumerate(reversed(films)):
            first = place < 2
            day = 0 if first else round((place - 1) / len(films) * size.days + chance.uniform(-0.04, 0.12) * size.days)
            found[min(max(0, day), size.days - 1)].append((creator, shot_of(cast.seed, creator.channel, number)))
    return found
