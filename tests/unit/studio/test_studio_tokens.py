"""Both themes can be read: text and its ground differ by 4.5 to 1 at least (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from studio.kit.stylesheet import stylesheet
from studio.kit.tokens import THEMES, Tokens

TONES = ("ok", "warn", "bad", "info")
INKS = ("text", "muted", "accent", *TONES)
GROUNDS = ("ground", "surface", "raised", "hover", "accent_soft", *(f"{tone}_soft" for tone in TONES))
# Every ink may stand on every ground, so no page can make a pair that cannot be read.
PAIRS = [
    *((ink, ground) for ink in INKS for ground in GROUNDS),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("ground", "text"),
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


@pytest.mark.parametrize("tokens", THEMES.values(), ids=list(THEMES))
def test_every_pair_of_ink_and_ground_in_the_style_sheet_is_a_known_one(tokens: Tokens) -> None:
    known = {(getattr(tokens, ink), getattr(tokens, ground)) for ink, ground in PAIRS}
    inks = {getattr(tokens, ink) for ink in INKS}
    strange = []
    for selector, rule in _rules(stylesheet(tokens)):
        ink, ground = rule.get("color"), rule.get("background", "transparent")
        # What is switched off is exempt (WCAG 2.2, 1.4.3), and a tick box has no letters in it.
        if ink is None or ":disabled" in selector or "::indicator" in selector:
            continue
        # See-through: what lies under it is one of the grounds, each of which takes each ink.
        if not (ink in inks if ground == "transparent" else (ink, ground) in known):
            strange.append(f"{selector}: {ink} on {ground}")
    assert not strange


def test_the_rules_of_a_sheet_are_read_with_what_they_inherit() -> None:
    sheet = 'A { color: #111111; } A[x="1"] { background: #222222; } A[x="1"]:hover, B { color: #333333; }'
    assert list(_rules(sheet)) == [
        ("A", {"color": "#111111"}),
        ('A[x="1"]', {"color": "#111111", "background": "#222222"}),
        ('A[x="1"]:hover', {"color": "#333333", "background": "#222222"}),
        ("B", {"color": "#333333"}),
    ]


def _rules(sheet: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Give each selector with its colour and ground, those included that it takes from what it narrows down."""
    seen: dict[str, dict[str, str]] = {}
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        said = {name: value.strip() for name, value in re.findall(r"(?<![-\w])(color|background):([^;]+)", body)}
        for selector in (one.strip() for one in selectors.split(",")):
            wider = [seen[one] for one in sorted(seen, key=len) if selector.startswith(one) and selector != one]
            rule = {name: value for each in (*wider, seen.get(selector, {}), said) for name, value in each.items()}
            seen[selector] = rule
            under = seen.get(selector.rsplit(" ", 1)[0], {}).get("background")
            see_through = rule.get("background", "transparent") == "transparent"
            yield selector, rule | ({"background": under} if under and see_through else {})
