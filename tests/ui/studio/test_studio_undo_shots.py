"""What was changed and can be undone, and what is asked back, in the real frame: one look, all with ``--shots``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from services.wire.profiles import StandingOut, StandingsOut
from services.wire.storage import StorageOut, TargetOut
from studio.pages.content.item_model import About
from tests.fixtures import samples, samples_passes, samples_settings
from tests.fixtures.samples_single_film import FILM, ITEM
from tests.fixtures.window_scenes import Scene

NODES = (samples.node(films=1), samples.node("down", address="https://cinema.example:8443"))
GATEWAY = TargetOut(
    address="https://gateway.example", kind="gateway", version="", seen_at=samples.NOW, problem=None, films=0, missing=0
)
DAEMON = TargetOut(
    address="/ip4/192.168.1.20/tcp/5001", kind="daemon", version="0.43.1", seen_at=samples.NOW, problem=None, films=4,
    missing=0,
)  # fmt: skip
HIDDEN = StandingOut(creator=samples.CREATOR, name="Night Harbour", node="", at=samples.NOW)
PAYOUTS = {"payouts.state": samples.payouts(samples.withdrawal()), "wallet.reconciliation": samples.reconciliation()}
DUE = samples_passes.month("2026-10", 212, "148.20", "131.07", "58.33", state="due")
SHARED = {"passes.for_creator": samples_passes.for_creator(samples_passes.sharing(months=(DUE,)))}
RENAMED = samples_settings.PROFILE.model_copy(update={"name": "Slow Lantern Films"})
OF_FILM = {"content_id": str(FILM.content_id)}


def _is_shown(name: str) -> Callable[[Any], bool]:
    def look(page: Any) -> bool:
        part = page.findChild(QWidget, name)
        if part is None or not part.isVisible() or part.width() < 20:
            return False
        page.ensureWidgetVisible(part, 0, 60)
        return True

    return look


def _is_whole(page: Any) -> bool:
    return page.model.state.suggestion is not None and page._earned.state.figures is not None


def _save_about(page: Any) -> None:
    page.model.write(About("A winter in a workshop in Glashütte.", "lesson", ("workshop", "clocks")))
    page.model.save()


def _storages(*targets: TargetOut) -> StorageOut:
    return StorageOut(targets=targets, detected=None, upload_limit=0)


def _rename_channel(page: Any) -> None:
    page.cards["channel"].model.type(name="Slow Lantern Films")
    page.cards["channel"].model.save()


SCENES = [
    Scene(
        "item-undo", "item", ITEM | {"own_films.set_about": FILM}, _save_about, _is_shown("item.undo"), OF_FILM,
        _is_whole,
    ),
    Scene(
        "item-title-undo", "item", ITEM, lambda page: page._versions._set(undo="The apprentice"),
        _is_shown("item.revise.undo"), OF_FILM, _is_whole,
    ),
    Scene(
        "settings-nodes-undo", "settings",
        {"wallet.state": samples.wallet(), "nodes.list": NODES, "nodes.remove": NODES[:1]},
        lambda page: page.cards["nodes"].model.remove(NODES[1].address), _is_shown("settings.nodes.undo"),
        {"section": "network"}, lambda page: page.cards["nodes"].model.state.nodes is not None,
    ),
    Scene(
        "settings-storage-undo", "settings",
        {
            "wallet.state": samples.wallet(), "storage.get": _storages(DAEMON, GATEWAY),
            "storage.remove": _storages(DAEMON),
        },
        lambda page: page.cards["storage"].model.remove(GATEWAY.address), _is_shown("settings.storage.undo"),
        {"section": "network"}, lambda page: page.cards["storage"].model.state.storage is not None,
    ),
    Scene(
        "settings-channel-undo", "settings",
        {"profiles.mine": samples_settings.PROFILE, "profiles.save": RENAMED},
        _rename_channel, _is_shown("settings.channel.undo"), {"section": "channel"},
        lambda page: page.cards["channel"].model.state.profile is not None,
    ),
    Scene(
        "settings-hidden-undo", "settings",
        {
            "library.standings": StandingsOut(follows=(), blocked=(HIDDEN,)),
            "library.stand_no_more": StandingsOut(follows=(), blocked=()),
        },
        lambda page: page.cards["blocked"].model.show_again(HIDDEN), _is_shown("settings.blocked.undo"),
        ready=lambda page: page.cards["blocked"].model.state.blocked is not None,
    ),
    Scene(
        "payouts-collect-asked", "payouts", PAYOUTS, lambda page: page._incoming._on_collect(),
        _is_shown("payouts.collect.sure"), ready=lambda page: page.model.state.payouts is not None,
    ),
    Scene(
        "sharing-pay-asked", "sharing", SHARED, lambda page: page._months._on_pay(),
        _is_shown("sharing.pay.sure"), ready=_is_shown("sharing.pay"),
    ),
]  # fmt: skip


@pytest.mark.slim
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_draw_undo(scene: Scene, draw_scene: Callable[[Scene], None]) -> None:
    draw_scene(scene)
