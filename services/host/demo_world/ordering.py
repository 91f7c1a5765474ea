"""All that is to be drawn of a world is ordered at once: it is known before anything else is."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from services.host.demo_world.calendar import opening_day, premieres
from services.host.demo_world.cast import Cast
from services.host.demo_world.shooting import Studio, Waiting, open_studio
from services.host.demo_world.sizes import Size
from services.units.ids import ContentId


@dataclass(frozen=True, slots=True)
class Ordered:
    """What was ordered: pictures by their channel, films by their id."""

    portraits: dict[str, Waiting] = field(default_factory=dict)
    films: dict[ContentId, Waiting] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def ordered(folder: Path, cast: Cast, size: Size, films: Path | None = None) -> AsyncIterator[Ordered]:
    """Order the world that grows in a folder; whoever draws ends with the block.

    films: where drawn films are kept for another time.
    """
    drawn = films or folder / "films"
    drawn.mkdir(parents=True, mode=0o700, exist_ok=True)
    async with open_studio(drawn, folder / "blocks", small_by=size.small_by) as studio:
        yield _order(studio, cast, size)


def _order(studio: Studio, cast: Cast, size: Size) -> Ordered:
    """Order by the day, as they are waited for."""
    found, calendar = Ordered(), premieres(cast, size)
    for day in range(size.days):
        for place, creator in enumerate(cast.creators):
            if opening_day(place, size) == day:
                found.portraits[creator.channel.id] = studio.portrait(creator.channel)
        for _, shot in calendar.get(day, ()):
            found.films[shot.content] = studio.film(shot)
    return found
