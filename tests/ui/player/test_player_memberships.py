"""Joining from the paywall, and the memberships on the wallet page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from player.pages.wallet.page import WalletPage
from player.pages.watch.page import WatchPage
from player.pages.watch.state import Cause
from services.wire.memberships import MembershipsOut, OwnMembershipOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from tests.fixtures import samples
from tests.fixtures.viewer import FakeEngine, accesses, click, open_at_the_wall, shown
from tests.fixtures.viewer_memberships import TIER, membership, offered_film, quote
from tests.fixtures.window import PreparedClient

Shot = Callable[[QWidget, str], None]


@pytest.fixture
def offered(page: WatchPage, engine: FakeEngine, client: PreparedClient, qtbot: QtBot) -> Callable[[str], WatchPage]:
    """Open a film that tiers open, and play until the paywall is up."""

    def make(visibility: str) -> WatchPage:
        client.answers["playback.open"] = offered_film(visibility=visibility)
        open_at_the_wall(page, engine, qtbot)
        return page

    return make


def test_the_paywall_names_each_tier_and_asks_before_it_pays(
    offered: Callable[[str], WatchPage], client: PreparedClient, qtbot: QtBot
) -> None:
    page = offered("chunks")
    assert "Join Supporter – $2.99 a month" in shown(page)
    assert "Join Patron – $5.99 a month" in shown(page)
    client.answers["memberships.quote"] = quote("0.02")
    click(page, "paywall.join")
    qtbot.waitUntil(lambda: page.model.state.joining.quote is not None)
    assert "Join Supporter" in shown(page)
    assert "Pay $2.97" in shown(page)
    assert "You pay $2.99 less $0.02 that you paid for parts this month." in shown(page)
    assert "Watch this part" not in shown(page)
    assert not client.called("memberships.join")
    client.answers["memberships.join"] = None
    client.answers["playback.open"] = offered_film(state="free")
    click(page, "paywall.join.pay")
    qtbot.waitUntil(lambda: page.model.state.paywall is None)
    (((tier,), named),) = client.called("memberships.join")
    assert (tier, named["amount"]) == (TIER.tier_id, samples.usd("2.97"))
    assert {access.value for access in accesses(page.model)} == {"free"}


def test_the_keys_act_on_the_card_while_it_asks_and_on_the_film_when_it_goes(
    offered: Callable[[str], WatchPage], client: PreparedClient, qtbot: QtBot
) -> None:
    page = offered("chunks")
    client.answers["memberships.quote"] = quote()
    join = page.findChild(QWidget, "paywall.join")
    assert join is not None
    join.setFocus()
    QTest.keyClick(join, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.state.joining.quote is not None)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "paywall.join.leave"
    client.answers["memberships.join"] = None
    client.answers["playback.open"] = offered_film(state="free")
    click(page, "paywall.join.pay")
    qtbot.waitUntil(lambda: page.model.state.paywall is None)
    assert QApplication.focusWidget() is page


def test_who_does_not_want_to_goes_back_and_pays_nothing(
    offered: Callable[[str], WatchPage], client: PreparedClient, qtbot: QtBot
) -> None:
    page = offered("chunks")
    client.answers["memberships.quote"] = quote()
    click(page, "paywall.join")
    qtbot.waitUntil(lambda: page.model.state.joining.quote is not None)
    click(page, "paywall.join.leave")
    assert "Watch this part for $0.01" in shown(page)
    assert not client.called("memberships.join")


def test_members_only_sells_no_parts(offered: Callable[[str], WatchPage], client: PreparedClient) -> None:
    page = offered("members")
    paywall = page.model.state.paywall
    assert paywall is not None
    assert paywall.cause is Cause.MEMBERS
    assert "For members" in shown(page)
    for gone in ("Watch this part", "Watch, up to", "Buy the rest", "per minute"):
        assert gone not in shown(page)
    # The whole card is seen where there is room for it.
    held = page.stage.paywall
    assert held.visibleRegion().boundingRect().height() == held.height()


def test_a_refused_payment_is_said_and_the_tiers_stay(
    offered: Callable[[str], WatchPage], client: PreparedClient, qtbot: QtBot
) -> None:
    page = offered("members")
    client.answers["memberships.quote"] = quote()
    client.answers["memberships.join"] = ProblemError("budget.creator", limit=1_000_000, spent=0, amount=2_990_000)
    click(page, "paywall.join")
    qtbot.waitUntil(lambda: page.model.state.joining.quote is not None)
    click(page, "paywall.join.pay")
    qtbot.waitUntil(lambda: page.model.state.joining.problem is not None)
    assert "Join Supporter" in shown(page)
    assert page.findChild(QWidget, "paywall.join.problem").isVisible()  # type: ignore[union-attr]


@pytest.fixture
def wallet(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> Callable[..., WalletPage]:
    def make(*memberships: OwnMembershipOut) -> WalletPage:
        client.answers |= {
            "wallet.state": samples.wallet(), "wallet.channels": (), "wallet.receipts": (),
            "wallet.reconciliation": samples.viewer_books(), "wallet.budgets": samples.budgets(),
            "wallet.payment": samples.PAYMENT, "health": samples.HEALTH,
            "memberships.mine": MembershipsOut(memberships=memberships, payments=()),
        }  # fmt: skip
        page = WalletPage(page_context)
        qtbot.addWidget(page)
        page.resize(1064, 1400)
        with qtbot.waitExposed(page):
            page.show()
        card = page.findChild(QWidget, "wallet.memberships")
        assert card is not None
        qtbot.waitUntil(lambda: card.isVisible() == bool(memberships) and page.model.state.sums is not None)
        return page

    return make


def test_the_wallet_lists_memberships_and_cancels_one(
    wallet: Callable[..., WalletPage], client: PreparedClient, qtbot: QtBot
) -> None:
    page = wallet(membership("active"))
    qtbot.waitUntil(lambda: "Renews on" in shown(page))
    assert "Supporter · Slow Lantern" in shown(page)
    assert "$2.99 a month. Renews on" in shown(page)
    ending = membership("ending", reason="cancelled")
    ending = ending.model_copy(update={"membership": ending.membership.model_copy(update={"id": "active"})})
    client.answers["memberships.cancel"] = MembershipsOut(memberships=(ending,), payments=())
    click(page, "wallet.membership.cancel")
    qtbot.waitUntil(lambda: "You cancelled it." in shown(page))
    assert client.called("memberships.cancel") == [(("active",), {})]
    assert "Keep it" in shown(page)
    client.answers["memberships.resume"] = MembershipsOut(memberships=(membership("active"),), payments=())
    click(page, "wallet.membership.resume")
    qtbot.waitUntil(lambda: "Renews on" in shown(page))
    assert client.called("memberships.resume") == [(("active",), {})]


def test_a_renewal_that_failed_says_why(wallet: Callable[..., WalletPage], qtbot: QtBot) -> None:
    page = wallet(membership("lapsed", reason="price"), membership("lapsed", reason="budget.day"))
    qtbot.waitUntil(lambda: "The creator changed the price" in shown(page))
    assert "Cancel" not in shown(page)


def test_without_memberships_there_is_no_card(wallet: Callable[..., WalletPage]) -> None:
    page = wallet()
    card = page.findChild(QWidget, "wallet.memberships")
    assert card is not None
    assert not card.isVisible()
