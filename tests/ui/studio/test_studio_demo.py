"""A world that can be turned, in the window: its bar, the six people, and what an operator decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from services.client.passes import OperatorsPass
from services.units.money import Money
from services.wire.cases import CaseOut
from services.wire.demo import DemoOut, SnapshotOut
from services.wire.kyc import KycCaseOut
from services.wire.moderation import ReportedOut, TakedownOut
from services.wire.oversight import OversightOut
from services.wire.problems import ProblemError
from studio.demo_bar import DemoBar
from studio.demo_model import DemoModel
from studio.kit.bridge import Bridge
from studio.kit.context import PageContext
from studio.kit.route import Route
from studio.kit.service_state import Phase, ServiceState
from studio.kit.theme import Theme
from studio.kit.theme import scaled as theme_scaled
from studio.kit.tokens import CONTROL_HEIGHT, ThemeName
from studio.kit.widgets.button import Button
from studio.pages.oversight.page import OversightPage
from studio.rail import Rail
from studio.routes import PLAYER_NAMES, STUDIO_ROUTES
from studio.setup import Setup
from studio.window import Window
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient

Shot = Callable[[QWidget, str], None]
WORLD = DemoOut(
    now=samples.NOW,
    ahead_s=0,
    faucet=Money(25_000_000),
    snapshots=(SnapshotOut(name="snapshot-1", at=samples.NOW - timedelta(hours=2)),),
)
QUEUE = OversightOut(
    cases=(KycCaseOut(creator=samples.CREATOR, state="pending", reason="", changed_at=samples.NOW, steps=()),),
    reports=(
        ReportedOut(
            id=7,
            content_id=samples.FILM,
            reason="misleading",
            text="The title promises another film.",
            state="open",
            at=samples.NOW,
            account=samples.VIEWER,
            title="Slow boats",
            creator=samples.CREATOR,
        ),
    ),
    down=(
        TakedownOut(
            content_id=samples.FILM,
            title="Night trains",
            creator=samples.CREATOR,
            reason="spam",
            text="Taken down after a report.",
            at=samples.NOW,
            appeal="It is the same series, not the same film.",
            appealed_at=samples.NOW,
            answer=None,
        ),
    ),
)


CASE = CaseOut(
    id="c1",
    kind="watching",
    account=samples.VIEWER,
    month="2026-10",
    reasons=("own_creator",),
    facts={"withheld": "11470000"},
    state="open",
    opened_at=samples.NOW,
    decided_at=None,
    steps=(),
)


def press(widget: QWidget, name: str) -> None:
    button = widget.findChild(Button, name)
    assert button is not None, name
    assert button.isEnabled(), name
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def words(widget: QWidget, name: str) -> str:
    label = widget.findChild(QLabel, name)
    assert label is not None, name
    return label.text()


@pytest.fixture
def bar(qtbot: QtBot, bridge: Bridge, theme: Theme, client: PreparedClient) -> Iterator[DemoBar]:
    """A bar in a window, whose world was looked at."""
    client.answers["demo.state"] = WORLD
    made, window = DemoBar(DemoModel(bridge)), Window()
    qtbot.addWidget(window)
    window.set_bar(made)
    assert made.isHidden()
    made.model.look()
    qtbot.waitUntil(lambda: not made.isHidden())
    yield made
    made.model.stop()


def test_there_is_no_bar_where_the_world_cannot_be_turned(
    qtbot: QtBot, bridge: Bridge, theme: Theme, client: PreparedClient
) -> None:
    client.answers["demo.state"] = ProblemError("request.not_found")
    bar = DemoBar(DemoModel(bridge))
    qtbot.addWidget(bar)
    bar.model.look()
    qtbot.waitUntil(lambda: bool(client.called("demo.state")))
    seen: list[str] = []
    bridge.run(bar, _nothing, seen.append, seen.append)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: bool(seen))
    assert bar.isHidden()


async def _nothing(_client: object) -> str:
    return "done"


def test_the_clock_is_turned_by_one_click(qtbot: QtBot, bar: DemoBar, client: PreparedClient) -> None:
    later = WORLD.model_copy(update={"now": samples.NOW + timedelta(days=1), "ahead_s": 86_400})
    client.answers["demo.turn"] = later
    press(bar, "demo.turn.day")
    assert bar.model.state.working == "turn"
    qtbot.waitUntil(lambda: bar.model.state.world == later)
    assert client.called("demo.turn") == [(("day",), {})]
    assert "22 Nov" in words(bar, "demo.time")


def test_while_a_month_passes_the_bar_says_how_far_it_is(qtbot: QtBot, bar: DemoBar, client: PreparedClient) -> None:
    client.answers["demo.state"] = WORLD.model_copy(update={"turned_percent": 43})
    press(bar, "demo.turn.month")
    qtbot.waitUntil(lambda: "43" in words(bar, "demo.said"))
    assert bar.model.state.working == "turn"


def test_snapshots_get_the_next_name_and_are_put_back_from_the_menu(
    qtbot: QtBot, bar: DemoBar, client: PreparedClient
) -> None:
    second = SnapshotOut(name="snapshot-2", at=samples.NOW)
    client.answers |= {"demo.keep": WORLD.model_copy(update={"snapshots": (second, *WORLD.snapshots)})}
    press(bar, "demo.keep")
    qtbot.waitUntil(lambda: bar.model.state.done == "keep")
    assert client.called("demo.keep") == [(("snapshot-2",), {})]
    client.answers["demo.restore"] = WORLD
    menu = bar.findChild(QMenu, "demo.snapshots")
    assert menu is not None
    with qtbot.waitSignal(bar.model.exchanged):
        _action(menu, "snapshot-1").trigger()
    assert client.called("demo.restore") == [(("snapshot-1",), {})]


def _action(menu: QMenu, name: str) -> QAction:
    return next(action for action in menu.actions() if action.data() == name)


@pytest.mark.parametrize(
    ("percent", "width"), [(100, 1280), (100, 1024), (100, 860), (200, 1024), (200, 1280), (200, 1920)]
)
def test_the_bar_is_one_line_and_all_of_it_can_be_reached(
    percent: int, width: int, qtbot: QtBot, bridge: Bridge, theme: Theme, client: PreparedClient
) -> None:
    theme.use_size(percent)
    client.answers |= {"demo.state": WORLD, "demo.turn": WORLD, "demo.give": WORLD, "demo.keep": WORLD}
    bar, window = DemoBar(DemoModel(bridge)), Window()
    qtbot.addWidget(window)
    player = {route: Route(*named[:2], _no_page, in_rail=named[3]) for route, named in PLAYER_NAMES.items()}
    window.set_rail(Rail(STUDIO_ROUTES, player, {}, window=window.size()))
    window.set_bar(bar)
    bar.model.look()
    window.resize(width, 700)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: not bar.isHidden())
    line = theme_scaled(CONTROL_HEIGHT) + 8 + 1
    qtbot.waitUntil(lambda: bar.height() <= line)
    for name in ("turn.hour", "turn.month", "faucet", "keep", "restore", "reset"):
        assert _reach(bar, f"demo.{name}") is not None, name
    turn = _reach(bar, "demo.turn.month")
    assert turn is not None
    turn()
    qtbot.waitUntil(lambda: bar.model.state.done == "turn")
    assert client.called("demo.turn") == [(("month",), {})]
    assert bar.height() <= line
    said = bar.findChild(QLabel, "demo.said")
    assert said is not None
    assert said.isVisible()
    # In a usual window words about what is done push nothing into the menu.
    assert (percent, width) != (100, 1280) or bar.findChild(Button, "demo.reset").isVisible()  # type: ignore[union-attr]
    assert said.geometry().right() <= bar.width()
    bar.hush.timeout.emit()
    assert said.text() == ""
    bar.model.stop()
    theme.use_size(100)


def _reach(bar: DemoBar, name: str) -> Callable[[], object] | None:
    """Give what presses a button of the bar: itself where it is in sight, else its line in the menu."""
    button = bar.findChild(Button, name)
    assert button is not None
    if button.isVisible():
        inside = bar.rect().contains(button.geometry())
        return button.click if inside else None
    menu = bar.findChild(QMenu, "demo.more.menu")
    assert menu is not None
    menu.aboutToShow.emit()
    lines = [action for action in menu.actions() if action.text() == button.text()]
    return lines[0].trigger if lines else None


def test_a_reset_from_the_menu_is_confirmed_in_sight(
    qtbot: QtBot, bar: DemoBar, theme: Theme, client: PreparedClient
) -> None:
    client.answers["demo.reset"] = WORLD
    window = bar.window()
    window.resize(420, 500)
    with qtbot.waitExposed(window):
        window.show()
    reset = bar.findChild(Button, "demo.reset")
    assert reset is not None
    qtbot.waitUntil(reset.isHidden)
    again = _reach(bar, "demo.reset")
    assert again is not None
    again()
    qtbot.waitUntil(reset.isVisible)
    assert reset.text() == "Really reset?"
    with qtbot.waitSignal(bar.model.exchanged):
        reset.click()


def test_a_reset_asks_once_more(qtbot: QtBot, bar: DemoBar, client: PreparedClient) -> None:
    client.answers["demo.reset"] = WORLD
    press(bar, "demo.reset")
    assert not client.called("demo.reset")
    with qtbot.waitSignal(bar.model.exchanged):
        press(bar, "demo.reset")
    assert len(client.called("demo.reset")) == 1


def test_what_failed_is_said_and_can_be_tried_again(qtbot: QtBot, bar: DemoBar, client: PreparedClient) -> None:
    client.answers["demo.turn"] = ProblemError("disk.full")
    press(bar, "demo.turn.hour")
    qtbot.waitUntil(lambda: bar.model.state.problem is not None)
    assert "disk" in words(bar, "demo.said").lower()
    press(bar, "demo.turn.hour")
    qtbot.waitUntil(lambda: len(client.called("demo.turn")) == 2)


def test_an_operator_decides_and_nobody_else_has_the_page(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers["oversight.queue"] = QUEUE
    page = OversightPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.queue is not None)
    for method, buttons in (
        ("decide", (f"oversight.verify.{samples.CREATOR}",)),
        ("dismiss", ("oversight.dismiss.7",)),
        ("take_down", ("oversight.takedown.7", "oversight.take_down.sure")),
        ("restore", (f"oversight.restore.{samples.FILM}",)),
    ):
        client.answers[f"oversight.{method}"] = QUEUE
        for button in buttons:
            assert not client.called(f"oversight.{method}")
            press(page, button)
        page.model.later.finish()
        qtbot.waitUntil(lambda: not page.model.state.busy)
    assert client.called("oversight.decide") == [((samples.CREATOR, "verified"), {"reason": ""})]
    assert client.called("oversight.take_down")[0][1]["reason"] == "misleading"
    assert client.called("oversight.dismiss") == [((7,), {})]
    assert client.called("oversight.restore") == [((samples.FILM,), {})]
    setup = Setup(page_context.bridge, demo=True)  # type: ignore[arg-type]  # no path is asked for
    rail = Rail(STUDIO_ROUTES, {}, setup.personas)
    qtbot.addWidget(rail)
    shown = {}
    for desk in setup.personas:
        rail.sit(desk)
        shown[desk] = not rail.findChild(Button, "nav.oversight").isHidden()  # type: ignore[union-attr]
    assert [desk for desk, is_shown in shown.items() if is_shown] == ["operator"]
    assert setup.first_route("operator") == "oversight"


@pytest.mark.parametrize(
    ("first", "asked", "method", "says"),
    [
        ("oversight.takedown.7", "take_down", "oversight.take_down", "Slow boats"),
        (f"oversight.reject.{samples.CREATOR}", "reject", "oversight.decide", "ask again"),
        ("oversight.uphold.c1", "upheld", "passes.decide", "$11.47 stays held back"),
        ("oversight.lift.c1", "lifted", "passes.decide", "$11.47"),
    ],
)
def test_what_takes_something_from_somebody_is_asked_back(
    first: str, asked: str, method: str, says: str, qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers |= {"oversight.queue": QUEUE, method: QUEUE, "passes.for_operator": OperatorsPass(None, (CASE,))}
    if method == "passes.decide":
        client.answers[method] = (CASE,)
    page = OversightPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.queue is not None and bool(page.model.state.sharing))
    press(page, first)
    assert says in words(page, f"oversight.{asked}.words")
    press(page, f"oversight.{asked}.keep")
    assert page.model.state.asked == ("", "")
    assert not client.called(method)
    press(page, first)
    press(page, f"oversight.{asked}.sure")
    qtbot.waitUntil(lambda: not page.model.state.busy)
    assert len(client.called(method)) == 1


def test_a_report_that_is_left_up_can_be_taken_back(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers |= {"oversight.queue": QUEUE, "oversight.dismiss": QUEUE}
    page = OversightPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.queue is not None)
    press(page, "oversight.dismiss.7")
    press(page, "oversight.undo")
    page.model.later.finish()
    assert not client.called("oversight.dismiss")
    press(page, "oversight.dismiss.7")
    page.model.later.finish()
    qtbot.waitUntil(lambda: bool(client.called("oversight.dismiss")))


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("size", [(1280, 800), (1000, 700)], ids=["wide", "narrow"])
def test_draw_demo(
    look: ThemeName,
    size: tuple[int, int],
    qtbot: QtBot,
    theme: Theme,
    client: PreparedClient,
    bar: DemoBar,
    page_context: PageContext,
    shot: Shot,
) -> None:
    theme.use(look)
    window = bar.window()
    assert isinstance(window, Window)
    player = {route: Route(*named[:2], _no_page, in_rail=named[3]) for route, named in PLAYER_NAMES.items()}
    rail = Rail(STUDIO_ROUTES, player, Setup(page_context.bridge, demo=True).personas)  # type: ignore[arg-type]
    rail.sit("operator")
    window.set_rail(rail)
    window.show_service(ServiceState(Phase.READY))
    client.answers["oversight.queue"] = QUEUE
    page: Any = OversightPage(page_context)
    window.show_page(page, "oversight")
    window.resize(*size)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: page.model.state.queue is not None)
    decide = page.findChild(Button, "oversight.takedown.7")
    qtbot.waitUntil(lambda: decide is not None and decide.isVisible() and decide.width() > 20)
    shot(window, f"oversight-{look}-{size[0]}")
    theme.use("dark")


def _no_page(_context: PageContext) -> QWidget:
    return QWidget()
