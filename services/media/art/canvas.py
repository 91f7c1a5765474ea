"""A surface measured in its own height, drawn at twice its size so that edges are smooth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw

from services.media.art.palettes import Colour

_LARGER = 2
_SOLID = 255
_EDGE = 179.0
"""How dark Pillow's radial gradient is in the middle of its sides; its corners are darker."""
Point = tuple[float, float]


class Canvas:
    """Coordinates: y from 0 (top) to 1, x from 0 to ``wide``. Alpha from 0 to 255."""

    def __init__(self, width: int, height: int, picture: Image.Image | None = None) -> None:
        self.size = (width, height)
        self._unit = height * _LARGER
        self.wide = width / height
        self.picture = picture or Image.new("RGB", (width * _LARGER, height * _LARGER))
        # Laying colours over others costs three times as much as painting them.
        self._solid, self._over = ImageDraw.Draw(self.picture), ImageDraw.Draw(self.picture, "RGBA")

    def copy(self) -> Canvas:
        """Give another canvas with the same content."""
        return Canvas(*self.size, self.picture.copy())

    def finished(self) -> Image.Image:
        """Give the picture at its size."""
        return self.picture.reduce(_LARGER)

    def sky(self, high: Colour, low: Colour, *, bottom: float = 1.0) -> None:
        """Fill with a gradient from the top to ``bottom``."""
        width, height = self.picture.size
        end = max(1, round(bottom * height))
        column = Image.new("RGB", (1, end))
        column.putdata([_between(high, low, row / end) for row in range(end)])
        self.picture.paste(column.resize((width, end), Image.Resampling.NEAREST), (0, 0))
        if end < height:
            self.picture.paste(low, (0, end, width, height))

    def sky_below(self, top: float, high: Colour, low: Colour) -> None:
        """Fill with a gradient from ``top`` to the bottom."""
        width, height = self.picture.size
        begin = round(top * height)
        column = Image.new("RGB", (1, height - begin))
        column.putdata([_between(high, low, row / (height - begin)) for row in range(height - begin)])
        self.picture.paste(column.resize((width, height - begin), Image.Resampling.NEAREST), (0, begin))

    def disc(self, x: float, y: float, radius: float, colour: Colour, alpha: int = 255) -> None:
        """Fill a circle."""
        unit = self._unit
        box = ((x - radius) * unit, (y - radius) * unit, (x + radius) * unit, (y + radius) * unit)
        self._on(alpha).ellipse(box, fill=_ink(colour, alpha))

    def oval(self, x: float, y: float, across: float, down: float, colour: Colour, alpha: int = 255) -> None:
        """Fill an ellipse of two radii."""
        unit = self._unit
        self._on(alpha).ellipse(
            ((x - across) * unit, (y - down) * unit, (x + across) * unit, (y + down) * unit), fill=_ink(colour, alpha)
        )

    def ring(self, x: float, y: float, across: float, down: float, colour: Colour, alpha: int, width: float) -> None:
        """Draw the line of an ellipse."""
        unit = self._unit
        box = ((x - across) * unit, (y - down) * unit, (x + across) * unit, (y + down) * unit)
        self._on(alpha).ellipse(box, outline=_ink(colour, alpha), width=max(1, round(width * unit)))

    def shape(self, points: Sequence[Point], colour: Colour, alpha: int = 255) -> None:
        """Fill a polygon."""
        unit = self._unit
        self._on(alpha).polygon([(x * unit, y * unit) for x, y in points], fill=_ink(colour, alpha))

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: Colour,
        alpha: int = 255,
        *,
        round_: float = 0,
    ) -> None:
        """Fill a rectangle, its corners rounded."""
        unit = self._unit
        self._on(alpha).rounded_rectangle(
            (left * unit, top * unit, right * unit, bottom * unit), radius=round_ * unit, fill=_ink(colour, alpha)
        )

    def line(self, points: Sequence[Point], colour: Colour, alpha: int, width: float) -> None:
        """Draw a line through points."""
        unit = self._unit
        self._on(alpha).line(
            [(x * unit, y * unit) for x, y in points],
            fill=_ink(colour, alpha),
            width=max(1, round(width * unit)),
            joint="curve",
        )

    def glow(self, x: float, y: float, radius: float, colour: Colour, alpha: int = 255) -> None:
        """Lay a soft light over what is there."""
        side = max(8, round(radius * 2 * self._unit / 8) * 8)
        mask = _soft(side, alpha // 6 * 6)
        self.picture.paste(colour, (round(x * self._unit - side / 2), round(y * self._unit - side / 2)), mask)

    def lay(self, other: Canvas, top: float) -> None:
        """Lay another canvas of the same width over this one, its top at ``top``."""
        self.picture.paste(other.picture, (0, round(top * self._unit)))

    def _on(self, alpha: int) -> ImageDraw.ImageDraw:
        return self._solid if alpha >= _SOLID else self._over


def ridge(
    wide: float, base: float, waves: Sequence[tuple[float, float, float]], *, shift: float = 0.0, steps: int = 64
) -> list[Point]:
    """Give a hill line from edge to edge, closed at the bottom.

    waves: height, how many over the width, and phase of each. ``shift`` moves it, 1 is once around.
    """
    points: list[Point] = [(0.0, 1.02)]
    for step in range(steps + 1):
        part = step / steps
        y = base - sum(height * math.sin(math.tau * (count * (part + shift) + phase)) for height, count, phase in waves)
        points.append((part * wide, y))
    points.append((wide, 1.02))
    return points


def _between(first: Colour, second: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _ink(colour: Colour, alpha: int) -> tuple[int, ...]:
    return colour if alpha >= _SOLID else (*colour, alpha)


@lru_cache(maxsize=512)
def _soft(side: int, alpha: int) -> Image.Image:
    """Draw a light that fades to its edge."""
    light = Image.radial_gradient("L").point(
        [round(alpha * (1 - min(1.0, level / _EDGE)) ** 2) for level in range(256)]
    )
    return light.resize((side, side), Image.Resampling.BICUBIC)
