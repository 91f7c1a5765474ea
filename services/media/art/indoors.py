"""Scenes in a room or in the head: a kettle, a window, gears, a concert of bars, an orrery, a loom."""

from __future__ import annotations

import math

from services.media.art.canvas import Canvas, Point
from services.media.art.palettes import Colour, mix
from services.media.art.scene import Frame, Scene

_REPEAT = 8
_CLOTH_ROWS = 24
"""Cloth for a picture's height, and one repetition of its motif above."""


def steam(scene: Scene, still: Canvas) -> Frame:
    """Copper pots on a shelf, and steam over the one that boils."""
    colours, chance, wide = scene.palette, scene.chance("steam"), scene.wide
    still.sky(colours.high, colours.low)
    still.glow(wide * 0.5, 0.35, 0.8, colours.light, 80)
    still.box(0, 0.80, wide, 1.02, colours.near)
    still.box(0, 0.80, wide, 0.815, mix(colours.mid, colours.ink, 0.4))
    kettle = wide * chance.uniform(0.38, 0.62)
    others = [
        (kettle + side * (0.42 + 0.34 * number), chance.uniform(0.07, 0.13)) for side in (-1, 1) for number in (0, 1)
    ]
    for x, radius in others:
        shade = chance.choice((colours.far, mix(colours.far, colours.ink, 0.4), mix(colours.mid, colours.near, 0.3)))
        still.box(x - radius, 0.80 - radius * 1.5, x + radius, 0.802, shade, round_=0.02)
        still.box(
            x - radius * 1.06,
            0.80 - radius * 1.56,
            x + radius * 1.06,
            0.80 - radius * 1.42,
            mix(shade, colours.light, 0.2),
            round_=0.01,
        )
        still.box(x - radius * 0.8, 0.80 - radius * 1.2, x - radius * 0.66, 0.78, colours.light, 60, round_=0.01)
    _kettle(still, kettle, scene)
    puffs = [(chance.random(), chance.uniform(-1, 1), chance.uniform(0.6, 1.3)) for _ in range(14)]

    def frame(canvas: Canvas, turn: float) -> None:
        for start, side, size in puffs:
            up = (turn + start) % 1
            x = kettle + 0.235 + 0.05 * up * side + 0.03 * math.sin(math.tau * (up + start))
            canvas.glow(
                x, 0.50 - 0.46 * up, (0.03 + 0.09 * up) * size, colours.light, round(105 * math.sin(math.pi * up))
            )

    return frame


def _kettle(still: Canvas, x: float, scene: Scene) -> None:
    colours = scene.palette
    spout = [(x + 0.12, 0.66), (x + 0.22, 0.525), (x + 0.25, 0.54), (x + 0.165, 0.74)]
    still.shape(spout, mix(colours.mid, colours.ink, 0.25))
    still.ring(x, 0.53, 0.115, 0.14, colours.ink, 255, 0.02)
    still.oval(x, 0.68, 0.175, 0.13, colours.mid)
    still.oval(x - 0.05, 0.65, 0.08, 0.07, mix(colours.mid, colours.light, 0.28))
    still.oval(x - 0.075, 0.625, 0.03, 0.026, colours.light, 190)
    still.oval(x, 0.562, 0.085, 0.022, mix(colours.mid, colours.ink, 0.35))
    still.disc(x, 0.54, 0.018, colours.ink)
    still.box(x - 0.13, 0.785, x + 0.13, 0.806, mix(colours.mid, colours.ink, 0.5), round_=0.01)


def window(scene: Scene, still: Canvas) -> Frame:
    """Light from a north window moves over a wall; a plant stands in it."""
    colours, chance, wide = scene.palette, scene.chance("window"), scene.wide
    still.sky(colours.high, mix(colours.low, colours.far, 0.35))
    still.box(0, 0.82, wide, 1.02, colours.mid)
    still.box(0, 0.82, wide, 0.83, mix(colours.mid, colours.ink, 0.35))
    left = wide * chance.uniform(0.12, 0.34)
    pot = left + chance.uniform(0.55, 0.75)
    leaves = [(chance.uniform(-1.2, 1.2), chance.uniform(0.16, 0.34), chance.random()) for _ in range(11)]

    def frame(canvas: Canvas, turn: float) -> None:
        drift = 0.05 * math.sin(math.tau * turn)
        for column in range(2):
            for row in range(3):
                x, y = left + drift + column * 0.25, 0.08 + row * 0.21
                slant = 0.05
                pane = [(x, y), (x + 0.22, y), (x + 0.22 + slant, y + 0.185), (x + slant, y + 0.185)]
                canvas.shape([(px + row * slant, py) for px, py in pane], colours.light, 205)
        for lean, length, phase in leaves:
            sway = lean + 0.10 * math.sin(math.tau * (turn + phase))
            _leaf(canvas, (pot, 0.66), sway, length, mix((72, 110, 84), colours.ink, phase * 0.5))
        canvas.shape([(pot - 0.075, 0.66), (pot + 0.075, 0.66), (pot + 0.055, 0.83), (pot - 0.055, 0.83)], colours.near)
        canvas.box(pot - 0.085, 0.645, pot + 0.085, 0.675, mix(colours.near, colours.ink, 0.3), round_=0.008)

    return frame


def _leaf(canvas: Canvas, root: Point, lean: float, length: float, colour: Colour) -> None:
    along = (math.sin(lean), -math.cos(lean))
    across = (-along[1], along[0])
    tip = (root[0] + along[0] * length, root[1] + along[1] * length)
    half = (root[0] + along[0] * length * 0.55, root[1] + along[1] * length * 0.55)
    wide = length * 0.13
    sides = [(half[0] + across[0] * wide * way, half[1] + across[1] * wide * way) for way in (1, -1)]
    canvas.shape([root, sides[0], tip, sides[1]], colour)


def gears(scene: Scene, still: Canvas) -> Frame:
    """Brass wheels turn into each other."""
    colours, chance, wide = scene.palette, scene.chance("gears"), scene.wide
    still.sky(colours.high, colours.low)
    still.glow(wide * 0.5, 0.5, 0.9, mix(colours.low, colours.light, 0.35), 130)
    for _ in range(14):
        x, y, radius = chance.uniform(0, wide), chance.uniform(0, 1), chance.uniform(0.05, 0.22)
        still.ring(x, y, radius, radius, colours.far, 34, 0.004)
    # Each next wheel touches the one before: x, y, teeth, direction, phase.
    step = 0.0125
    wheels: list[tuple[float, float, int, int]] = [(wide * 0.5, 0.5, chance.choice((18, 22)), 1)]
    angle = chance.uniform(0, math.tau)
    for teeth in (12, 30, 10, 16, 24, 14):
        before = wheels[-1] if len(wheels) % 2 else wheels[0]
        apart = (before[2] + teeth) * step
        angle += chance.uniform(1.4, 2.4)
        wheels.append((before[0] + apart * math.cos(angle), before[1] + apart * math.sin(angle), teeth, -before[3]))

    def frame(canvas: Canvas, turn: float) -> None:
        for number, (x, y, teeth, way) in enumerate(wheels):
            colour = (colours.mid, colours.far, mix(colours.far, colours.ink, 0.3))[number % 3]
            _gear(canvas, (x, y), teeth, step, math.tau * turn * way * 2 / teeth, colour, colours.near)

    return frame


def _gear(canvas: Canvas, at: Point, teeth: int, step: float, angle: float, colour: Colour, hole: Colour) -> None:
    radius = teeth * step
    outline: list[Point] = []
    for tooth in range(teeth):
        for part, reach in ((0.0, -0.016), (0.22, 0.018), (0.48, 0.018), (0.7, -0.016)):
            around = angle + math.tau * (tooth + part) / teeth
            outline.append((at[0] + (radius + reach) * math.cos(around), at[1] + (radius + reach) * math.sin(around)))
    canvas.shape([(x + 0.012, y + 0.016) for x, y in outline], hole, 110)
    canvas.shape(outline, colour)
    canvas.disc(*at, radius * 0.78, mix(colour, hole, 0.22))
    canvas.disc(*at, radius * 0.7, mix(colour, hole, 0.5))
    for spoke in range(5):
        around = angle + math.tau * spoke / 5
        end = (at[0] + radius * 0.74 * math.cos(around), at[1] + radius * 0.74 * math.sin(around))
        canvas.line([at, end], colour, 255, radius * 0.13)
    canvas.disc(*at, radius * 0.2, colour)
    canvas.disc(*at, radius * 0.08, hole)


def bars(scene: Scene, still: Canvas) -> Frame:
    """Sound as bars around a disc."""
    colours, chance, wide = scene.palette, scene.chance("bars"), scene.wide
    still.sky(colours.high, colours.low)
    middle = (wide * 0.5, 0.5)
    for number in range(9):
        y = 0.62 + 0.05 * number * (1 + number * 0.06)
        still.line([(0, y), (wide, y)], colours.mid, 46, 0.003)
    for number in range(-9, 10):
        still.line([(middle[0] + number * 0.05, 0.62), (middle[0] + number * 0.32, 1.02)], colours.mid, 46, 0.003)
    still.glow(*middle, 0.62, colours.far, 150)
    count = 72
    notes = [(chance.randint(1, 3), chance.random(), chance.uniform(0.3, 1)) for _ in range(count // 2)]

    def frame(canvas: Canvas, turn: float) -> None:
        beat = 0.5 + 0.5 * math.cos(math.tau * turn * 4)
        for number in range(count):
            speed, phase, size = notes[number if number < count // 2 else count - 1 - number]
            level = 0.03 + 0.12 * size * (0.5 + 0.5 * math.sin(math.tau * (turn * speed * 2 + phase)))
            around = math.tau * (number + 0.5) / count - math.pi / 2
            start, end = 0.225 + 0.012 * beat, 0.24 + 0.012 * beat + level
            points = [
                (middle[0] + reach * math.cos(around), middle[1] + reach * math.sin(around)) for reach in (start, end)
            ]
            canvas.line(points, mix(colours.far, colours.light, number % (count // 2) / count * 2), 255, 0.011)
        canvas.disc(*middle, 0.205 + 0.01 * beat, colours.ink)
        canvas.ring(*middle, 0.205, 0.205, colours.light, 210, 0.005)
        canvas.disc(*middle, 0.07 + 0.015 * beat, mix(colours.mid, colours.light, beat * 0.5))

    return frame


def orbits(scene: Scene, still: Canvas) -> Frame:
    """Planets on their ways around a lamp."""
    colours, chance, wide = scene.palette, scene.chance("orbits"), scene.wide
    still.sky(colours.high, colours.low)
    for _ in range(round(110 * wide)):
        still.disc(
            chance.uniform(0, wide),
            chance.random(),
            chance.uniform(0.0007, 0.0028),
            (235, 240, 255),
            chance.randint(50, 230),
        )
    middle = (wide * chance.uniform(0.4, 0.6), chance.uniform(0.44, 0.56))
    still.glow(*middle, 0.5, colours.light, 190)
    ways = [
        (0.15 + 0.115 * number, chance.choice((1, 1, 2)), chance.random(), chance.uniform(0.014, 0.042))
        for number in range(6)
    ]
    tones = (
        colours.mid,
        colours.light,
        colours.far,
        (214, 120, 92),
        (150, 205, 190),
        mix(colours.mid, colours.light, 0.5),
    )
    for reach, _, _, _ in ways:
        still.ring(*middle, reach * 1.5, reach * 0.62, colours.mid, 90, 0.003)
    has_ring = chance.randrange(2, 6)

    def frame(canvas: Canvas, turn: float) -> None:
        seen = []
        for number, (reach, turns, phase, size) in enumerate(ways):
            around = math.tau * (turn * turns + phase)
            x, y = middle[0] + reach * 1.5 * math.cos(around), middle[1] + reach * 0.62 * math.sin(around)
            seen.append((math.sin(around), x, y, size * (1.1 + 0.4 * math.sin(around)), number))
        for depth, x, y, size, number in sorted([*seen, (0.0, *middle, 0.062, -1)]):
            if number < 0:
                canvas.disc(x, y, size, mix(colours.light, (255, 255, 255), 0.35))
                continue
            tone = mix(tones[number], colours.ink, 0.25 - 0.2 * depth)
            canvas.disc(x, y, size, mix(tone, colours.ink, 0.45))
            canvas.disc(x - size * 0.16, y - size * 0.12, size * 0.82, tone)
            if number == has_ring:
                canvas.ring(x, y, size * 2, size * 0.55, colours.light, 190, 0.005)

    return frame


def loom(scene: Scene, still: Canvas) -> Frame:
    """Cloth grows thread by thread."""
    colours, chance, wide = scene.palette, scene.chance("loom"), scene.wide
    still.sky(colours.high, mix(colours.high, colours.near, 0.25))
    size = 0.0625
    tones = [colours.far, colours.mid, colours.near, mix(colours.mid, colours.light, 0.55), colours.ink]
    order = [chance.choice(tones) for _ in range(4)]
    columns = math.ceil(wide / size) + 2
    motif = chance.randrange(3)

    cloth = Canvas(still.size[0], round(still.size[1] * _CLOTH_ROWS * size))
    cloth.sky(colours.high, colours.high)
    zoom = still.size[1] / cloth.size[1]
    for row in range(_CLOTH_ROWS):
        for column in range(columns):
            tone = order[_pattern(motif, column, row) % 4]
            _stitch(cloth, (column - 1) * size * zoom, row * size * zoom, size * zoom, tone)

    def frame(canvas: Canvas, turn: float) -> None:
        canvas.lay(cloth, (turn * _REPEAT - _REPEAT) * size)
        canvas.box(0, 0.855, wide, 0.9, colours.ink)
        canvas.box(0, 0.9, wide, 1.02, mix(colours.ink, colours.high, 0.8))
        for column in range(columns * 2):
            x = column * size / 2
            canvas.line([(x, 0.9), (x, 1.02)], mix(colours.ink, colours.high, 0.35), 255, 0.004)
        x = wide * (0.5 + 0.42 * math.sin(math.tau * turn))
        prow = [(x - 0.13, 0.95), (x - 0.07, 0.925), (x + 0.07, 0.925), (x + 0.13, 0.95)]
        canvas.shape([*prow, (x + 0.07, 0.975), (x - 0.07, 0.975)], colours.near)
        canvas.oval(x, 0.95, 0.05, 0.012, colours.far)

    return frame


def _pattern(motif: int, column: int, row: int) -> int:
    """Give a motif that repeats every eight rows."""
    row %= 8
    if motif == 0:
        return abs(column % 8 - 4) + abs(row - 4)
    if motif == 1:
        return (column + row) // 2
    return (column // 2 + row // 2) % 2 + (abs(column % 8 - 4) == abs(row - 4)) * 2


def _stitch(canvas: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    canvas.box(x + 0.003, y + 0.003, x + size - 0.003, y + size - 0.003, colour, round_=0.014)
    canvas.box(x + 0.012, y + 0.012, x + size - 0.012, y + 0.02, mix(colour, (255, 255, 255), 0.22), round_=0.004)
