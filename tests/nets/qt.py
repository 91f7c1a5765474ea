"""Qt looks the same in every test, and a widget's picture can be kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QCursor
from pytestqt.qtbot import QtBot

from studio.kit.plain_imports import leave_imports_alone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

# Shared cores make single examples slow now and then; a failing example prints how to repeat it.
settings.register_profile("museclock", deadline=None, print_blob=True)
settings.load_profile("museclock")

leave_imports_alone()  # as the window does

# How long a starved machine may take for anything: a limit on waiting is no expectation.
PATIENCE_MS = 30_000
_NOWHERE = QPoint(-10_000, -10_000)


class PatientBot(QtBot):
    """As pytest-qt's (and named so), and it waits PATIENCE_MS where a test names no limit of its own."""

    waitUntil = partialmethod(QtBot.waitUntil, timeout=PATIENCE_MS)  # noqa: N815
    waitSignal = partialmethod(QtBot.waitSignal, timeout=PATIENCE_MS)  # noqa: N815
    waitExposed = partialmethod(QtBot.waitExposed, timeout=PATIENCE_MS)  # noqa: N815
    waitActive = partialmethod(QtBot.waitActive, timeout=PATIENCE_MS)  # noqa: N815


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Begin each test with the pointer outside of every window, wherever another test left it."""
    QCursor.setPos(_NOWHERE)
    return PatientBot(request)


# A PNG loses nothing by that; it is only less squeezed.
FAST = 80
# What arrives last is laid out one level of widgets a turn.
_LAYOUT_TURNS = 10


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[QWidget, str], None]:
    """Draw a widget; with ``--shots DIR`` the picture is kept as DIR/NAME.png."""
    folder = request.config.getoption("--shots")

    def take(widget: QWidget, name: str) -> None:
        for _ in range(_LAYOUT_TURNS):
            QCoreApplication.processEvents()
        picture = widget.grab()
        assert not picture.isNull(), f"{name} draws nothing"
        if folder:
            target = Path(folder) / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            assert picture.save(str(target), quality=FAST), f"{target} could not be written"

    return take
