"""What the window remembers on its own, without the service: theme, size, who sat here last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

if TYPE_CHECKING:
    from pathlib import Path

    from studio.kit.tokens import ThemeName

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
    def theme(self) -> ThemeName:
        """The theme that was chosen; dark to begin with."""
        return "light" if self._store.value("theme") == "light" else "dark"

    @theme.setter
    def theme(self, name: ThemeName) -> None:
        self._store.setValue("theme", name)

    @property
    def purpose(self) -> Purpose | None:
        """What the person came for, None on the first run."""
        value = self._store.value("purpose")
        return cast("Purpose", value) if value in ("watch", "create") else None

    @purpose.setter
    def purpose(self, purpose: Purpose) -> None:
        self._store.setValue("purpose", purpose)

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
