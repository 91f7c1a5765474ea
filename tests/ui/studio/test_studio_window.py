"""The frame and the application: a window before the service, keys, names for all that can be used, a clean end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio import __main__ as command_line
from studio.app import Studio
from studio.desk import Desk
from studio.kit import service_process
from studio.kit.bridge import Bridge
from studio.kit.context import PageContext
from studio.kit.problems import Problem
from studio.kit.service_state import Phase, ServiceState
from studio.kit.widgets.button import Button
from studio.rail import Rail
from studio.routes import STUDIO_ROUTES
from studio.welcome import WelcomePage
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient

# A service that is up, and whose socket nobody answers.
DEAF = """
import json, os, sys
sys.stdin.readline()
print(json.dumps({"ready": True, "socket": "/nowhere/s", "protocol": 1, "pid": os.getpid()}), flush=True)
sys.stdin.read()
"""
SLOW = "import sys; sys.stdin.read()"

Open = Callable[..., Studio]


@pytest.fixture
def open_studio(qtbot: QtBot, qapp: QApplication, profile: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open the application with a service of Python source; closed at the end."""
    opened: list[Studio] = []

    def start(source: str = DEAF, *, demo: bool = True) -> Studio:
        monkeypatch.setattr(service_process, "command", lambda _profile, **_said: [sys.executable, "-I", "-c", source])
        studio = Studio(qapp, profile=profile, demo=demo)
        opened.append(studio)
        studio.start()
        qtbot.addWidget(studio.window)
        return studio

    yield start
    for studio in opened:
        studio.close()
        studio.theme.use("dark")


def press(studio: Studio, name: str) -> None:
    button = studio.window.findChild(Button, name)
    assert button is not None, name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def page_name(studio: Studio) -> str:
    page = studio.window.page
    return page.objectName() if page else ""


def test_the_window_can_be_used_while_the_service_is_still_starting(qtbot: QtBot, open_studio: Open) -> None:
    studio = open_studio(SLOW)
    assert studio.window.isVisible()
    qtbot.waitUntil(lambda: page_name(studio) == "page.overview")
    assert studio.process is not None
    assert studio.process.state.phase is Phase.STARTING
    press(studio, "nav.tiers")
    assert page_name(studio) == "page.tiers"
    assert studio.window.rail is not None
    assert studio.window.rail.service.words == "Starting…"


def test_rail_and_ghost_are_painted_before_anything_slow_begins(qtbot: QtBot, open_studio: Open) -> None:
    studio = open_studio(SLOW)
    seen: list[tuple[object, str]] = []
    studio.window.painted.connect(lambda: seen.append((studio.world, page_name(studio))))
    qtbot.waitUntil(lambda: page_name(studio) == "page.overview")
    assert seen == [(None, "ghost")]


def test_the_service_that_is_gone_is_told_and_the_window_lives(qtbot: QtBot, open_studio: Open) -> None:
    studio = open_studio(DEAF)
    qtbot.waitUntil(lambda: studio.process is not None and studio.process.state.phase is Phase.READY, timeout=10_000)
    press(studio, "nav.tiers")
    banner = studio.window.page.banner  # type: ignore[union-attr]  # a page has one
    qtbot.waitUntil(lambda: "service is not running" in banner.happened.text(), timeout=10_000)
    assert studio.window.isEnabled()


def test_one_click_changes_who_sits_here(qtbot: QtBot, open_studio: Open) -> None:
    studio = open_studio(SLOW)
    qtbot.waitUntil(lambda: page_name(studio) == "page.overview")
    assert studio.world is not None
    creators = studio.window.page
    press(studio, "persona.viewer")
    assert studio.world.desk_id == "viewer"
    assert page_name(studio) == "page.discover"
    press(studio, "persona.creator")
    assert studio.window.page is creators


class Watcher(QObject):
    """Notes every window that is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(target, QWidget) and target.isWindow():
            self.seen.append(f"{type(target).__name__} {[type(each).__name__ for each in target.children()]}")
        return False


def test_building_pages_flashes_no_window(
    qtbot: QtBot, qapp: QApplication, page_context: PageContext, client: PreparedClient
) -> None:
    watcher = Watcher()
    qapp.installEventFilter(watcher)
    for route in STUDIO_ROUTES.values():
        qtbot.addWidget(route.factory(page_context))
    qtbot.addWidget(Rail(STUDIO_ROUTES, {}, {"creator": "Creator"}))
    qtbot.addWidget(WelcomePage())
    qapp.removeEventFilter(watcher)
    assert not watcher.seen


def test_a_page_is_fetched_again_when_it_comes_back(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, bridge: Bridge
) -> None:
    client.answers |= ANSWERS
    desk = Desk("creator", bridge, STUDIO_ROUTES, lambda _events: page_context)
    page = desk.open("tiers", {})
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: len(client.called("tiers.mine")) == 1)
    desk.open("tiers", {})
    qtbot.waitUntil(lambda: len(client.called("tiers.mine")) == 2)
    desk.close()


@pytest.mark.parametrize(
    ("keys", "page"),
    [
        (Qt.Key.Key_5, "page.payouts"),
        (Qt.Key.Key_Comma, "page.settings"),
        (Qt.Key.Key_2, "page.content"),
    ],
)
def test_pages_open_by_keys(qtbot: QtBot, open_studio: Open, keys: Qt.Key, page: str) -> None:
    studio = open_studio(SLOW)
    qtbot.waitUntil(lambda: page_name(studio) == "page.overview")
    with qtbot.waitActive(studio.window):
        studio.window.activateWindow()
    QTest.keyClick(studio.window, keys, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page_name(studio) == page)


@pytest.mark.parametrize(("came_to", "page"), [("create", "page.overview"), ("watch", "page.discover")])
def test_the_first_run_asks_one_question(
    qtbot: QtBot, open_studio: Open, profile: Path, came_to: str, page: str
) -> None:
    studio = open_studio(SLOW, demo=False)
    qtbot.waitUntil(lambda: page_name(studio) == "page.welcome")
    assert studio.process is None
    assert studio.window.rail is None
    press(studio, f"welcome.{came_to}")
    assert page_name(studio) == "page.start"
    press(studio, "start.later")
    assert page_name(studio) == page
    studio.close()
    again = open_studio(SLOW, demo=False)
    qtbot.waitUntil(lambda: page_name(again) == page)
    assert again.window.rail is not None
    assert again.window.rail.personas.isHidden()


def test_the_demo_is_one_click_away_and_has_a_profile_of_its_own(
    qtbot: QtBot, open_studio: Open, profile: Path
) -> None:
    studio = open_studio(SLOW, demo=False)
    qtbot.waitUntil(lambda: page_name(studio) == "page.welcome")
    press(studio, "welcome.demo")
    assert page_name(studio) == "page.overview"
    badge = studio.window.findChild(QWidget, "demo.badge")
    assert badge is not None
    qtbot.waitUntil(badge.isVisible)
    assert (profile / "demo" / "logs").is_dir()


def test_theme_and_place_are_remembered(qtbot: QtBot, open_studio: Open) -> None:
    studio = open_studio(SLOW)
    qtbot.waitUntil(lambda: studio.world is not None)
    studio.theme.use("light")
    studio.close()
    again = open_studio(SLOW)
    assert again.theme.name == "light"
    assert again.settings.geometry is not None
    qtbot.waitUntil(lambda: again.world is not None)


def test_closing_ends_service_and_bridge(qtbot: QtBot, open_studio: Open) -> None:
    studio = open_studio(DEAF)
    qtbot.waitUntil(lambda: studio.process is not None and studio.process.state.phase is Phase.READY, timeout=10_000)
    assert studio.process is not None
    endpoint = studio.process.state.endpoint
    assert endpoint is not None
    studio.window.close()
    assert not Path(f"/proc/{endpoint.pid}").exists()
    studio.close()


def test_the_rail_folds_on_a_small_window(qtbot: QtBot, open_studio: Open) -> None:
    studio = open_studio(SLOW)
    rail = studio.window.rail
    assert rail is not None
    studio.window.resize(1280, 800)
    assert rail.width() == 216
    studio.window.resize(1000, 700)
    assert rail.width() == 64
    button = studio.window.findChild(Button, "nav.tiers")
    assert button is not None
    assert (button.text(), button.toolTip(), button.accessibleName()) == ("", "Tiers", "Studio: Tiers")
    qtbot.waitUntil(lambda: studio.world is not None)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ServiceState(Phase.WAITING), "Starting again…"),
        (ServiceState(Phase.DOWN, problem=Problem("service.busy_profile")), "Another Museclock is open"),
    ],
)
def test_the_rail_says_how_the_service_is(qtbot: QtBot, open_studio: Open, state: ServiceState, words: str) -> None:
    studio = open_studio(SLOW)
    qtbot.waitUntil(lambda: studio.world is not None)
    studio.window.show_service(state)
    assert studio.window.rail is not None
    assert words in studio.window.rail.service.words
    button = studio.window.findChild(Button, "service.start")
    assert button is not None
    assert button.isHidden() == (state.phase is not Phase.DOWN)


ANSWERS = {
    "earnings.overview": samples.overview(),
    "earnings.items": (samples.item(),),
    "uploads.list": (samples.upload("ready", title="Harbour", price="0.01"),),
    "uploads.quote": samples.QUOTE,
    "tiers.mine": samples.TIERS,
    "payouts.state": samples.payouts(samples.withdrawal()),
    "wallet.reconciliation": samples.reconciliation(),
    "wallet.state": samples.wallet(),
    "health": samples.HEALTH,
    "own_films.get": samples.item(),
    "own_films.upload": samples.upload("published", content=str(samples.FILM)),
}
USED = (QAbstractButton, QLineEdit, QPlainTextEdit, QSpinBox, QAbstractItemView)


@pytest.mark.parametrize("route", list(STUDIO_ROUTES))
def test_all_that_can_be_used_has_a_name_and_can_be_reached_by_tab(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, route: str
) -> None:
    client.answers |= ANSWERS
    page: Any = STUDIO_ROUTES[route].factory(page_context)
    qtbot.addWidget(page)
    page.resize(1100, 800)
    with qtbot.waitExposed(page):
        page.show()
    if route == "item":
        page.open({"content_id": str(samples.FILM)})
        qtbot.waitUntil(lambda: page.model.state.item is not None)
    qtbot.waitUntil(lambda: bool(client.calls))
    found = [widget for kind in USED for widget in page.findChildren(kind) if _is_ours(widget)]
    assert found
    for widget in found:
        assert widget.accessibleName(), widget
        if isinstance(widget, QAbstractButton):
            # Of buttons that exclude each other one takes the tab key, and the arrows move between them.
            alike = [each for each in page.findChildren(QAbstractButton) if each.group() is widget.group()]
            assert any(each.focusPolicy() & Qt.FocusPolicy.TabFocus for each in alike), widget.objectName()


def _is_ours(widget: QWidget) -> bool:
    empty = isinstance(widget, QAbstractButton) and not widget.text() and widget.icon().isNull()
    if isinstance(widget.parent(), QLineEdit):
        return False  # the cross that empties a field; Escape does it as well
    return not widget.objectName().startswith("qt_") and not isinstance(widget, QHeaderView) and not empty


def test_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run: list[tuple[Path | None, bool, str | None]] = []
    links: list[str] = []

    def note(profile: Path | None, *, demo: bool, size: str | None = None, link: str) -> int:
        run.append((profile, demo, size))
        links.append(link)
        return 0

    monkeypatch.setattr(command_line, "run_window", note)
    assert command_line.main(["--profile", str(tmp_path)]) == 0
    assert command_line.main(["demo"]) == 0
    assert command_line.main(["demo", "--profile", str(tmp_path), "--size", "small"]) == 0
    assert run == [(tmp_path, False, None), (None, True, "normal"), (tmp_path, True, "small")]
    command_line.main(["--open", "museclock://open/wallet", "demo"])
    assert links == ["", "", "", "museclock://open/wallet"]
    command_line.main([])
    assert run[-1] == (None, False, None)
