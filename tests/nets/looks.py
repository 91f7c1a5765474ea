"""In how many looks a page is drawn: a few in every run, all of them with ``--shots``.

What is made once in a size of letters and a language is drawn in every theme and window size that belong to it.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from studio.kit.tokens import THEMES, ThemeName
from studio.kit.words import Language


class Look(NamedTuple):
    """Theme, window size in pixels, text size in per cent, language."""

    theme: ThemeName
    size: tuple[int, int]
    percent: int = 100
    language: Language = "en"

    @property
    def name(self) -> str:
        """As a picture's file is named."""
        return f"{self.theme}-{self.size[0]}x{self.size[1]}-{self.percent}-{self.language}"


SIZES = ((1024, 700), (1280, 800), (1920, 1080))
USUAL = (
    Look("dark", (1280, 800)),
    Look("light", (1024, 700)),
    Look("dark", (1280, 800), 200),
)
LEADS = (USUAL[0], USUAL[2], Look("dark", (1280, 800), 100, "de"), Look("light", (1280, 800), 100, "en-XA"))
"""With ``--shots``: one for every size of letters and language."""


def all_of(lead: Look) -> tuple[Look, ...]:
    """Give every look that a page wears without being made anew, a lead's own first."""
    if lead.language != "en":
        return (lead,)
    others = (lead._replace(theme=theme, size=size) for theme in THEMES for size in SIZES)
    return (lead, *(other for other in others if other != lead))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Draw what asks for a ``look``, and names none itself, in each of them; what is slim in one, but with --shots."""
    named = any("look" in str(mark.args[0]).split(",") for mark in metafunc.definition.iter_markers("parametrize"))
    if "look" in metafunc.fixturenames and not named:
        is_slim = metafunc.definition.get_closest_marker("slim") is not None
        looks = LEADS if metafunc.config.getoption("--shots") else USUAL[:1] if is_slim else USUAL
        metafunc.parametrize("look", looks, ids=[look.name for look in looks])
