"""Every page and state of the creator's side in the real frame, dark and light, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from services.units.money import Money
from services.wire.base import ProblemOut
from services.wire.earnings import NeedOut, OverviewOut
from services.wire.problems import ProblemError
from services.wire.storage import DetectedOut, StorageOut, TargetOut
from services.wire.uploads import DraftIn, StageOut
from studio.welcome import WelcomePage
from studio.window import Window
from tests.fixtures import samples, samples_figures, samples_settings
from tests.fixtures.window_scenes import Scene
from tests.nets.looks import Look


def _withdraw(page: Any) -> None:
    page.model.withdraw()


def _new_tier(page: Any) -> None:
    page.model.begin()


def _confirmed(page: Any) -> bool:
    return page.model.state.step in ("confirm", "nothing")


def _storage_in_view(page: Any) -> bool:
    storage = page.cards["storage"]
    if storage.model.state.storage is None:
        return False
    page.ensureWidgetVisible(storage._download, 0, 40)
    return True


def _tried(page: Any) -> None:
    page.cards["backup"].model._on_tried(samples_settings.trial())


def _asked(page: Any) -> None:
    page.cards["deletion"].model._on_losses(samples_settings.losses())
    page.cards["deletion"].setVisible(True)
    page.ensureWidgetVisible(page.cards["deletion"]._delete, 0, 40)


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
    download_limit=4_000_000,
    price_per_gb=Money(150_000),
)  # fmt: skip
NODES = (samples.node(films=1), samples.node("down", address="https://cinema.example:8443"))
ELSEWHERE = samples.upload("ready", title="The clockmaker's apprentice", price="0.01").model_copy(
    update={"draft": DraftIn(title="The clockmaker's apprentice", price_text="0.01", node=samples.FAR)}
)


def _overview(days: int = 28, **_of: object) -> OverviewOut:
    """Give an overview whose sums are those of the chart."""
    made, earned = samples.overview(days), samples_figures.figures(days).metrics[0]
    sums = {"today": (earned.days[-1], earned.days[-2]), "period": (earned.total, earned.total_before)}
    tiles = tuple(
        tile.model_copy(
            update={
                "value": Money(sums[tile.name][0]),
                "previous": Money(sums[tile.name][1]),
                "series": tuple(map(Money, earned.days)),
            }
        )
        if tile.name in sums
        else tile
        for tile in made.tiles
    )
    return made.model_copy(
        update={"tiles": tiles, "needs": (READY, *(need for need in made.needs if need.code != "payout_ready"))}
    )


def _ninety(page: Any) -> bool:
    state = page.model.state
    return bool(state.overview.period_days == 90 == len(state.figures.metrics[0].days))


READY = NeedOut(code="payout_ready", params={"amount": "31204500"})
OVERVIEW = {"earnings.overview": _overview, "figures.series": samples_figures.series}
SCENES = [
    Scene("overview", "overview", OVERVIEW),
    Scene("overview-90", "overview", OVERVIEW, lambda page: page._periods[90].click(), _ninety),
    Scene(
        "overview-empty",
        "overview",
        {"earnings.overview": samples.overview(empty=True), "figures.series": samples_figures.figures(empty=True)},
    ),
    Scene("overview-old-node", "overview", {"earnings.overview": samples.overview()}),
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
    Scene(
        "payouts-verification",
        "payouts",
        PAYOUTS | {"payouts.verification": samples_settings.standing("rejected", reason="The scan cannot be read.")},
        lambda page: page.ensureWidgetVisible(page._kyc._ask, 0, 40),
    ),
    Scene(
        "payouts-blocked",
        "payouts",
        PAYOUTS
        | {
            "payouts.precheck": samples.precheck(problem=ProblemOut(code="withdrawal.no_gas")).model_copy(
                update={"gas": samples.usd("0.0003")}
            )
        },
        _withdraw,
        _confirmed,
    ),
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
        settled=lambda page: page.cards["nodes"].model.state.nodes is not None,
        params={"section": "network"},
    ),
    Scene(
        "settings-channel",
        "settings",
        {"wallet.state": samples.wallet(), "profiles.mine": samples_settings.PROFILE},
        settled=lambda page: page.cards["channel"].model.state.profile is not None,
        params={"section": "channel"},
    ),
    Scene(
        "settings-wallet",
        "settings",
        {"wallet.state": samples.wallet(), "wallet.backup": samples_settings.backup(newer=2, is_due=True)},
        params={"section": "wallet"},
    ),
    Scene(
        "settings-backup-tried",
        "settings",
        {"wallet.state": samples.wallet(), "wallet.backup": samples_settings.backup()},
        _tried,
        params={"section": "backup"},
    ),
    Scene(
        "settings-notices",
        "settings",
        {"notices.rules": samples_settings.RULES, "notices.list": samples_settings.NOTICES},
        params={"section": "notices"},
    ),
    Scene(
        "settings-data",
        "settings",
        {"health": samples.HEALTH, "profile.places": samples_settings.PLACES},
        params={"section": "data"},
    ),
    Scene(
        "settings-deletion",
        "settings",
        {"health": samples.HEALTH, "profile.places": samples_settings.PLACES},
        _asked,
        params={"section": "data"},
    ),
    Scene(
        "start",
        "start",
        {
            "wallet.state": samples.wallet(wallet="missing", address=None),
            "profile.probe": samples_settings.PROBE,
        },
        settled=lambda page: page.model.state.probe is not None,
    ),
    Scene(
        "settings-storage",
        "settings",
        {"wallet.state": samples.wallet(), "health": samples.HEALTH, "storage.get": STORAGE},
        settled=_storage_in_view,
        params={"section": "network"},
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


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_draw(scene: Scene, draw_scene: Callable[[Scene], None]) -> None:
    draw_scene(scene)


def test_draw_welcome(
    look: Look,
    wear: Callable[[Look], None],
    qtbot: QtBot,
    draw_all: Callable[..., list[str]],
) -> None:
    wear(look)
    window = Window()
    qtbot.addWidget(window)
    window.resize(*look.size)
    window.show_page(WelcomePage(), "welcome")
    with qtbot.waitExposed(window):
        window.show()
    assert not draw_all(window, "studio/welcome")
