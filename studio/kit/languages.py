"""Languages as people call them; services give codes."""

from __future__ import annotations

from PySide6.QtCore import QLocale


def language_name(code: str) -> str:
    """Name a language by its code of two or three letters; empty for none, the code itself for one unknown."""
    if not code:
        return ""
    language = QLocale.codeToLanguage(code)
    return code if language is QLocale.Language.AnyLanguage else QLocale.languageToString(language)
