"""What people are like, drawn from the seed: who comes when, how often, whom they like, what they would pay."""

from __future__ import annotations

from dataclasses import dataclass

from services.host.demo_world.cast import Cast
from services.host.demo_world.sizes import Size
from services.media.art.chance import chances

# More people come later: a world that grows has something to show.
_GROWTH = 0.62
_FAVOURITES = (1, 1, 1, 2, 2)
_MEMBERS = 0.55


@dataclass(frozen=True, slots=True)
class Habits:
    """arrives: the day. per_day: how often on a day. likes: channels by number. joins: whether a member at all."""

    arrives: int
    per_day: float
    likes: tuple[int, ...]
    joins: bool
    stays: float
    """How likely a period is followed by the next."""


def habits_of(cast: Cast, size: Size) -> list[Habits]:
    """Draw everybody's habits; the first viewers are there from the start."""
    chance = chances(f"{cast.seed}:habits:{size.name}")
    count = len(cast.creators)
    # The first channels of the list are the best known.
    weights = [1 / (1 + 0.35 * number) for number in range(count)]
    found = []
    for number in range(len(cast.viewers)):
        arrives = 0 if number < count else round(size.days * chance.random() ** _GROWTH * 0.97)
        likes = chance.choices(range(count), weights, k=chance.choice(_FAVOURITES))
        found.append(
            Habits(
                arrives=arrives,
                per_day=min(0.9, chance.gammavariate(1.3, 0.17)),
                likes=tuple(dict.fromkeys(likes)),
                joins=chance.random() < _MEMBERS,
                stays=chance.choice((0.55, 0.75, 0.9, 0.97)),
            )
        )
    return found
