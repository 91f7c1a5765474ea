"""Scenes under the sky: lanterns, a shore, an orchard, a forest, tall grass, rain over a harbour town."""

from __future__ import annotations

import math

from services.media.art.canvas import Canvas, ridge
from services.media.art.palettes import Colour, mix
from services.media.art.scene import Frame, Scene


def lanterns(scene: Scene, still: Canvas) -> Frame:
    """Paper lanterns rise over a lake."""
    colours, chance, wide = scene.palette, scene.chance("lanterns"), scene.wide
    still.sky(colours.high, colours.low, bottom=0.74)
    for _ in range(60):
        still.disc(chance.uniform(0, wide), chance.uniform(0, 0.5), chance.uniform(0.0008, 0.002), colours.light, 130)
    phase = chance.random()
    still.shape(ridge(wide, 0.62, ((0.06, 1.3, phase), (0.02, 4, phase))), colours.far)
    still.shape(ridge(wide, 0.70, ((0.04, 2.1, phase + 0.4), (0.012, 6, phase))), colours.mid)
    still.box(0, 0.745, wide, 1.02, colours.near)
    still.glow(wide * 0.5, 0.76, 0.5, mix(colours.low, colours.light, 0.3), 90)
    rows = [
        (chance.uniform(0.02, 0.98) * wide, chance.random(), chance.choice((0.018, 0.026, 0.04)))
        for _ in range(round(7 + 3 * wide))
    ]

    def frame(canvas: Canvas, turn: float) -> None:
        for x, start, size in sorted(rows, key=lambda one: one[2]):
            for place in range(3):
                way = (start + turn + place) / 3 % 1
                drift = 0.16 * math.sin(math.tau * (way * 0.7 + start)) + 0.012 * math.sin(math.tau * (turn + start))
                _lantern(canvas, x + drift, 0.98 - way * 1.15, size, scene)

    return frame


def _lantern(canvas: Canvas, x: float, y: float, size: float, scene: Scene) -> None:
    light = scene.palette.light
    if y > 0.74:
        canvas.oval(x, y, size * 1.4, size * 0.22, light, 60)
        return
    canvas.glow(x, y, size * 4.5, light, 120)
    body = [(x - size * 0.62, y - size), (x + size * 0.62, y - size), (x + size * 0.8, y + size * 0.7)]
    canvas.shape([*body, (x - size * 0.8, y + size * 0.7)], mix(light, (255, 120, 60), 0.35))
    canvas.oval(x, y + size * 0.35, size * 0.5, size * 0.45, mix(light, (255, 255, 255), 0.6))
    canvas.oval(x, y - size, size * 0.62, size * 0.14, mix(light, (120, 40, 20), 0.45))


def shore(scene: Scene, still: Canvas) -> Frame:
    """Waves come in under a low sun."""
    colours, chance, wide = scene.palette, scene.chance("shore"), scene.wide
    sun = (0.28 + 0.44 * chance.random()) * wide
    still.sky(colours.high, colours.low, bottom=0.56)
    still.glow(sun, 0.43, 0.55, colours.light, 220)
    still.disc(sun, 0.43, 0.105, colours.light)
    for _ in range(4):
        x, y, length = chance.uniform(0, wide), chance.uniform(0.08, 0.36), chance.uniform(0.1, 0.3)
        still.box(x, y, x + length, y + 0.012, mix(colours.low, (255, 255, 255), 0.5), 110, round_=0.006)
    still.shape(
        ridge(wide, 0.555, ((0.03, 0.8, chance.random()), (0.012, 3, 0.2))), mix(colours.far, colours.low, 0.45)
    )
    still.box(0, 0.56, wide, 1.02, colours.far)
    bands = [(0.60 + 0.088 * number, 1 + number % 3, chance.random()) for number in range(5)]
    shades = (mix(colours.far, colours.mid, 0.5), colours.mid, mix(colours.mid, colours.near, 0.5), colours.near)
    glints = [(chance.gauss(0, 1), chance.uniform(0.58, 0.78), chance.random()) for _ in range(26)]

    def frame(canvas: Canvas, turn: float) -> None:
        for number, (y, count, phase) in enumerate(bands):
            way = turn if number % 2 else -turn
            height = 0.006 + 0.004 * number
            shade = shades[min(number, 3)]
            foam = ridge(wide, y - 0.008, ((height, 2 + count, phase + way), (height / 2, 5, phase + way * 2)))
            canvas.shape(foam, mix(shade, (255, 255, 255), 0.42))
            canvas.shape(ridge(wide, y, ((height, 2 + count, phase + way), (height / 2, 5, phase + way * 2))), shade)
        for off, y, phase in glints:
            strength = max(0.0, math.sin(math.tau * (turn + phase)))
            length = (0.02 + 0.05 * (y - 0.56)) * strength
            x = sun + off * (0.03 + 0.35 * (y - 0.56))
            canvas.box(x - length, y, x + length, y + 0.006, colours.light, round(230 * strength), round_=0.003)

    return frame


def orchard(scene: Scene, still: Canvas) -> Frame:
    """Round trees cut from paper; leaves fall."""
    colours, chance, wide = scene.palette, scene.chance("orchard"), scene.wide
    still.sky(colours.high, colours.low)
    still.disc(wide * chance.uniform(0.2, 0.8), 0.24, 0.12, colours.light)
    still.shape(ridge(wide, 0.60, ((0.05, 1.2, chance.random()),)), mix(colours.far, colours.low, 0.45))
    still.shape(ridge(wide, 0.72, ((0.04, 1.7, chance.random()),)), colours.far)
    count = max(3, round(wide * 3.4))
    trees = [
        ((number + chance.uniform(0.2, 0.8)) * wide / count, chance.uniform(0.13, 0.2), chance.random())
        for number in range(count)
    ]
    ground = ridge(wide, 0.86, ((0.025, 1.4, chance.random()),))
    leaves = [(chance.uniform(0, wide), chance.random(), chance.random()) for _ in range(round(10 * wide))]

    def frame(canvas: Canvas, turn: float) -> None:
        for x, radius, phase in trees:
            lean = 0.010 * math.sin(math.tau * (turn + phase))
            top = 0.84 - radius * 1.9
            trunk = [(x - 0.012, 0.9), (x + 0.012, 0.9), (x + lean + 0.005, top), (x + lean - 0.005, top)]
            canvas.shape(trunk, colours.ink)
            crown = colours.mid if phase > 0.55 else colours.near
            canvas.disc(x + lean + 0.012, top + 0.014, radius, colours.ink, 46)
            canvas.disc(x + lean, top, radius, crown)
            canvas.disc(
                x + lean * 1.3 - radius * 0.22, top - radius * 0.2, radius * 0.66, mix(crown, colours.light, 0.16)
            )
            canvas.disc(
                x + lean * 1.5 - radius * 0.34, top - radius * 0.3, radius * 0.32, mix(crown, colours.light, 0.3)
            )
        canvas.shape(ground, mix(colours.near, colours.ink, 0.25))
        for x, start, phase in leaves:
            down = (turn + start) % 1
            sway = x + 0.04 * math.sin(math.tau * (down * 2 + phase))
            canvas.oval(sway, 0.25 + 0.7 * down, 0.012, 0.006, colours.mid, round(220 * math.sin(math.pi * down)))

    return frame


def forest(scene: Scene, still: Canvas) -> Frame:
    """Fog drifts between trunks."""
    colours, chance, wide = scene.palette, scene.chance("forest"), scene.wide
    still.sky(colours.high, colours.low)
    still.glow(wide * chance.uniform(0.3, 0.7), 0.3, 0.8, colours.light, 200)
    layers = []
    for depth, shade in enumerate((mix(colours.far, colours.low, 0.5), colours.far, colours.mid, colours.near)):
        trunks = [
            (chance.uniform(-0.05, wide), chance.uniform(0.006, 0.012) * (1 + depth * 1.1))
            for _ in range(round((15 - 3.2 * depth) * wide))
        ]
        layers.append((shade, trunks, chance.random()))

    for depth, (shade, trunks, phase) in enumerate(layers):
        for x, thick in trunks:
            _trunk(still, x, thick, shade, has_branches=depth > 1)
        for part in range(3):
            still.oval((part / 3 + phase) * wide, 0.72 + 0.05 * depth, 0.7, 0.05, colours.light, 40)
    still.shape(ridge(wide, 0.93, ((0.02, 2, layers[0][2]),)), colours.ink)
    mists = [(chance.random(), 0.66 + 0.08 * number, number % 2 * 2 - 1) for number in range(4)]
    motes = [(chance.uniform(0, wide), chance.uniform(0.1, 0.85), chance.random()) for _ in range(round(16 * wide))]

    def frame(canvas: Canvas, turn: float) -> None:
        for phase, y, way in mists:
            x = ((phase + turn * way) % 1) * (wide + 2.4) - 1.2
            canvas.glow(x, y, 0.4, colours.light, 130)
        for x, y, phase in motes:
            strength = max(0.0, math.sin(math.tau * (turn + phase)))
            rise = y - 0.05 * ((turn + phase) % 1)
            canvas.glow(x, rise, 0.016, colours.light, round(230 * strength))

    return frame


def _trunk(canvas: Canvas, x: float, thick: float, shade: Colour, *, has_branches: bool) -> None:
    canvas.shape([(x - thick, 1.02), (x + thick, 1.02), (x + thick * 0.55, 0), (x - thick * 0.55, 0)], shade)
    leaf = min(thick, 0.02)
    for branch in range(4 if has_branches else 0):
        y, way = 0.06 + 0.15 * branch + (x * 7 % 1) * 0.1, 1 if branch % 2 else -1
        for needle in range(5):
            along = leaf * (1.5 + 1.6 * needle) * way
            fall = 0.012 * needle
            canvas.shape(
                [
                    (x + along, y + fall - 0.01),
                    (x + along + thick * 2 * way, y + fall + 0.045),
                    (x + along - thick * way, y + fall + 0.03),
                ],
                shade,
            )
        canvas.line([(x, y - 0.015), (x + way * leaf * 9, y + 0.05)], shade, 255, leaf * 0.22)


def grass(scene: Scene, still: Canvas) -> Frame:
    """Tall grass in the evening, and birds."""
    colours, chance, wide = scene.palette, scene.chance("grass"), scene.wide
    sun = wide * chance.uniform(0.25, 0.75)
    still.sky(colours.high, colours.low, bottom=0.8)
    still.glow(sun, 0.62, 0.7, colours.light, 230)
    still.disc(sun, 0.62, 0.13, colours.light)
    still.shape(ridge(wide, 0.74, ((0.03, 1.1, chance.random()), (0.01, 3.3, 0.1))), colours.far)
    still.shape(ridge(wide, 0.84, ((0.025, 1.8, chance.random()),)), colours.mid)
    blades = sorted(
        (chance.uniform(-0.05, wide + 0.05), chance.uniform(0.14, 0.42), chance.random(), chance.random() > 0.72)
        for _ in range(round(90 * wide))
    )
    birds = [(chance.random(), chance.uniform(0.12, 0.4), chance.uniform(0.012, 0.022)) for _ in range(4)]

    def frame(canvas: Canvas, turn: float) -> None:
        for start, y, size in birds:
            x = ((start + turn) % 1) * (wide + 0.4) - 0.2
            wing = size * (0.3 + 0.5 * math.sin(math.tau * (turn * 6 + start)))
            canvas.line([(x - size, y - wing), (x, y), (x + size, y - wing)], colours.ink, 220, 0.004)
        for x, height, phase, has_ear in blades:
            lean = 0.05 * height * (1.5 + math.sin(math.tau * (turn + phase * 0.3 + x * 0.4)))
            shade = mix(colours.near, colours.ink, phase)
            tip = (x + lean * 2, 1 - height)
            canvas.shape([(x - 0.006, 1.02), (x + 0.006, 1.02), (x + lean + 0.003, 1 - height * 0.55), tip], shade)
            if has_ear:
                canvas.oval(tip[0], tip[1], 0.007, 0.022, mix(shade, colours.light, 0.25))

    return frame


def rain(scene: Scene, still: Canvas) -> Frame:
    """A harbour town at night; windows are lit, it rains, a ferry passes."""
    colours, chance, wide = scene.palette, scene.chance("rain"), scene.wide
    still.sky(colours.high, colours.low, bottom=0.72)
    still.glow(wide * chance.uniform(0.2, 0.8), 0.66, 0.9, mix(colours.low, colours.light, 0.55), 170)
    for depth, shade in enumerate((mix(colours.far, colours.low, 0.4), colours.mid)):
        left = -0.05
        while left < wide:
            across, top = chance.uniform(0.07, 0.15), chance.uniform(0.26, 0.56) + 0.08 * depth
            still.box(left, top, left + across, 0.74, shade)
            for column in range(int(across / 0.028) - 1):
                for row in range(int((0.7 - top) / 0.042)):
                    if chance.random() < 0.45:
                        x, y = left + 0.016 + column * 0.028, top + 0.024 + row * 0.042
                        still.box(x, y, x + 0.011, y + 0.018, colours.light, chance.randint(70, 235))
            left += across + chance.uniform(0.0, 0.03)
    still.sky_below(0.735, colours.near, mix(colours.near, colours.ink, 0.6))
    lamps = [(chance.uniform(0, wide), chance.uniform(0.02, 0.2)) for _ in range(round(16 * wide))]
    drops = [(chance.uniform(-0.2, wide), chance.random(), chance.uniform(0.03, 0.07)) for _ in range(round(70 * wide))]
    start = chance.random()

    def frame(canvas: Canvas, turn: float) -> None:
        for x, length in lamps:
            shake = 0.004 * math.sin(math.tau * (turn * 2 + x * 3))
            canvas.box(x + shake, 0.75, x + shake + 0.009, 0.76 + length, colours.light, 62, round_=0.004)
        ferry = ((start + turn) % 1) * (wide + 0.8) - 0.4
        hull = [(ferry - 0.2, 0.765), (ferry + 0.2, 0.765), (ferry + 0.16, 0.8), (ferry - 0.17, 0.8)]
        canvas.shape(hull, colours.ink)
        canvas.box(ferry - 0.13, 0.727, ferry + 0.1, 0.766, colours.ink)
        canvas.box(ferry + 0.02, 0.69, ferry + 0.05, 0.73, colours.ink)
        for number in range(7):
            x = ferry - 0.115 + 0.03 * number
            canvas.box(x, 0.738, x + 0.014, 0.753, colours.light)
        for x, phase, length in drops:
            y = ((turn * 3 + phase) % 1) * 1.15 - 0.1
            canvas.line([(x + y * 0.12, y), (x + (y + length) * 0.12, y + length)], (215, 230, 245), 62, 0.0022)

    return frame
