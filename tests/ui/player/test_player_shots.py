"""Every page and state of the viewer's side in the real frame, dark and light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from player.pages import PLAYER_PAGES
from player.pages.watch.page import WatchPage
from services.wire.catalogue import ItemOut
from services.wire.memberships import MembershipsOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.service_state import Phase, ServiceState
from studio.rail import Rail
from studio.routes import STUDIO_ROUTES, player_routes
from studio.window import Window
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine, click, purchase
from tests.fixtures.viewer_memberships import membership, quote
from tests.fixtures.viewer_scenery import (
    CHANNEL_ANSWERS,
    FOLLOWED,
    PLAIN,
    POSTERS,
    SIZE,
    TAGGED,
    films,
    frame_of,
    scenery,
)
from tests.fixtures.viewer_states import REAL_WALLET, STATES, WALLET, add_money
from tests.fixtures.viewer_watch import (
    BUYING,
    BY_CHAIN,
    CHEAP,
    DEPOSIT,
    FRESH,
    MEMBERS,
    OFFERED,
    SPENT,
    WATCH,
    be_refused,
    buy_there,
    come_to_wall,
    open_film,
    open_stopped,
    play,
    show_receipts,
)
from tests.fixtures.viewer_without import CAUSES, open_channel
from tests.fixtures.window import PreparedClient
from tests.nets.looks import Look

DOWN = (samples.node("down"), samples.node(address="https://cinema.example"))


def of_nodes() -> tuple[ItemOut, ...]:
    """Every second film comes from a node elsewhere."""
    far = {"node": "https://cinema.example", "node_name": "cinema.example"}
    return tuple(film.model_copy(update=far) if at % 2 else film for at, film in enumerate(films()))


@dataclass(frozen=True)
class Scene:
    """A page in a state: what the service answers, and what happens then."""

    name: str
    route: str
    answers: dict[str, Any]
    act: Callable[[Any, FakeEngine, QtBot], None] | None = None
    upright: bool = False
    demo: bool = True


def _ask_to_join(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    come_to_wall(page, engine, qtbot)
    click(page, "paywall.join")
    qtbot.waitUntil(lambda: page.model.state.joining.quote is not None)


def _change_deposit(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    come_to_wall(page, engine, qtbot)
    click(page, "paywall.deposit.change")


# So far from the window's edge is what is to be seen, pixels.
_ABOVE = 200


def _scroll(page: Any, _engine: FakeEngine, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.model.state.sums is not None)
    bar = page.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    # What else arrives makes the page longer.
    _keep_at_its_end(page)


def _ask_to_withdraw(page: Any, _engine: FakeEngine, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.findChild(QWidget, "wallet.channel.withdraw") is not None)
    qtbot.waitUntil(lambda: bool(page.findChild(QWidget, "wallet.channel.withdraw").isVisible()))
    click(page, "wallet.channel.withdraw")


def _change_limits(page: Any, _engine: FakeEngine, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.model.state.budgets is not None)
    page.model.change_limits(changing=True)
    field = page.findChild(QWidget, "wallet.limit.day")
    field.setText("20")
    field.textEdited.emit("20")
    page.verticalScrollBar().rangeChanged.connect(lambda: page.ensureWidgetVisible(field, 0, _ABOVE))


def _broken(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    open_film(page, engine, qtbot)
    page.model.play()
    engine.show_first()
    engine.picture_ready.emit()
    engine.want(1)
    qtbot.waitUntil(lambda: page.model.state.problem is not None)


def _figures(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    come_to_wall(page, engine, qtbot)
    page.model.buy()
    qtbot.waitUntil(lambda: bool(page.model.state.figures.key_ms))
    page.model.toggle_figures()
    page.model.toggle_keys()
    page.model.set_speed(1.5)


def _hover(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    play(page, engine, qtbot)
    bar = page.stage.controls.seek_bar
    bar.pointed.emit(22_000, "0:22 · yours")
    picture = QImage(scenery(2, (192, 108)).tobytes(), 192, 108, 576, QImage.Format.Format_RGB888).copy()
    page.stage.show_peek(22_000, picture)


def _to_the_end(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    open_film(page, engine, qtbot)
    qtbot.waitUntil(lambda: page.model.state.following is not None)
    page.model.play()
    engine.show_first()
    engine.picture_ready.emit()
    engine.end(7)


LISTS = {"catalogue.blob": lambda cid: POSTERS[str(cid)]}
NEW = {
    "wallet.state": samples.wallet(),
    "wallet.receipts": (),
    "wallet.channels": (),
    "wallet.budgets": samples.budgets(spent="0"),
    "wallet.reconciliation": samples.viewer_books(waiting="0"),
}
MEMBERSHIPS = MembershipsOut(
    memberships=(
        membership("active"),
        membership("ending", reason="cancelled"),
        membership("lapsed", reason="price"),
        membership("lapsed", reason="budget.day"),
    ),
    payments=(),
)
NOT_OFFERED = {
    "wallet.payment": samples.PAYMENT.model_copy(update={"method": "chain"}),
    "health": samples.HEALTH.model_copy(update={"channels": "other_code"}),
}


def _tip_channel(page: Any, engine: FakeEngine, qtbot: QtBot) -> None:
    open_channel(page, engine, qtbot)
    click(page, "channel.tip.open")
    qtbot.waitUntil(lambda: bool(page.findChild(QWidget, "channel.tip").isVisible()))


def _join_channel(page: Any, engine: FakeEngine, qtbot: QtBot) -> None:
    open_channel(page, engine, qtbot)
    click(page, "channel.join")
    qtbot.waitUntil(lambda: page.model.state.quote is not None)


HOME = LISTS | {"catalogue.browse": TAGGED, "catalogue.library": films()[:1], "library.standings": FOLLOWED}
SCENES = [
    Scene("discover-home", "discover", HOME),
    Scene("channel", "channel", CHANNEL_ANSWERS, open_channel),
    Scene("channel-join", "channel", CHANNEL_ANSWERS | {"memberships.quote": quote("1.20")}, _join_channel),
    Scene("channel-tip", "channel", CHANNEL_ANSWERS, _tip_channel),
    Scene("channel-plain", "channel", CHANNEL_ANSWERS | {"profiles.page": PLAIN}, open_channel),
    Scene("channel-down", "channel", {"profiles.page": ProblemError("node.unreachable")}, open_channel),
    Scene("discover", "discover", LISTS | {"catalogue.browse": films()}),
    Scene("discover-nodes", "discover", LISTS | {"catalogue.browse": of_nodes(), "nodes.list": DOWN}),
    Scene("discover-empty", "discover", {"catalogue.browse": ()}),
    Scene("discover-loading", "discover", {}),
    Scene("discover-down", "discover", {"catalogue.browse": ProblemError("service.unreachable")}),
    Scene("library", "library", LISTS | {"catalogue.library": films()[:5]}),
    Scene("library-down", "library", {"catalogue.library": ProblemError("service.unreachable")}),
    Scene("library-empty", "library", {"catalogue.library": ()}),
    Scene("wallet", "wallet", WALLET),
    Scene("wallet-below", "wallet", WALLET, _scroll),
    Scene("wallet-withdraw", "wallet", WALLET, _ask_to_withdraw),
    Scene("wallet-limits", "wallet", WALLET, _change_limits),
    Scene("wallet-empty", "wallet", WALLET | NEW),
    Scene("wallet-chain", "wallet", WALLET | NEW | NOT_OFFERED, _scroll),
    Scene("wallet-memberships", "wallet", WALLET | NEW | {"memberships.mine": MEMBERSHIPS}),
    Scene("wallet-loading", "wallet", {}),
    Scene("watch-nothing", "watch", {}),
    Scene("watch-stopped", "watch", WATCH, open_stopped),
    Scene("watch-playing", "watch", WATCH | {"playback.open": BUYING}, play),
    Scene("watch-upright", "watch", WATCH, play, upright=True),
    Scene("watch-figures", "watch", WATCH | {"playback.buy": purchase(3)}, _figures),
    Scene("watch-hover", "watch", WATCH, _hover),
    Scene("watch-next", "watch", WATCH | {"catalogue.browse": films()[1:]}, _to_the_end),
    Scene("watch-receipts", "watch", WATCH, show_receipts),
    Scene("watch-paywall", "watch", WATCH, come_to_wall),
    Scene("watch-deposit", "watch", WATCH | {"playback.open": DEPOSIT}, come_to_wall),
    Scene("watch-deposit-change", "watch", WATCH | {"playback.open": DEPOSIT}, _change_deposit),
    Scene(
        "watch-deposit-again",
        "watch",
        WATCH | {"playback.buy": ProblemError("deposit.confirm", amount=40_000, least=10_000)},
        be_refused,
    ),
    Scene("watch-chain", "watch", WATCH | {"playback.open": BY_CHAIN}, come_to_wall),
    Scene("watch-deposit-buying", "watch", WATCH | {"playback.open": DEPOSIT}, buy_there),
    Scene("watch-buying", "watch", WATCH, buy_there),
    Scene("watch-tiers", "watch", WATCH | {"playback.open": OFFERED}, come_to_wall),
    Scene("watch-join", "watch", WATCH | {"playback.open": OFFERED, "memberships.quote": quote("0.02")}, _ask_to_join),
    Scene("watch-fare", "watch", WATCH | {"playback.open": CHEAP}, come_to_wall),
    Scene("watch-fresh", "watch", WATCH | {"playback.open": FRESH}, open_stopped),
    Scene("watch-members", "watch", WATCH | {"playback.open": MEMBERS}, come_to_wall),
    Scene("watch-budget", "watch", WATCH | {"playback.open": SPENT}, come_to_wall),
    Scene("watch-refused", "watch", WATCH | {"playback.buy": ProblemError("payment.insufficient")}, be_refused),
    Scene("watch-unknown", "watch", WATCH | {"playback.buy": purchase(3, state="unknown")}, be_refused),
    Scene("watch-problem", "watch", WATCH | {"playback.chunk": ProblemError("content.damaged")}, _broken),
    Scene("watch-gone", "watch", {"playback.open": ProblemError("content.not_found")}, open_film),
    Scene("wallet-add", "wallet", REAL_WALLET, add_money, demo=False),
    Scene("wallet-backup", "wallet", REAL_WALLET, demo=False),
    *(Scene(*state) for state in STATES),
]
# What stands in the way: the same frames with other words.
STOPS = [Scene(*state) for state in CAUSES]


@pytest.fixture
def frame(qtbot: QtBot, look: Look, wear: Callable[[Look], None]) -> Window:
    """The window with its rail on the viewer's side."""
    wear(look)
    window = Window()
    qtbot.addWidget(window)
    rail = Rail(STUDIO_ROUTES, player_routes(), {"creator": "Creator", "viewer": "Viewer"})
    rail.personas.mark("viewer")
    window.set_rail(rail)
    window.show_service(ServiceState(Phase.READY))
    return window


@pytest.fixture
def draw(
    look: Look,
    frame: Window,
    qtbot: QtBot,
    client: PreparedClient,
    page_context: PageContext,
    draw_all: Callable[..., list[str]],
) -> Callable[[Scene], list[str]]:
    """Bring a page into a state and draw it; gives the faults of its pictures."""

    def made(scene: Scene) -> list[str]:
        client.answers |= scene.answers
        context = replace(page_context, demo=scene.demo)
        engine = FakeEngine()
        engine.picture = frame_of(scenery(1, (405, 720) if scene.upright else SIZE))
        page: Any
        if scene.route == "watch":
            page = WatchPage(context, lambda: engine, FakeEngine)
        else:
            page = PLAYER_PAGES[scene.route](context)
        frame.show_page(page, scene.route)
        frame.resize(*look.size)
        with qtbot.waitExposed(frame):
            frame.show()
        asked = [name for name in scene.answers if name.startswith(("catalogue.b", "catalogue.l", "wallet."))]
        asked = [name for name in asked if name != "wallet.check_sending"]
        if scene.route not in ("watch", "channel"):
            qtbot.waitUntil(lambda: all(client.called(name) for name in asked))
        if scene.act is not None:
            scene.act(page, engine, qtbot)
        _settle(context, frame, qtbot)
        _settle(context, frame, qtbot)
        _keep_at_its_end(page)
        faults = draw_all(frame, f"player/{scene.name}")
        page.close()
        return faults

    return made


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_draw_player(scene: Scene, draw: Callable[[Scene], list[str]]) -> None:
    assert not draw(scene)


@pytest.mark.slim
@pytest.mark.parametrize("scene", STOPS, ids=lambda scene: scene.name)
def test_draw_what_stands_in_the_way(scene: Scene, draw: Callable[[Scene], list[str]]) -> None:
    assert not draw(scene)


def _keep_at_its_end(page: QWidget) -> None:
    """Keep a page that was scrolled to its end there when it gets another height."""
    bar = page.verticalScrollBar() if isinstance(page, QScrollArea) else None
    if bar is not None and 0 < bar.maximum() == bar.value():
        bar.rangeChanged.connect(lambda _lowest, highest: bar.setValue(highest))


def _settle(context: PageContext, owner: QWidget, qtbot: QtBot) -> None:
    """Let every answer that is on its way arrive."""
    done: list[Any] = []
    context.bridge.run(owner, _nothing, done.append, done.append)
    qtbot.waitUntil(lambda: bool(done))


async def _nothing(_client: Any) -> str:
    return "done"


def test_the_frame_of_a_picture_is_what_was_drawn() -> None:
    picture = scenery(0, (64, 36))
    frame = frame_of(picture)
    image = QImage(frame.pixels, frame.width, frame.height, frame.pitch, QImage.Format.Format_RGB32)
    spot = image.pixelColor(10, 10)
    assert (spot.red(), spot.green(), spot.blue()) == tuple(picture[10, 10].tolist())
