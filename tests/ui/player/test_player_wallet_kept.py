"""The wallet while its service is slow or away, as it was read last; and opened for what somebody came for."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from player.pages.wallet.page import WalletPage
from player.pages.wallet.view_model import WalletState
from services.units.money import Money
from services.wire.memberships import MembershipsOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.widgets.skeleton import Skeleton
from tests.fixtures import samples
from tests.fixtures.viewer import shown
from tests.fixtures.viewer_memberships import membership
from tests.fixtures.viewer_scenery import WALLET
from tests.fixtures.window import PreparedClient

ANSWERS = WALLET | {
    "wallet.channels": (samples.channel(),),
    "memberships.mine": MembershipsOut(memberships=(membership("active"),), payments=()),
}
DOWN = ProblemError("service.unreachable")


@pytest.fixture
def kept(page_context: PageContext, client: PreparedClient, tmp_path: Path, qtbot: QtBot) -> PageContext:
    """A profile whose wallet was seen once."""
    context = dataclasses.replace(page_context, profile_path=str(tmp_path), demo=True)
    client.answers |= ANSWERS
    first = _page(context, qtbot)
    qtbot.waitUntil(lambda: None not in _parts(first.model.state) and len([*tmp_path.rglob("wallet-*.json")]) == 8)
    first.hide()
    return context


def _page(context: PageContext, qtbot: QtBot) -> WalletPage:
    page = WalletPage(context)
    qtbot.addWidget(page)
    page.resize(1064, 1400)
    page.show()
    return page


def _parts(state: WalletState) -> tuple[object, ...]:
    return state.wallet, state.receipts, state.balance, state.sums, state.channels, state.budgets, state.payment


def test_with_the_service_down_it_is_shown_as_it_was_seen(
    kept: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    before = dict.fromkeys(ANSWERS, DOWN)
    client.answers |= before
    page = _page(kept, qtbot)
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert _parts(page.model.state) == (
        *(ANSWERS[f"wallet.{name}"] for name in ("state", "receipts", "balance", "reconciliation", "channels")),
        *(ANSWERS[f"wallet.{name}"] for name in ("budgets", "payment")),
    )
    qtbot.waitUntil(lambda: "as seen" in shown(page))
    assert "$0.36" in shown(page)
    qtbot.waitUntil(lambda: not [ghost for ghost in page.findChildren(Skeleton) if ghost.isVisible()])
    lines = page.findChild(QWidget, "wallet.memberships")
    assert lines is not None
    assert lines.isVisible()
    # It comes back, with other numbers.
    client.answers |= ANSWERS | {"wallet.state": samples.wallet(in_channels=Money(0))}
    page.model.refresh()
    qtbot.waitUntil(lambda: page.model.state.as_of is None)
    assert page.model.state.wallet is not None
    assert page.model.state.wallet.in_channels == Money(0)
    assert "as seen" not in shown(page)


def test_with_a_slow_service_it_is_shown_until_the_answer_is_here(
    kept: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    page = _page(kept, qtbot)
    page.model.patience.timeout.emit()
    assert page.model.state.wallet == ANSWERS["wallet.state"]
    assert "as seen" in shown(page)
    qtbot.waitUntil(lambda: page.model.state.as_of is None)
    assert not page.model.patience.isActive()


@pytest.mark.parametrize("at", ["today", "2026-11-20T12:00:00+00:00"])
def test_a_copy_that_cannot_be_read_is_passed_over(
    kept: PageContext, client: PreparedClient, qtbot: QtBot, tmp_path: Path, at: str
) -> None:
    for file in tmp_path.rglob("wallet-*.json"):
        file.write_text(json.dumps({"at": at, "things": []}))
    client.answers |= dict.fromkeys(ANSWERS, DOWN)
    page = _page(kept, qtbot)
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert page.model.state.wallet is None


def _loaded(context: PageContext, client: PreparedClient, qtbot: QtBot) -> WalletPage:
    client.answers |= ANSWERS | {"wallet.channels": ()}
    page = _page(dataclasses.replace(context, demo=True), qtbot)
    qtbot.waitUntil(lambda: None not in _parts(page.model.state))
    return page


def _part(page: WalletPage, name: str) -> QWidget:
    found = page.findChild(QWidget, name)
    assert found is not None, name
    return found


def test_whoever_comes_for_money_or_a_limit_finds_it_open(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    page = _loaded(page_context, client, qtbot)
    page.open({"shows": "add"})
    qtbot.waitUntil(lambda: _part(page, "wallet.add.faucet").isVisible())
    page.open({"shows": "limits"})
    qtbot.waitUntil(lambda: _part(page, "wallet.limit.day").hasFocus())


def test_a_limit_that_is_asked_for_stays_in_sight_when_channels_come_in(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    page = _loaded(page_context, client, qtbot)
    page.resize(1064, 420)
    page.open({"shows": "limits"})
    day = _part(page, "wallet.limit.day")
    qtbot.waitUntil(day.hasFocus)

    def is_in_sight() -> bool:
        return page.viewport().rect().contains(day.mapTo(page.viewport(), day.rect().center()))

    qtbot.waitUntil(is_in_sight)
    client.answers["wallet.channels"] = tuple(samples.channel(number=number) for number in range(1, 7))
    page.model.refresh()
    qtbot.waitUntil(lambda: len(page.findChildren(QWidget, "wallet.channel")) == 6)
    qtbot.waitUntil(is_in_sight)
