"""The rail shows every page at once in the smallest window and with the largest letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QMenu, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from studio.kit.context import PageContext
from studio.kit.route import Route
from studio.kit.service_state import Phase, ServiceState
from studio.kit.theme import Theme
from studio.kit.widgets.button import Button
from studio.rail import Rail
from studio.routes import PLAYER_NAMES, STUDIO_ROUTES
from studio.window import Window
from tests.nets.looks import SIZES

PERSONAS = {
    "creator": "Creator",
    "viewer": "Viewer",
    "creator2": "Creator 2",
    "viewer2": "Viewer 2",
    "newcomer": "Newcomer",
    "operator": "Operator",
}


def _no_page(_context: PageContext) -> QWidget:
    return QWidget()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> Iterator[Window]:
    """A window in demo mode, the service ready; with whatever letters the theme has when the rail is asked for."""
    made = Window()
    qtbot.addWidget(made)
    yield made
    theme.use_size(100)


def _rail(window: Window) -> Rail:
    player = {route: Route(*named[:2], _no_page, in_rail=named[3]) for route, named in PLAYER_NAMES.items()}
    rail = Rail(STUDIO_ROUTES, player, PERSONAS, window=window.size())
    rail.sit("creator")
    rail.help.show_actions([])
    window.set_rail(rail)
    window.show_service(ServiceState(Phase.READY))
    return rail


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_page_of_the_rail_is_out_of_sight(
    percent: int, size: tuple[int, int], window: Window, theme: Theme, qtbot: QtBot
) -> None:
    theme.use_size(percent)
    rail = _rail(window)
    window.show_page(QLabel("A page is measured before the window is shown."), "overview")
    window.resize(*size)
    with qtbot.waitExposed(window):
        window.show()
    area = rail.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    held = area.widget()
    assert held is not None
    qtbot.waitUntil(lambda: area.height() > 0 and held.sizeHint().height() <= area.height())
    assert area.verticalScrollBar().maximum() == 0
    inside = rail.rect()
    for name in ("service.state", "help"):
        part = rail.findChild(QWidget, name)
        assert part is not None
        assert inside.contains(part.geometry()), name


@pytest.mark.parametrize("size", [(1024, 700), (1280, 800), (1920, 1080)], ids=str)
def test_a_rail_made_for_its_window_is_styled_once(
    size: tuple[int, int], window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    again: list[QWidget] = []
    monkeypatch.setattr("studio.rail.restyle", again.append)
    monkeypatch.setattr("studio.kit.widgets.text.restyle", again.append)
    window.resize(*size)
    rail = _rail(window)
    with qtbot.waitExposed(window):
        window.show()
    assert rail.findChild(Button, "nav.overview").property("dense") == ("true" if size[1] < 1080 else "false")  # type: ignore[union-attr]
    assert again == []


def test_a_narrow_rail_says_who_sits_here_and_lists_the_others(window: Window, qtbot: QtBot) -> None:
    rail = _rail(window)
    rail.set_narrow(narrow=True)
    button, menu = rail.findChild(Button, "persona.menu"), rail.findChild(QMenu, "persona.menu.names")
    assert button is not None
    assert menu is not None
    assert (button.text(), button.accessibleName()) == ("C", "You are: Creator")
    assert rail.findChild(Button, "persona.viewer").isHidden()  # type: ignore[union-attr]
    with qtbot.waitSignal(rail.persona_chosen) as chosen:
        menu.actions()[3].trigger()
    assert chosen.args == ["viewer2"]
    rail.sit("viewer2")
    assert button.text() == "V2"


@pytest.mark.parametrize("percent", [100, 200])
def test_help_keeps_its_size_when_the_theme_changes(percent: int, window: Window, theme: Theme, qtbot: QtBot) -> None:
    theme.use_size(percent)
    rail = _rail(window)
    with qtbot.waitExposed(window):
        window.show()
    before = rail.help.size()
    for name in ("light", "dark"):
        with qtbot.waitSignal(theme.changed):
            theme.use(name)
        rail.layout().activate()  # type: ignore[union-attr]
        assert rail.help.size() == before
