"""The arithmetic of a chart's axis: round ticks from zero."""

from __future__ import annotations

_STEPS = (10, 20, 25, 50, 100)
MOST_TICKS = 5


def round_ticks(highest: int) -> tuple[int, ...]:
    """Give at most five round values from zero to at least highest (any whole unit, not negative)."""
    power = 1
    while True:
        for step in (power * factor // 10 for factor in _STEPS if power * factor % 10 == 0):
            if step * (MOST_TICKS - 1) >= max(highest, 1):
                count = -(-max(highest, 1) // step)
                return tuple(step * at for at in range(count + 1))
        power *= 10


def label_places(count: int, most: int) -> tuple[int, ...]:
    """Give evenly spaced places out of count, counted back from the last one, at most ``most`` of them."""
    if count <= 0:
        return ()
    step = -(-count // most)
    return tuple(sorted(range(count - 1, -1, -step)))


def thinned(ticks: tuple[int, ...], most: int) -> tuple[int, ...]:
    """Give evenly spaced ticks, from the first, so many as have room; the highest and the lowest when only two have."""
    if len(ticks) <= most or len(ticks) < 3:
        return ticks
    steps = len(ticks) - 1
    step = next((by for by in range(2, steps) if steps % by == 0 and steps // by < most), steps)
    return ticks[::step]
