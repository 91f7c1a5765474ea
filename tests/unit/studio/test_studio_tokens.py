"""Both themes can be read: text and its ground differ by 4.5 to 1 at least (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re

import pytest

from studio.kit.stylesheet import stylesheet
from studio.kit.tokens import THEMES, Tokens

PAIRS = [
    *(("text", ground) for ground in ("ground", "surface", "raised", "hover")),
    *(("muted", ground) for ground in ("ground", "surface", "raised")),
    *(("accent", ground) for ground in ("ground", "surface", "accent_soft")),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("text", "accent_soft"),
    ("ground", "text"),
    *((tone, f"{tone}_soft") for tone in ("ok", "warn", "bad", "info")),
    *((tone, "surface") for tone in ("ok", "warn", "bad", "info")),
    *(("text", f"{tone}_soft") for tone in ("ok", "warn", "bad", "info")),
]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_ink_stands_out_from_its_ground(tokens: Tokens, ink: str, ground: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", THEMES.values(), ids=list(THEMES))
def test_a_focused_control_can_be_told_by_its_border(tokens: Tokens) -> None:
    assert contrast(tokens.accent, tokens.surface) >= 3


@pytest.mark.parametrize("tokens", THEMES.values(), ids=list(THEMES))
def test_the_style_sheet_uses_no_colour_but_the_tokens(tokens: Tokens) -> None:
    sheet = stylesheet(tokens)
    used = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet))
    assert used <= set(tokens)
    assert sheet.count("{") == sheet.count("}")
    assert "{{" not in sheet
