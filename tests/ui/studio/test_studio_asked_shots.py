"""What is asked back, and what several films share, in the real frame: in one look, with ``--shots`` in every one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QWidget

from services.units.address import bytes32
from services.units.money import Money
from services.wire.access import AccessOut
from services.wire.memberships import RefundOut
from services.wire.problems import ProblemError
from studio.pages.tiers.view_model import TierForm
from tests.fixtures import samples, samples_figures
from tests.fixtures.samples_single_film import FILM, ITEM
from tests.fixtures.window_scenes import Scene

MANY: dict[str, Any] = {
    "earnings.items": (samples.item(),),
    "uploads.list": (),
    "nodes.list": (),
    "tiers.mine": samples.TIERS,
    "figures.items": lambda **wish: samples_figures.items(count=240, **wish),
}
ASKED_BACK = RefundOut(
    receipt="r1", viewer=samples.VIEWER, creator=samples.CREATOR, item="tier:t1", title="Front row",
    amount=Money(2_990_000), reason="I joined by mistake.", state="asked", nonce=bytes32(bytes(32)), transaction=None,
    asked_at=samples.NOW, ended_at=None,
)  # fmt: skip
MEMBERS: dict[str, Any] = {"figures.members": samples_figures.members(), "memberships.refunds": (ASKED_BACK,)}


def _see(page: Any, name: str) -> None:
    part = page.findChild(QWidget, name)
    assert part is not None
    page.ensureWidgetVisible(part, 0, 60)


def _is_whole(page: Any) -> bool:
    return page.model.state.suggestion is not None and page._earned.state.figures is not None


def _ask_price(page: Any) -> None:
    page.model.write_price("0.02", 2)
    page.model.ask("price")


def _ask_archive(page: Any) -> None:
    page.model.ask("archive")


def _is_shown(name: str) -> Callable[[Any], bool]:
    def look(page: Any) -> bool:
        part = page.findChild(QWidget, name)
        if part is None or not part.isVisible() or part.width() < 20:
            return False
        _see(page, name)
        return True

    return look


def _several(page: Any) -> None:
    page._films.pick_several(on=True)


def _mark_all(page: Any) -> None:
    _several(page)
    model = page._list.model
    whole = QItemSelection(model.index(0, 0), model.index(99, model.columnCount() - 1))  # all that are here
    page._list.table.selectionModel().select(whole, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def _ask_for_all(page: Any) -> None:
    _mark_all(page)
    page._films.ask_price(samples.usd("0.02"))


def _long(page: Any) -> bool:
    return page.model.state.rows is not None and page._films.state.total == 240


def _changed(page: Any) -> None:
    _mark_all(page)
    page._films._set(undo=(AccessOut(content_id=FILM.content_id, visibility="chunks", tiers=()),))


def _saved(page: Any) -> None:
    page.model._set(undo=TierForm())


def _told(page: Any) -> bool:
    page.window().toast.say("The tier is saved.")
    return _is_shown("tiers.undo")(page)


SCENES = [
    Scene("item", "item", ITEM, params={"content_id": str(FILM.content_id)}, settled=_is_whole),
    Scene(
        "item-price-asked", "item", ITEM, _ask_price, _is_shown("item.change_price.sure"),
        {"content_id": str(FILM.content_id)}, _is_whole,
    ),
    Scene(
        "item-price-undo", "item", ITEM, lambda page: page.model._set(price_was=(samples.usd("0.02"), 1)),
        _is_shown("item.change_price.undo"), {"content_id": str(FILM.content_id)}, _is_whole,
    ),
    Scene(
        "item-archive-asked", "item", ITEM, _ask_archive, _is_shown("item.archive.sure"),
        {"content_id": str(FILM.content_id)}, _is_whole,
    ),
    Scene(
        "item-down", "item", ITEM | {"own_films.get": ProblemError("service.unreachable")},
        params={"content_id": str(FILM.content_id)}, ready=lambda page: page.model.state.problem is not None,
    ),
    Scene("item-loading", "item", {}, params={"content_id": str(FILM.content_id)}),
    Scene("content-loading", "content", {}),
    Scene("content-down", "content", {"earnings.items": ProblemError("service.unreachable"), "uploads.list": ()}),
    Scene("content-several", "content", MANY, _several, _is_shown("content.many.all"), ready=_long),
    Scene("content-several-marked", "content", MANY, _mark_all, _is_shown("content.many.price"), ready=_long),
    Scene("content-price-asked", "content", MANY, _ask_for_all, _is_shown("content.many.price.sure"), ready=_long),
    Scene("content-undo", "content", MANY, _changed, _is_shown("content.many.undo"), ready=_long),
    Scene("tiers-undo", "tiers", {"tiers.mine": samples.TIERS}, _saved, _told),
    Scene("tiers-down", "tiers", {"tiers.mine": ProblemError("node.unreachable")}),
    Scene("tiers-loading", "tiers", {}),
    Scene("payouts-loading", "payouts", {}),
    Scene("payouts-down", "payouts", {"payouts.state": ProblemError("service.unreachable")}),
    Scene("members", "members", MEMBERS | {"memberships.refunds": ()}),
    Scene("members-asked-back", "members", MEMBERS, settled=_is_shown("members.refund.pay")),
    Scene(
        "members-pay-asked", "members", MEMBERS, lambda page: page._refunds.ask("r1"),
        _is_shown("members.refund.sure"), ready=lambda page: bool(page._refunds.state.rows),
    ),
    Scene("members-empty", "members", {"figures.members": samples_figures.members(empty=True)}),
    Scene("members-loading", "members", {}),
    Scene("members-down", "members", {"figures.members": ProblemError("node.unreachable")}),
    Scene("earnings-loading", "earnings", {}),
    Scene("sharing-loading", "sharing", {}),
    Scene("sharing-down", "sharing", {"passes.for_creator": ProblemError("node.unreachable")}),
    Scene("oversight-loading", "oversight", {}),
    Scene("oversight-down", "oversight", {"oversight.queue": ProblemError("node.unreachable")}),
]  # fmt: skip


@pytest.mark.slim
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_draw_asked(scene: Scene, draw_scene: Callable[[Scene], None]) -> None:
    draw_scene(scene)
