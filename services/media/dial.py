"""Draws the pictures of the timecode clip: a clock, the running time, the chunk and the barcode, on a calm ground."""

from __future__ import annotations

import math

from PIL import Image, ImageDraw, ImageFont

from services.media import barcode

WIDTH, HEIGHT = barcode.GRID_WIDTH, barcode.GRID_HEIGHT
_SUPERSAMPLE = 2
_INK, _CARD, _LINE = (14, 17, 22), (28, 35, 44), (42, 50, 61)
_TEXT, _QUIET, _ACCENT = (232, 236, 241), (154, 166, 178), (245, 181, 68)
_CENTRE, _RADIUS = (170, 168), 118
_DIAL_BOX = (40, 38)
_CHUNK_S = 10


class Dial:
    """Gives one picture a frame; what does not move is drawn once."""

    def __init__(self, *, rate: int, seconds: int) -> None:
        self._rate, self._seconds = rate, seconds
        self._big = ImageFont.load_default(54)
        self._middle = ImageFont.load_default(24)
        self._small = ImageFont.load_default(14)
        self._base = _background(self._small)
        self._second_base: tuple[int, Image.Image] | None = None

    def picture(self, frame: int) -> Image.Image:
        """Draw frame number ``frame`` as 640 x 360 RGB."""
        second, part = divmod(frame, self._rate)
        picture = self._of_second(second).copy()
        draw = ImageDraw.Draw(picture)
        stamp = f"{second // 60:02d}:{second % 60:02d}"
        draw.text((336, 96), stamp, font=self._big, fill=_TEXT)
        draw.text((500, 121), f".{part:02d}", font=self._middle, fill=_ACCENT)
        draw.text((336, 276), f"frame {frame:05d}", font=self._small, fill=_QUIET)
        self._draw_bar(draw, frame)
        self._draw_hand(picture, frame)
        _draw_barcode(draw, frame)
        return picture

    def _of_second(self, second: int) -> Image.Image:
        if self._second_base is None or self._second_base[0] != second:
            picture = self._base.copy()
            draw = ImageDraw.Draw(picture)
            chunk, last = second // _CHUNK_S, (self._seconds - 1) // _CHUNK_S
            draw.text((336, 178), f"chunk {chunk}", font=self._middle, fill=_ACCENT)
            draw.text((336, 212), f"of 0 to {last}, ten seconds each", font=self._small, fill=_QUIET)
            self._second_base = (second, picture)
        return self._second_base[1]

    def _draw_bar(self, draw: ImageDraw.ImageDraw, frame: int) -> None:
        """Show the position inside the chunk, and every second as a tick."""
        part = frame % (_CHUNK_S * self._rate) / (_CHUNK_S * self._rate)
        draw.rounded_rectangle((336, 246, 336 + 264, 254), radius=4, fill=_LINE)
        draw.rounded_rectangle((336, 246, 336 + 8 + round(256 * part), 254), radius=4, fill=_ACCENT)

    def _draw_hand(self, picture: Image.Image, frame: int) -> None:
        """Sweep one turn a minute, smooth because it is drawn larger and scaled down."""
        turn = frame / self._rate / 60 * math.tau
        box = Image.new("L", (260 * _SUPERSAMPLE, 260 * _SUPERSAMPLE))
        draw = ImageDraw.Draw(box)
        middle = 130 * _SUPERSAMPLE
        tip, tail = _polar(middle, turn, 100 * _SUPERSAMPLE), _polar(middle, turn, -22 * _SUPERSAMPLE)
        draw.line((tail, tip), fill=255, width=5 * _SUPERSAMPLE)
        hub = 8 * _SUPERSAMPLE
        draw.ellipse((middle - hub, middle - hub, middle + hub, middle + hub), fill=255)
        left, top, right, bottom = _around_all((tip, tail, (middle, middle)), 10 * _SUPERSAMPLE)
        mask = box.crop((left, top, right, bottom)).reduce(_SUPERSAMPLE)
        corner = (_DIAL_BOX[0] + left // _SUPERSAMPLE, _DIAL_BOX[1] + top // _SUPERSAMPLE)
        picture.paste(_ACCENT, corner, mask)


def _background(font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> Image.Image:
    large = Image.new("RGB", (WIDTH * _SUPERSAMPLE, HEIGHT * _SUPERSAMPLE), _INK)
    draw = ImageDraw.Draw(large)
    x, y, radius = (value * _SUPERSAMPLE for value in (*_CENTRE, _RADIUS))
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_CARD, outline=_LINE, width=2 * _SUPERSAMPLE)
    for tick in range(60):
        outer, inner, width, colour = (110, 96, 2, _TEXT) if tick % 5 == 0 else (110, 104, 1, _QUIET)
        start, end = (_around(x, y, tick / 60 * math.tau, reach * _SUPERSAMPLE) for reach in (inner, outer))
        draw.line((start, end), fill=colour, width=width * _SUPERSAMPLE)
    picture = large.reduce(_SUPERSAMPLE)
    small = ImageDraw.Draw(picture)
    small.text((336, 62), "MUSECLOCK  ·  TIMECODE", font=font, fill=_QUIET)
    small.rectangle((0, barcode.TOP - 8, WIDTH, HEIGHT), fill=(0, 0, 0))
    return picture


def _draw_barcode(draw: ImageDraw.ImageDraw, frame: int) -> None:
    for position, white in enumerate(barcode.cells(frame)):
        left = barcode.LEFT + position * barcode.CELL_WIDTH
        box = (left, barcode.TOP, left + barcode.CELL_WIDTH - 1, barcode.TOP + barcode.CELL_HEIGHT - 1)
        draw.rectangle(box, fill=(255, 255, 255) if white else (0, 0, 0))


def _around_all(points: tuple[tuple[float, float], ...], margin: int) -> tuple[int, int, int, int]:
    """Give a box around points, its corners on whole pixels of the final picture."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low = [int(min(values) - margin) // _SUPERSAMPLE * _SUPERSAMPLE for values in (xs, ys)]
    high = [-(-int(max(values) + margin) // _SUPERSAMPLE) * _SUPERSAMPLE for values in (xs, ys)]
    return low[0], low[1], high[0], high[1]


def _polar(middle: float, turn: float, reach: float) -> tuple[float, float]:
    return _around(middle, middle, turn, reach)


def _around(x: float, y: float, turn: float, reach: float) -> tuple[float, float]:
    """Give the point at ``reach`` from x, y; turn 0 is twelve o'clock, in radians clockwise."""
    return (x + math.sin(turn) * reach, y - math.cos(turn) * reach)
