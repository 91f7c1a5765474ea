"""What the window remembers on its own, without the service: theme, text size, language, place, who sat here last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

from studio.kit.words import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from studio.kit.tokens import ThemeChoice
    from studio.kit.words import Language

Purpose = Literal["watch", "create"]


def default_profile(*, demo: bool) -> Path:
    """Give the profile that is used when none is named; demo money has one of its own."""
    from pathlib import Path

    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(base) / "museclock" / ("demo" if demo else "main")


class WindowSettings:
    """A small file in the profile; written when something changes."""

    def __init__(self, profile: Path) -> None:
        self._store = QSettings(str(profile / "window.ini"), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeChoice:
        """The theme that was chosen; dark to begin with."""
        value = self._store.value("theme")
        return cast("ThemeChoice", value) if value in ("light", "system") else "dark"

    @theme.setter
    def theme(self, choice: ThemeChoice) -> None:
        self._store.setValue("theme", choice)

    @property
    def text_size(self) -> int:
        """The text size in per cent, from 100 to 200."""
        value = str(self._store.value("text_size", ""))
        return min(max(int(value), 100), 200) if value.isdecimal() else 100

    @text_size.setter
    def text_size(self, percent: int) -> None:
        self._store.setValue("text_size", str(percent))

    @property
    def language(self) -> Language | None:
        """The language that was chosen; None for the system's."""
        value = self._store.value("language")
        return cast("Language", value) if value in LANGUAGES else None

    @language.setter
    def language(self, language: Language | None) -> None:
        self._store.setValue("language", language or "")

    @property
    def purpose(self) -> Purpose | None:
        """What the person came for, None on the first run."""
        value = self._store.value("purpose")
        return cast("Purpose", value) if value in ("watch", "create") else None

    @purpose.setter
    def purpose(self, purpose: Purpose) -> None:
        self._store.setValue("purpose", purpose)

    def forget_purpose(self) -> None:
        """Have the first question asked again at the next start."""
        self._store.remove("purpose")
        self._store.sync()

    @property
    def geometry(self) -> QByteArray | None:
        """Where the window was."""
        value = self._store.value("geometry")
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    @geometry.setter
    def geometry(self, value: QByteArray | None) -> None:
        self._store.setValue("geometry", value)

    def save(self) -> None:
        """Write what changed."""
        self._store.sync()
