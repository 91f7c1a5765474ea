"""The look as values: colours of both themes, the grid, the type scale. Nothing else in the window names a colour.

Named tuples here and in what else is there before the first paint: data classes take ten milliseconds to load.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

ThemeName = Literal["dark", "light"]
ThemeChoice = Literal["dark", "light", "system"]
Tone = Literal["neutral", "accent", "ok", "warn", "bad", "info"]

GRID = 8
PAGE_PADDING = 32
GUTTER = 24
CONTENT_WIDTH = 1200
CONTROL_HEIGHT = 36
ROW_HEIGHT = 48
RADIUS = 8
CARD_RADIUS = 12
RAIL_WIDE = 216
RAIL_NARROW = 64
RAIL_BREAK = 1100
"""Below this window width, in pixels, the rail shows icons only."""

MOTION_MS = 150

# The one type scale, in pixels at 100 %.
SMALL, BODY, LEAD, HEADING, FIGURE = 12, 14, 16, 20, 28
TEXT_SIZES = (100, 125, 150, 200)
"""The text sizes that can be chosen, in per cent."""


class Tokens(NamedTuple):
    """The colours of one theme as ``#rrggbb``."""

    name: ThemeName
    ground: str
    surface: str
    raised: str
    hover: str
    line: str
    line_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    info: str
    info_soft: str
    scrim: str

    def tone(self, tone: Tone) -> str:
        """Give the ink of a tone of state; a word or mark always goes with it."""
        return self.muted if tone == "neutral" else str(getattr(self, tone))

    def soft(self, tone: Tone) -> str:
        """Give the ground that goes under the ink of a tone."""
        return self.raised if tone == "neutral" else str(getattr(self, f"{tone}_soft"))


DARK = Tokens(
    name="dark",
    ground="#0e1116",
    surface="#151a21",
    raised="#1c232c",
    hover="#222a35",
    line="#2a323d",
    line_strong="#3d4855",
    text="#e8ecf1",
    muted="#9aa6b2",
    faint="#5c6875",
    accent="#f5b544",
    accent_hover="#ffc663",
    accent_soft="#2b2415",
    on_accent="#1d1402",
    ok="#57cc99",
    ok_soft="#13281f",
    warn="#f2a65a",
    warn_soft="#2e2216",
    bad="#ff8a80",
    bad_soft="#311a1b",
    info="#7cb8f5",
    info_soft="#14263a",
    scrim="#07090c",
)

LIGHT = Tokens(
    name="light",
    ground="#f5f6f8",
    surface="#ffffff",
    raised="#eef1f4",
    hover="#e6eaef",
    line="#dde2e8",
    line_strong="#b9c2cc",
    text="#151a20",
    muted="#56616d",
    faint="#98a3af",
    accent="#995a00",
    accent_hover="#7f4b00",
    accent_soft="#fbf1df",
    on_accent="#ffffff",
    ok="#1a7348",
    ok_soft="#e3f4ea",
    warn="#9a4d00",
    warn_soft="#fcefe1",
    bad="#b3261e",
    bad_soft="#fce9e7",
    info="#1d62a8",
    info_soft="#e5f0fb",
    scrim="#11151a",
)

THEMES: dict[ThemeName, Tokens] = {"dark": DARK, "light": LIGHT}
