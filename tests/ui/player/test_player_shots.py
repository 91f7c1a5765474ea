"""Every page and state of the viewer's side in the real frame, dark and light."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from player.pages import PLAYER_PAGES
from player.pages.watch.page import WatchPage
from services.wire.catalogue import Access, ItemOut
from services.wire.memberships import MembershipsOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.service_state import Phase, ServiceState
from studio.rail import Rail
from studio.routes import STUDIO_ROUTES, player_routes
from studio.window import Window
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine, click, playback, purchase, receipt
from tests.fixtures.viewer_memberships import membership, offered_film, quote
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
from tests.fixtures.viewer_states import STATES, WALLET
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


def _open(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    page.open({"content_id": samples.FILM})
    qtbot.waitUntil(lambda: page.model.state.item is not None or page.model.state.problem is not None)


def _stopped(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _open(page, engine, qtbot)
    qtbot.waitUntil(lambda: page.model.state.poster is not None)


def _play(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _open(page, engine, qtbot)
    page.model.play()
    engine.show_first()
    engine.picture_ready.emit()
    page.model.pause()


def _receipts(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _play(page, engine, qtbot)
    page.model.toggle_receipts()
    qtbot.waitUntil(lambda: page.model.state.receipts is not None)


def _wall(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _open(page, engine, qtbot)
    page.model.play()
    engine.show_first()
    engine.picture_ready.emit()
    timeline = page.model.state.timeline
    assert timeline is not None
    engine.end(timeline.playable_until(engine.runs[-1].first))


def _ask_to_join(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _wall(page, engine, qtbot)
    click(page, "paywall.join")
    qtbot.waitUntil(lambda: page.model.state.joining.quote is not None)


def _buying(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _wall(page, engine, qtbot)
    page.model.buy()


def _refused(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _buying(page, engine, qtbot)
    qtbot.waitUntil(lambda: page.model.state.refusal is not None)


def _change_deposit(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _wall(page, engine, qtbot)
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
    _open(page, engine, qtbot)
    page.model.play()
    engine.show_first()
    engine.picture_ready.emit()
    engine.want(1)
    qtbot.waitUntil(lambda: page.model.state.problem is not None)


def _figures(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _wall(page, engine, qtbot)
    page.model.buy()
    qtbot.waitUntil(lambda: bool(page.model.state.figures.key_ms))
    page.model.toggle_figures()
    page.model.toggle_keys()
    page.model.set_speed(1.5)


def _hover(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _play(page, engine, qtbot)
    bar = page.stage.controls.seek_bar
    bar.pointed.emit(22_000, "0:22 · yours")
    picture = QImage(scenery(2, (192, 108)).tobytes(), 192, 108, 576, QImage.Format.Format_RGB888).copy()
    page.stage.show_peek(22_000, picture)


def _to_the_end(page: WatchPage, engine: FakeEngine, qtbot: QtBot) -> None:
    _open(page, engine, qtbot)
    qtbot.waitUntil(lambda: page.model.state.following is not None)
    page.model.play()
    engine.show_first()
    engine.picture_ready.emit()
    engine.end(7)


FILM = playback("free", "owned", "owned", "locked", "locked", "locked", "locked", position_ms=16_000, spent="0.02")
FILM = FILM.model_copy(update={"item": FILM.item.model_copy(update={"poster": "p0"})})
DEPOSIT = FILM.model_copy(update={"payment": playback("free", deposit="0.04").payment})
LOCKED: tuple[Access, ...] = ("locked",) * 60
LONG = playback("free", "owned", "owned", *LOCKED, position_ms=16_000, spent="0.02", why="other_code")
BY_CHAIN = LONG.model_copy(update={"item": LONG.item.model_copy(update={"poster": "p0"})})
OFFERED = FILM.model_copy(update={"access": offered_film().access})
NEARLY = offered_film().access.tiers[0].model_copy(update={"counted": samples.usd("2.97")})
CHEAP = OFFERED.model_copy(update={"access": OFFERED.access.model_copy(update={"tiers": (NEARLY,)}), "position_ms": 0})
FRESH = playback("free", *LOCKED, position_ms=0)
FRESH = FRESH.model_copy(
    update={"access": offered_film().access, "item": FRESH.item.model_copy(update={"poster": "p1"})}
)
MEMBERS = FILM.model_copy(update={"access": offered_film(visibility="members").access})
SPENT = FILM.model_copy(update={"budget": playback("free", budget=("0.02", "0.02")).budget})
BUYING = FILM.model_copy(update={"budget": playback("free", budget=("0.50", "0.02")).budget})
WATCH = {
    "playback.open": FILM,
    "playback.init": b"",
    "playback.chunk": b"",
    "playback.save_position": None,
    "catalogue.blob": lambda cid: POSTERS[str(cid)],
    "playback.receipts": (
        receipt(2, minutes_ago=1, by_channel=True),
        receipt(1, minutes_ago=2),
        receipt(3, count=2, state="unknown"),
        receipt(4, minutes_ago=1_500, state="refused"),
        receipt(0, minutes_ago=1_501, by_channel=True),
    ),
    "memberships.refunds": (),
}
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


def _open_channel(page: Any, _engine: FakeEngine, qtbot: QtBot) -> None:
    page.open({"creator": samples.CREATOR, "name": "Slow Lantern"})
    qtbot.waitUntil(lambda: page.model.state.page is not None or page.model.state.problem is not None)
    if page.model.state.page is not None:
        qtbot.waitUntil(lambda: len(page.model.state.pictures) >= 5)


def _tip_channel(page: Any, engine: FakeEngine, qtbot: QtBot) -> None:
    _open_channel(page, engine, qtbot)
    click(page, "channel.tip.open")
    qtbot.waitUntil(lambda: bool(page.findChild(QWidget, "channel.tip").isVisible()))


def _join_channel(page: Any, engine: FakeEngine, qtbot: QtBot) -> None:
    _open_channel(page, engine, qtbot)
    click(page, "channel.join")
    qtbot.waitUntil(lambda: page.model.state.quote is not None)


HOME = LISTS | {"catalogue.browse": TAGGED, "catalogue.library": films()[:1], "library.standings": FOLLOWED}
SCENES = [
    Scene("discover-home", "discover", HOME),
    Scene("channel", "channel", CHANNEL_ANSWERS, _open_channel),
    Scene("channel-join", "channel", CHANNEL_ANSWERS | {"memberships.quote": quote("1.20")}, _join_channel),
    Scene("channel-tip", "channel", CHANNEL_ANSWERS, _tip_channel),
    Scene("channel-plain", "channel", CHANNEL_ANSWERS | {"profiles.page": PLAIN}, _open_channel),
    Scene("channel-down", "channel", {"profiles.page": ProblemError("node.unreachable")}, _open_channel),
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
    Scene("watch-stopped", "watch", WATCH, _stopped),
    Scene("watch-playing", "watch", WATCH | {"playback.open": BUYING}, _play),
    Scene("watch-upright", "watch", WATCH, _play, upright=True),
    Scene("watch-figures", "watch", WATCH | {"playback.buy": purchase(3)}, _figures),
    Scene("watch-hover", "watch", WATCH, _hover),
    Scene("watch-next", "watch", WATCH | {"catalogue.browse": films()[1:]}, _to_the_end),
    Scene("watch-receipts", "watch", WATCH, _receipts),
    Scene("watch-paywall", "watch", WATCH, _wall),
    Scene("watch-deposit", "watch", WATCH | {"playback.open": DEPOSIT}, _wall),
    Scene("watch-deposit-change", "watch", WATCH | {"playback.open": DEPOSIT}, _change_deposit),
    Scene(
        "watch-deposit-again",
        "watch",
        WATCH | {"playback.buy": ProblemError("deposit.confirm", amount=40_000, least=10_000)},
        _refused,
    ),
    Scene("watch-chain", "watch", WATCH | {"playback.open": BY_CHAIN}, _wall),
    Scene("watch-deposit-buying", "watch", WATCH | {"playback.open": DEPOSIT}, _buying),
    Scene("watch-buying", "watch", WATCH, _buying),
    Scene("watch-tiers", "watch", WATCH | {"playback.open": OFFERED}, _wall),
    Scene("watch-join", "watch", WATCH | {"playback.open": OFFERED, "memberships.quote": quote("0.02")}, _ask_to_join),
    Scene("watch-fare", "watch", WATCH | {"playback.open": CHEAP}, _wall),
    Scene("watch-fresh", "watch", WATCH | {"playback.open": FRESH}, _stopped),
    Scene("watch-members", "watch", WATCH | {"playback.open": MEMBERS}, _wall),
    Scene("watch-budget", "watch", WATCH | {"playback.open": SPENT}, _wall),
    Scene("watch-refused", "watch", WATCH | {"playback.buy": ProblemError("payment.insufficient")}, _refused),
    Scene("watch-unknown", "watch", WATCH | {"playback.buy": purchase(3, state="unknown")}, _refused),
    Scene("watch-problem", "watch", WATCH | {"playback.chunk": ProblemError("content.damaged")}, _broken),
    Scene("watch-gone", "watch", {"playback.open": ProblemError("content.not_found")}, _open),
    *(Scene(*state) for state in STATES),
]


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


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_draw_player(
    scene: Scene,
    look: Look,
    frame: Window,
    qtbot: QtBot,
    client: PreparedClient,
    page_context: PageContext,
    draw_all: Callable[..., list[str]],
) -> None:
    client.answers |= scene.answers
    engine = FakeEngine()
    engine.picture = frame_of(scenery(1, (405, 720) if scene.upright else SIZE))
    page: Any
    if scene.route == "watch":
        page = WatchPage(page_context, lambda: engine, FakeEngine)
    else:
        page = PLAYER_PAGES[scene.route](page_context)
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
    _settle(page_context, frame, qtbot)
    _settle(page_context, frame, qtbot)
    _keep_at_its_end(page)
    faults = draw_all(frame, f"player/{scene.name}")
    page.close()
    assert not faults


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
