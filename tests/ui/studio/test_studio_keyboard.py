"""One journey per role by keyboard alone: no test here moves or clicks the mouse, and every stop shows its focus."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from player.pages.watch.page import WatchPage
from services.client.passes import OperatorsPass
from services.units.money import Money
from services.wire.kyc import KycCaseOut
from services.wire.moderation import ReportedOut, TakedownOut
from services.wire.oversight import OversightOut
from services.wire.uploads import DraftIn, UploadOut
from studio.desk import Desk
from studio.kit.chart import Chart
from studio.kit.context import PageContext
from studio.kit.route import Route
from studio.kit.tokens import DARK
from studio.kit.words import tr
from studio.rail import Rail
from studio.routes import STUDIO_ROUTES, player_routes
from studio.welcome import WelcomePage
from studio.window import Window
from tests.fixtures import samples, samples_settings
from tests.fixtures import samples_passes as passes
from tests.fixtures.viewer import FakeEngine, playback, purchase, receipt
from tests.fixtures.viewer_scenery import BALANCE, POSTERS, films
from tests.fixtures.window import PreparedClient, Shell

_MOST_STOPS = 120
QUEUE = OversightOut(
    cases=(KycCaseOut(creator=samples.CREATOR, state="pending", reason="", changed_at=samples.NOW, steps=()),),
    reports=(
        ReportedOut(
            id=7, content_id=samples.FILM, reason="misleading", text="The title promises another film.", state="open",
            at=samples.NOW, account=samples.VIEWER, title="Slow boats", creator=samples.CREATOR,
        ),
    ),
    down=(
        TakedownOut(
            content_id=samples.FILM, title="Night trains", creator=samples.CREATOR, reason="spam",
            text="Taken down after a report.", at=samples.NOW, appeal="It is the same series.",
            appealed_at=samples.NOW, answer=None,
        ),
    ),
)  # fmt: skip
NOTHING_WAITS = OversightOut(cases=(), reports=(), down=())
SENT = samples.withdrawal("sent", amount="31.2045")


class Keyboard:
    """A person without a mouse at one window."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot
        self.engine = FakeEngine()

    def watch_page(self, context: PageContext) -> QWidget:
        """Make the page that plays, without a player's library."""
        return WatchPage(context, lambda: self.engine, FakeEngine)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, held)

    def go(self, name: str) -> QWidget:
        """Go from stop to stop until the one of that name; each on the way has to show that it has the focus."""
        seen: list[str] = []
        self._qtbot.waitUntil(
            lambda: any(one.isVisible() and one.isEnabled() for one in self.window.findChildren(QWidget, name))
        )
        # Without a window manager nobody activates a window again after a picture's surface came or a dialog went.
        self.window.activateWindow()
        self._qtbot.waitUntil(self.window.isActiveWindow)
        for _ in range(_MOST_STOPS):
            self.press(Qt.Key.Key_Tab)
            here = QApplication.focusWidget()
            assert here is not None, f"nothing has the focus after {seen}"
            seen.append(here.objectName() or type(here).__name__)
            if here.objectName() == name:
                assert shows_focus(here), f"{name} does not show that it has the focus"
                return here
        raise AssertionError(f"no key leads to {name}: {seen}")

    def use(self, name: str, key: Qt.Key = Qt.Key.Key_Space) -> None:
        """Go to a control and press it."""
        self.go(name)
        self.press(key)

    def type(self, name: str, words: str) -> None:
        """Go to a field and write into it, in place of what it had."""
        field = self.go(name)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, words)

    def page(self, keys: Qt.Key) -> None:
        """Open a page by its key."""
        self.press(keys, Qt.KeyboardModifier.ControlModifier)


def shows_focus(widget: QWidget) -> bool:
    """Tell whether a widget looks otherwise with the focus than without."""
    window = widget.window()
    place = widget.rect().translated(widget.mapTo(window, QPoint(0, 0))).adjusted(-4, -4, 4, 4)
    lit = window.grab(place).toImage()
    widget.clearFocus()
    dark = window.grab(place).toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    return lit != dark


@pytest.fixture
def keyboard(qtbot: QtBot, page_context: PageContext, shell: Shell) -> Iterator[Keyboard]:
    """A window with its rail, its pages and its keys, as an open world has them."""
    routes = {**STUDIO_ROUTES, **player_routes()}
    window = Window()
    made = Keyboard(window, qtbot)
    routes["watch"] = Route("Watch", "watch", made.watch_page, keys="Ctrl+7")
    qtbot.addWidget(window)
    rail = Rail(STUDIO_ROUTES, player_routes(), {"creator": "Creator", "operator": "Operator"})
    window.set_rail(rail)
    desk = Desk("creator", page_context.bridge, routes, lambda _events: page_context)

    def navigate(route: str, params: Mapping[str, str] | None = None, /) -> None:
        window.show_page(desk.open(route, params or {}), route)

    object.__setattr__(page_context, "navigate", navigate)
    window.page_wanted.connect(navigate)
    rail.page_chosen.connect(navigate)
    for route, page in routes.items():
        if page.keys:
            window.add_key(page.keys, route, tr(page.name))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    watch = desk.pages.get("watch")
    if isinstance(watch, WatchPage):
        watch.model.close()
    desk.close()
    for shown in desk.pages.values():
        window.drop_page(shown)
    desk.pages.clear()


def test_a_creator_uploads_publishes_and_withdraws(
    keyboard: Keyboard, client: PreparedClient, qtbot: QtBot, tmp_path: Path
) -> None:
    film = tmp_path / "harbour.mp4"
    film.write_bytes(b"film")
    kept: list[UploadOut] = [samples.upload("ready")]

    def save(_upload_id: str, **fields: Any) -> UploadOut:
        kept.append(kept[-1].model_copy(update={"draft": DraftIn(**fields)}))
        return kept[-1]

    client.answers |= {
        "uploads.list": (),
        "uploads.look": samples.LOOK,
        "uploads.start": kept[0],
        "uploads.get": lambda _upload_id: kept[-1],
        "uploads.save_draft": save,
        "uploads.quote": samples.QUOTE,
        "uploads.publish": samples.upload("published", title="Harbour", price="0.01", content=str(samples.FILM)),
        "payouts.state": samples.payouts(),
        "payouts.precheck": samples.precheck(),
        "payouts.withdraw": SENT,
        "wallet.reconciliation": samples.reconciliation(),
    }
    keyboard.page(Qt.Key.Key_3)
    keyboard.use("upload.drop")
    _choose(film, qtbot)
    qtbot.waitUntil(lambda: bool(client.called("uploads.look")))
    keyboard.use("upload.begin")
    qtbot.waitUntil(lambda: bool(client.called("uploads.start")))
    keyboard.type("upload.title", "Harbour")
    keyboard.type("upload.price", "0.01")
    keyboard.use("upload.publish", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(client.called("uploads.publish")))
    assert (kept[-1].draft.title, kept[-1].draft.price_text) == ("Harbour", "0.01")
    keyboard.page(Qt.Key.Key_5)
    qtbot.waitUntil(lambda: bool(client.called("wallet.reconciliation")))
    keyboard.use("payouts.withdraw")
    qtbot.waitUntil(lambda: bool(client.called("payouts.precheck")))
    assert not client.called("payouts.withdraw")
    keyboard.use("payouts.confirm")
    qtbot.waitUntil(lambda: bool(client.called("payouts.withdraw")))


def _choose(film: Path, qtbot: QtBot) -> None:
    """Let the dialog that the key opened give a film; how one is found in it by keys is the toolkit's own."""

    def dialogs() -> list[QFileDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog) and one.isVisible()]

    qtbot.waitUntil(lambda: bool(dialogs()))
    dialog = dialogs()[0]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialogs())
    dialog.filesSelected.emit([str(film)])


def test_a_viewer_finds_buys_watches_and_looks_into_the_wallet(
    keyboard: Keyboard, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers |= {
        "catalogue.browse": films(),
        "catalogue.blob": lambda cid: POSTERS[str(cid)],
        "playback.open": playback("free", "locked", "locked", "locked"),
        "playback.init": b"init",
        "playback.chunk": lambda _content, index: bytes([index]),
        "playback.save_position": None,
        "playback.receipts": (receipt(1),),
        "playback.buy": purchase(1),
        "wallet.state": samples.wallet(),
        "wallet.balance": BALANCE,
        "wallet.receipts": (receipt(1, by_channel=True),),
        "wallet.channels": (),
        "wallet.reconciliation": samples.viewer_books(),
        "wallet.budgets": samples.budgets(),
        "wallet.payment": samples.PAYMENT,
        "health": samples.HEALTH,
    }
    keyboard.page(Qt.Key.Key_6)
    qtbot.waitUntil(lambda: bool(client.called("catalogue.browse")))
    keyboard.type("discover.search", "Salt")
    qtbot.waitUntil(lambda: len(client.called("catalogue.browse")) > 1)
    keyboard.use("discover.list", Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(client.called("playback.open")))
    page = keyboard.window.page
    assert isinstance(page, WatchPage)
    qtbot.waitUntil(lambda: page.model.state.item is not None)
    keyboard.use("watch.start")
    engine = keyboard.engine
    qtbot.waitUntil(lambda: bool(engine.fed))
    engine.show_first()
    engine.end(1)
    qtbot.waitUntil(lambda: page.model.state.paywall is not None)
    keyboard.use("paywall.buy")
    qtbot.waitUntil(lambda: bool(client.called("playback.buy")))
    keyboard.page(Qt.Key.Key_9)
    qtbot.waitUntil(lambda: bool(client.called("wallet.channels")))
    keyboard.go("wallet.open.add")


def test_a_newcomer_chooses_looks_and_makes_a_wallet(
    keyboard: Keyboard, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers |= {
        "wallet.state": samples.wallet(wallet="missing", address=None),
        "profile.probe": samples_settings.PROBE,
    }
    welcome, chosen = WelcomePage(), list[str]()
    welcome.chosen.connect(chosen.append)
    keyboard.window.show_page(welcome, "welcome")
    keyboard.use("welcome.create")
    assert chosen == ["create"]
    keyboard.window.page_wanted.emit("start")
    qtbot.waitUntil(lambda: bool(client.called("profile.probe")))
    keyboard.use("start.new")
    assert [problem.code for problem, _ in shell.handled] == ["wallet.missing"]
    keyboard.use("start.later")
    assert keyboard.window.page is not welcome


ASKED = {"passes.decide": "lifted", "oversight.take_down": "take_down"}


def test_an_operator_decides_what_waits_and_prices_the_pass(
    keyboard: Keyboard, client: PreparedClient, qtbot: QtBot
) -> None:
    case, offered = passes.case("watching", "appealed"), passes.OFFER.model_copy(update={"price": Money(8_990_000)})
    queues = iter(
        [QUEUE.model_copy(update={"cases": ()}), QUEUE.model_copy(update={"cases": (), "reports": ()}), NOTHING_WAITS]
    )
    left: Callable[..., OversightOut] = lambda *_, **_of: next(queues)  # noqa: E731
    client.answers |= {
        "oversight.queue": QUEUE,
        "passes.for_operator": OperatorsPass(passes.OFFER, (case,)),
        "oversight.decide": left,
        "oversight.take_down": left,
        "oversight.restore": left,
        "passes.decide": (),
        "passes.offer": offered,
    }
    rail = keyboard.window.rail
    assert rail is not None
    rail.sit("operator")
    keyboard.use("nav.oversight")
    qtbot.waitUntil(lambda: bool(client.called("passes.for_operator")))
    for name, method in (
        (f"oversight.verify.{samples.CREATOR}", "oversight.decide"),
        (f"oversight.lift.{case.id}", "passes.decide"),
        ("oversight.takedown.7", "oversight.take_down"),
        (f"oversight.restore.{samples.FILM}", "oversight.restore"),
    ):
        keyboard.use(name, Qt.Key.Key_Return)
        if (asked := ASKED.get(method)) is not None:
            assert not client.called(method)
            keyboard.use(f"oversight.{asked}.sure", Qt.Key.Key_Return)
        qtbot.waitUntil(lambda method=method: bool(client.called(method)))  # type: ignore[misc]
        qtbot.waitUntil(lambda name=name: keyboard.window.findChild(QWidget, name) is None)  # type: ignore[misc]
    keyboard.type("oversight.pass.price", "8.99")
    keyboard.use("oversight.pass.offer")
    qtbot.waitUntil(lambda: bool(client.called("passes.offer")))
    assert client.called("oversight.decide") == [((samples.CREATOR, "verified"), {"reason": ""})]
    assert client.called("passes.offer") == [((), {"name": passes.OFFER.name, "price": Money(8_990_000)})]
    keyboard.use("oversight.refresh")
    qtbot.waitUntil(lambda: len(client.called("oversight.queue")) == 2)


STOPS: dict[str, dict[str, Any]] = {
    "overview": {"earnings.overview": samples.overview()},
    "tiers": {"tiers.mine": samples.TIERS},
    "payouts": {"payouts.state": samples.payouts(), "wallet.reconciliation": samples.reconciliation()},
    "settings": {"wallet.state": samples.wallet(), "health": samples.HEALTH},
}


@pytest.mark.parametrize("route", STOPS)
def test_every_stop_of_a_page_shows_its_focus(
    keyboard: Keyboard, client: PreparedClient, qtbot: QtBot, route: str
) -> None:
    client.answers |= STOPS[route]
    keyboard.window.page_wanted.emit(route)
    qtbot.waitUntil(lambda: all(client.called(name) for name in STOPS[route]))
    charts = keyboard.window.findChildren(Chart)
    qtbot.waitUntil(lambda: all(chart.series is None or chart.drawn for chart in charts), timeout=20_000)
    blind, stops = _blind_stops(keyboard)
    assert not blind
    assert stops > 1


def _blind_stops(keyboard: Keyboard) -> tuple[list[str], int]:
    blind: list[str] = []
    met: list[QWidget] = []
    for _ in range(_MOST_STOPS):
        keyboard.press(Qt.Key.Key_Tab)
        here = QApplication.focusWidget()
        if here is None or here in met:
            break
        met.append(here)
        if not shows_focus(here):
            blind.append(f"{here.objectName() or type(here).__name__} ({here.accessibleName()})")
    return blind, len(met)


def test_the_ring_is_the_accent(keyboard: Keyboard) -> None:
    ring: Callable[[QWidget], bool] = lambda widget: (  # noqa: E731
        widget.grab().toImage().pixelColor(widget.width() // 2, 0).name() == DARK.accent
    )
    assert ring(keyboard.go("nav.overview"))
