"""A theme that follows the system's: at once, when it changes, and only for as long as somebody wants that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel

from studio.kit.theme import Theme, font


class System(QObject):
    """The style hints of a desktop whose theme can be changed; no virtual display has one."""

    colorSchemeChanged = Signal()  # noqa: N815 - Qt's own name

    def __init__(self) -> None:
        super().__init__()
        self.scheme = Qt.ColorScheme.Light

    def colorScheme(self) -> Qt.ColorScheme:
        return self.scheme

    def becomes(self, scheme: Qt.ColorScheme) -> None:
        self.scheme = scheme
        self.colorSchemeChanged.emit()


class Desktop:
    """The application, as it is, on such a desktop."""

    def __init__(self, application: QApplication, system: System) -> None:
        self._application, self._system = application, system

    def styleHints(self) -> System:
        return self._system

    def __getattr__(self, name: str) -> Any:
        return getattr(self._application, name)


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def theme(qapp: QApplication, system: System) -> Iterator[Theme]:
    made = Theme(Desktop(qapp, system), "dark")  # type: ignore[arg-type]  # stands for the application
    yield made
    made.use("dark")


def test_who_follows_the_system_has_its_theme_and_each_that_comes_after(theme: Theme, system: System) -> None:
    told: list[str] = []
    theme.changed.connect(lambda: told.append(theme.name))
    theme.use("system")
    assert (theme.choice, theme.name) == ("system", "light")
    system.becomes(Qt.ColorScheme.Dark)
    system.becomes(Qt.ColorScheme.Light)
    system.becomes(Qt.ColorScheme.Unknown)
    assert told == ["light", "dark", "light", "dark"], "a system that does not say is dark, as Museclock is"


def test_who_chose_a_theme_keeps_it(theme: Theme, system: System) -> None:
    theme.use("system")
    theme.use("light")
    system.becomes(Qt.ColorScheme.Dark)
    assert (theme.choice, theme.name) == ("light", "light")


def test_the_x_of_an_address_stays_a_letter(qapp: QApplication) -> None:
    Theme(qapp)
    contextual = QFont.Tag("calt")
    for made in (font(), font(tabular=True), QLabel("0x85ee").font()):
        assert made.isFeatureSet(contextual)
        assert made.featureValue(contextual) == 0
