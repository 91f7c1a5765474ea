"""A dozen palettes. Each has a sky of two colours, three grounds from far to near, a light and an ink."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Red, green, blue from 0 to 255."""

    high: Colour
    low: Colour
    far: Colour
    mid: Colour
    near: Colour
    light: Colour
    ink: Colour


def _palette(*colours: str) -> Palette:
    return Palette(*(_read(colour) for colour in colours))


def _read(text: str) -> Colour:
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


# high, low, far, mid, near, light, ink
PALETTES: dict[str, Palette] = {
    "dusk": _palette("141a3c", "6b3a5b", "4a3358", "2c2347", "15132e", "ffb454", "0b0a1c"),
    "shore": _palette("f6b27a", "f9dfb4", "5aa6a6", "2f7f8c", "15505f", "fff1cf", "0d2f3a"),
    "copper": _palette("23140f", "6d3420", "7d4527", "b5652f", "2f1a13", "ffd9a0", "140b08"),
    "orchard": _palette("bfe0d2", "f4ead0", "8fbf8b", "e0795b", "3f6f57", "fff7e2", "21463a"),
    "linen": _palette("e6ddcf", "f5efe4", "cdb89c", "a7886a", "6d5443", "ffffff", "3b2d25"),
    "brass": _palette("0f2a33", "1c4a52", "c79a3c", "e7c565", "0a1d24", "ffe9a8", "061317"),
    "moss": _palette("c9d8b8", "eef0d6", "93b08a", "557d5c", "27463a", "fff6c9", "14291f"),
    "neon": _palette("150b2e", "3a1560", "ff4d8d", "7a5cff", "1d0f3d", "4df3ff", "0b0619"),
    "prairie": _palette("f29c6b", "ffd9a1", "c7793f", "8f4f2b", "4b2a1c", "fff0c2", "28140d"),
    "orrery": _palette("050a1f", "152a5c", "3e62b8", "8fb4ff", "0a1433", "ffd479", "03061a"),
    "weave": _palette("f1e3d0", "f1e3d0", "b8433a", "2d5a7b", "e0a33b", "fff8ec", "2a2330"),
    "harbour": _palette("0b1a2a", "27506b", "1b3a52", "12283b", "0a1622", "ffcf6e", "060e17"),
}


def mix(first: Colour, second: Colour, part: float) -> Colour:
    """Go ``part`` (0 … 1) of the way from one colour to another."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
    return red, green, blue
