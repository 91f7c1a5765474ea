"""The words that a person sees: English in the code, other languages in ``resources/translations``.

A language is one JSON file, source text → translation; it is read as it is, so that nothing is compiled at set-up and
English costs nothing. Ask at call time, never at import: ``tr("Withdraw {sum}", sum=money(x))``. A table that is made
at import marks its texts with ``mark`` and gives them to ``tr`` when they are shown. ``scripts/words`` finds what is
marked; a test holds that each of them stands in every language with the same placeholders.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Language = Literal["en", "de", "en-XA"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
SOURCE: Final[Language] = "en"
PSEUDO: Final[Language] = "en-XA"
"""Accented, longer, in brackets: shows what is not translated and what has no room."""

LANGUAGE_NAMES: Final[Mapping[Language, str]] = {"en": "English", "de": "Deutsch"}
"""What can be chosen, each in its own words."""

TRANSLATIONS: Final = Path(__file__).resolve().parents[2] / "resources" / "translations"


class _Spoken:
    """What the process speaks now; one window has one language."""

    language: Language = SOURCE
    texts: Mapping[str, str | list[str]] = {}


def speak(language: Language) -> None:
    """Use a language from the next text on; what is shown already stays as it is."""
    _Spoken.texts = read(language) if language not in (SOURCE, PSEUDO) else {}
    _Spoken.language = language


def of_system() -> Language:
    """Give the language of the system where there is one, else English."""
    from PySide6.QtCore import QLocale

    first = next(iter(QLocale.system().uiLanguages()), "")[:2]
    return next((one for one in LANGUAGE_NAMES if one == first), SOURCE)


def spoken() -> Language:
    """Give the language in use."""
    return _Spoken.language


def read(language: Language) -> dict[str, str | list[str]]:
    """Read a language's texts; a plural's value is its forms, for one and for others."""
    import json  # English needs none

    found: dict[str, str | list[str]] = json.loads((TRANSLATIONS / f"{language}.json").read_text("utf-8"))
    return found


def tr(text: str, /, *, about: str = "", **params: object) -> str:
    """Give a text in the language in use, with its placeholders filled.

    about: tells apart two meanings of one English word; it is never shown.
    """
    said = _said(key(text, about=about), text)
    return said.format(**params) if params else said


def tr_count(count: int, one: str, many: str, /, **params: object) -> str:
    """Give the form that goes with a count, which fills ``{count}`` as people write numbers."""
    from studio.kit.format import number  # which speaks, too

    form = 0 if count == 1 else 1
    found = _Spoken.texts.get(many)
    said = found[form] if isinstance(found, list) else _said("", (one, many)[form])
    return said.format(count=number(count), **params)


def mark(text: str, /) -> str:
    """Mark a text for the translators; ``tr`` gives it in the language in use when it is shown."""
    return text


def key(text: str, *, about: str = "") -> str:
    """Give the name of a text in a language's file."""
    return f"{text} [{about}]" if about else text


def _said(name: str, text: str) -> str:
    if _Spoken.language == PSEUDO:
        from studio.kit.pseudo import pseudo

        return pseudo(text)
    found = _Spoken.texts.get(name, text)
    return found if isinstance(found, str) else text
