"""Every page and state of the creator's side in the real frame, dark and light, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from services.wire.base import ProblemOut
from services.wire.problems import ProblemError
from services.wire.storage import DetectedOut, StorageOut, TargetOut
from services.wire.uploads import DraftIn, StageOut
from studio.kit.chart import Chart
from studio.kit.context import PageContext
from studio.kit.route import Route
from studio.kit.service_state import Phase, ServiceState
from studio.kit.theme import Theme
from studio.kit.tokens import ThemeName
from studio.rail import Rail
from studio.routes import PLAYER_NAMES, STUDIO_ROUTES
from studio.welcome import WelcomePage
from studio.window import Window
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient

Shot = Callable[[QWidget, str], None]


@dataclass(frozen=True)
class Scene:
    """A page in a state: what the service answers, and what is done on the page."""

    name: str
    route: str
    answers: dict[str, Any]
    act: Callable[[Any], None] | None = None
    settled: Callable[[Any], bool] | None = None


def _withdraw(page: Any) -> None:
    page.model.withdraw()


def _new_tier(page: Any) -> None:
    page.model.begin()


def _confirmed(page: Any) -> bool:
    return page.model.state.step in ("confirm", "nothing")


def _storage_in_view(page: Any) -> bool:
    if page._storage.model.state.storage is None:
        return False
    page.ensureWidgetVisible(page._storage._limit, 0, 40)
    return True


PAYOUTS = {
    "payouts.state": samples.payouts(samples.withdrawal(), samples.withdrawal(number=2)),
    "wallet.reconciliation": samples.reconciliation(),
}
FULL_DISK = {"coding": "coded", "free_bytes": 900_000_000, "work_ms": 6_720_000, "cost": None}
UNREADABLE = samples.upload(
    "failed", of=samples.stages("failed"), facts=None, problem=ProblemOut(code="media.unreadable")
)
SOLD = samples.upload(
    "published",
    title="The clockmaker's apprentice",
    of=(
        *samples.stages("done", "done", "done", "done", "done", "done")[:7],
        StageOut(name="elsewhere", state="failed", problem=ProblemOut(code="node.unreachable"), can_retry=True),
    ),
)
PAUSED = samples.upload("paused", of=samples.stages("done", "paused"))
COPY_FAILED = samples.upload(
    "publishing",
    of=(
        *samples.stages("done", "done", "done", "done")[:5],
        StageOut(
            name="pin",
            state="failed",
            problem=ProblemOut(code="store.unreachable", params={"address": "/ip4/127.0.0.1/tcp/5001"}),
            can_retry=True,
        ),
        StageOut(name="register", state="running", done=0, total=1),
        StageOut(name="elsewhere", state="waiting"),
    ),
)
STORAGE = StorageOut(
    targets=(
        TargetOut(
            address="/ip4/192.168.1.20/tcp/5001", kind="daemon", version="0.43.1", seen_at=samples.NOW, problem=None,
            films=4, missing=1,
        ),
        TargetOut(
            address="https://gateway.example", kind="gateway", version="", seen_at=samples.NOW, problem=None,
            films=0, missing=0,
        ),
    ),
    detected=DetectedOut(address="/ip4/127.0.0.1/tcp/5001", version="0.43.1"),
    upload_limit=1_500_000,
)  # fmt: skip
NODES = (samples.node(films=1), samples.node("down", address="https://cinema.example:8443"))
ELSEWHERE = samples.upload("ready", title="The clockmaker's apprentice", price="0.01").model_copy(
    update={"draft": DraftIn(title="The clockmaker's apprentice", price_text="0.01", node=samples.FAR)}
)
SCENES = [
    Scene("overview", "overview", {"earnings.overview": samples.overview()}),
    Scene("overview-90", "overview", {"earnings.overview": samples.overview(90)}),
    Scene("overview-empty", "overview", {"earnings.overview": samples.overview(empty=True)}),
    Scene("overview-loading", "overview", {}),
    Scene("overview-down", "overview", {"earnings.overview": ProblemError("service.unreachable")}),
    Scene(
        "content",
        "content",
        {
            "earnings.items": (samples.item(), samples.item("Night trains, part two", minutes=34, price="0.0125")),
            "uploads.list": (
                samples.upload(of=samples.stages("done", "running", done=31, total=73)),
                samples.upload("failed", upload_id="u2", title="Harbour at dawn", facts=None),
            ),
        },
    ),
    Scene("content-empty", "content", {"earnings.items": (), "uploads.list": ()}),
    Scene("upload-empty", "upload", {"uploads.list": ()}),
    Scene(
        "upload-look",
        "upload",
        {"uploads.list": (), "uploads.look": samples.LOOK},
        lambda page: page.model.choose("/films/apprentice-final.mkv"),
        settled=lambda page: page.model.state.look is not None,
    ),
    Scene(
        "upload-look-full",
        "upload",
        {"uploads.list": (), "uploads.look": samples.LOOK.model_copy(update=FULL_DISK)},
        lambda page: page.model.choose("/films/apprentice-final.mkv"),
        settled=lambda page: page.model.state.look is not None,
    ),
    Scene(
        "upload-working",
        "upload",
        {"uploads.list": (samples.upload(of=samples.stages("done", "done", "running", done=31, total=73)),)},
    ),
    Scene(
        "upload-published",
        "upload",
        {"uploads.list": (SOLD,)},
        act=lambda page: page.model._take(SOLD),
    ),
    Scene("upload-paused", "upload", {"uploads.list": (PAUSED,)}),
    Scene("upload-copy-failed", "upload", {"uploads.list": (COPY_FAILED,)}),
    Scene(
        "upload-ready",
        "upload",
        {
            "uploads.list": (samples.upload("ready", title="The clockmaker's apprentice", price="0.01"),),
            "uploads.quote": samples.QUOTE,
        },
        settled=lambda page: page.model.state.quote is not None,
    ),
    Scene("upload-failed", "upload", {"uploads.list": (UNREADABLE,)}),
    Scene("tiers", "tiers", {"tiers.mine": samples.TIERS}),
    Scene("tiers-new", "tiers", {"tiers.mine": samples.TIERS}, _new_tier),
    Scene("tiers-empty", "tiers", {"tiers.mine": ()}),
    Scene("payouts", "payouts", PAYOUTS),
    Scene("payouts-check", "payouts", PAYOUTS | {"payouts.precheck": samples.precheck()}, _withdraw, _confirmed),
    Scene(
        "payouts-nothing",
        "payouts",
        PAYOUTS | {"payouts.precheck": samples.precheck("0", ProblemOut(code="withdrawal.nothing"))},
        _withdraw,
        _confirmed,
    ),
    Scene(
        "payouts-unknown",
        "payouts",
        {
            "payouts.state": samples.payouts(samples.withdrawal("unknown"), samples.withdrawal(number=2)),
            "wallet.reconciliation": samples.reconciliation(agrees=False),
        },
    ),
    Scene(
        "payouts-pending-none",
        "payouts",
        {"payouts.state": samples.payouts(pending="0"), "wallet.reconciliation": samples.reconciliation()},
    ),
    Scene("settings", "settings", {"wallet.state": samples.wallet(), "health": samples.HEALTH}),
    Scene(
        "settings-nodes",
        "settings",
        {"wallet.state": samples.wallet(), "health": samples.HEALTH, "nodes.list": NODES},
        settled=lambda page: page._nodes.model.state.nodes is not None,
    ),
    Scene(
        "settings-storage",
        "settings",
        {"wallet.state": samples.wallet(), "health": samples.HEALTH, "storage.get": STORAGE},
        settled=_storage_in_view,
    ),
    Scene(
        "upload-elsewhere",
        "upload",
        {
            "uploads.list": (ELSEWHERE,),
            "uploads.quote": samples.QUOTE,
            "nodes.list": NODES,
        },
        settled=lambda page: page.model.state.quote is not None and bool(page.model.state.nodes),
    ),
    Scene(
        "content-places",
        "content",
        {
            "earnings.items": (
                samples.item(),
                samples.item("Night trains", minutes=34).model_copy(
                    update={"node": samples.FAR, "node_name": "Films of others"}
                ),
                samples.item("Harbour at dawn", minutes=20).model_copy(update={"moving": "coming"}),
            ),
            "uploads.list": (),
            "nodes.list": NODES,
        },
        lambda page: page._table.selectRow(0),
        lambda page: page.model.state.chosen is not None,
    ),
]


@pytest.fixture
def frame(qtbot: QtBot, theme: Theme) -> Iterator[Window]:
    """The window with its rail, in demo mode, the service ready."""
    window = Window()
    qtbot.addWidget(window)
    player = {route: Route(*named[:2], _no_page, in_rail=named[3]) for route, named in PLAYER_NAMES.items()}
    rail = Rail(STUDIO_ROUTES, player, {"creator": "Creator", "viewer": "Viewer"})
    rail.personas.mark("creator")
    window.set_rail(rail)
    window.show_service(ServiceState(Phase.READY))
    yield window
    theme.use("dark")


def _no_page(_context: PageContext) -> QWidget:
    return QWidget()


@pytest.mark.parametrize("look", ["dark", "light"])
@pytest.mark.parametrize("size", [(1280, 800), (1000, 700)], ids=["wide", "narrow"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_draw(
    scene: Scene,
    look: ThemeName,
    size: tuple[int, int],
    frame: Window,
    qtbot: QtBot,
    theme: Theme,
    client: PreparedClient,
    page_context: PageContext,
    shot: Shot,
) -> None:
    theme.use(look)
    client.answers |= scene.answers
    page: Any = STUDIO_ROUTES[scene.route].factory(page_context)
    frame.show_page(page, scene.route)
    frame.resize(*size)
    with qtbot.waitExposed(frame):
        frame.show()
    asked = [name for name in scene.answers if name not in ("payouts.precheck", "uploads.quote", "uploads.look")]
    qtbot.waitUntil(lambda: all(client.called(name) for name in asked))
    marker: list[str] = []
    page_context.bridge.run(frame, _nothing, marker.append, marker.append)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: bool(marker))
    if scene.act is not None:
        scene.act(page)
    if scene.settled is not None:
        settled = scene.settled
        qtbot.waitUntil(lambda: settled(page))
    qtbot.waitUntil(lambda: all(_is_drawn(chart) for chart in page.findChildren(Chart)), timeout=20_000)
    page_context.bridge.run(frame, _nothing, marker.append, marker.append)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: len(marker) == 2)
    shot(frame, f"studio/{scene.name}-{size[0]}-{look}")


def _is_drawn(chart: Chart) -> bool:
    return chart.series is None or chart.drawn


async def _nothing(_client: Any) -> str:
    return "done"


@pytest.mark.parametrize("look", ["dark", "light"])
def test_draw_welcome(look: ThemeName, qtbot: QtBot, theme: Theme, shot: Shot) -> None:
    window = Window()
    qtbot.addWidget(window)
    theme.use(look)
    window.show_page(WelcomePage(), "welcome")
    with qtbot.waitExposed(window):
        window.show()
    shot(window, f"studio/welcome-1280-{look}")
    theme.use("dark")
