"""The wallet: channels and both ways back, limits and their passphrase, the way of paying, and books that wait."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from player.pages.wallet.page import WalletPage
from services.units.money import Money
from services.wire.desk import ChannelOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.widgets.tile import Tile
from tests.fixtures import samples
from tests.fixtures.viewer import click, shown
from tests.fixtures.viewer_scenery import WALLET
from tests.fixtures.window import PreparedClient, Shell

READY = samples.NOW + timedelta(hours=24)
Show = Callable[..., WalletPage]


@pytest.fixture
def show(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> Show:
    """Show the wallet with these channels; demo or not."""
    client.answers |= WALLET

    def make(*channels: ChannelOut, demo: bool = True) -> WalletPage:
        client.answers["wallet.channels"] = channels
        page = WalletPage(dataclasses.replace(page_context, demo=demo))
        qtbot.addWidget(page)
        page.resize(1064, 1400)
        with qtbot.waitExposed(page):
            page.show()
        qtbot.waitUntil(lambda: None not in dataclasses.astuple(page.model.state)[:6])
        qtbot.waitUntil(lambda: page.model.state.offer == samples.HEALTH.channels)
        # Qt shows what was laid out later in its next turn.
        late = [*page.findChildren(QWidget, "wallet.channel"), *page.findChildren(QLabel, "wallet.used.creator")]
        qtbot.waitUntil(lambda: all(widget.isVisible() for widget in late))
        return page

    return make


def button(page: WalletPage, name: str) -> QAbstractButton:
    found = page.findChild(QAbstractButton, name)
    assert found is not None, name
    return found


def field(page: WalletPage, name: str) -> QLineEdit:
    found = page.findChild(QLineEdit, name)
    assert found is not None, name
    return found


def words(page: WalletPage, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def overwrite(page: WalletPage, name: str, value: str) -> None:
    field(page, name).selectAll()
    QTest.keyClicks(field(page, name), value)


def test_the_tiles_tell_where_the_money_is(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["wallet.state"] = samples.wallet(
        available=samples.usd("24.5"),
        in_channels=samples.usd("0.36"),
        promised=samples.usd("0.01"),
        refundable=samples.usd("0.35"),
        spent=samples.usd("0.14"),
        in_flight=samples.usd("0.5"),
    )
    page = show(samples.channel())
    tiles = {tile.objectName().rpartition(".")[2]: tile for tile in page.findChildren(Tile)}
    shown_sums = {name: tile.value_text for name, tile in tiles.items()}
    assert shown_sums == {
        "available": "$24.50",
        "in_budget": "$0.36",
        "in_flight": "$0.50",
        "refundable": "$0.35",
    }
    assert "$0.01 promised" in tiles["in_budget"].accessibleName()


def test_an_open_channel_says_what_lies_in_it(show: Show) -> None:
    page = show(samples.channel())
    line = page.findChild(QWidget, "wallet.channel")
    assert line is not None
    said = shown(line)
    for part in ("Slow Lantern", "since 19 Nov, 14:05", "$0.50", "$0.14", "$0.36", "open", "after 7 days"):
        assert part in said
    assert "$0.36 comes back" in line.accessibleName()


def test_a_creator_without_a_name_is_its_address(show: Show) -> None:
    page = show(samples.channel(number=2))
    assert "0xd2d2…d2d2" in shown(page)


def test_without_channels_it_says_how_they_come(show: Show) -> None:
    assert "No channels yet." in shown(show())


def test_the_rest_comes_back_by_one_click(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    channel = samples.channel()
    page = show(channel, samples.channel(number=2))
    closed = samples.channel("closed", refundable=Money(0), deposited=samples.usd("0.14"))
    client.answers["wallet.refund"] = (closed,)
    client.answers["wallet.channels"] = (closed,)
    click(page, "wallet.channel.refund")
    assert page.model.state.acting == channel.id
    assert not button(page, "wallet.channel.withdraw").isEnabled()
    page.model.refund(channel.id)
    qtbot.waitUntil(lambda: page.model.state.acting is None)
    assert client.called("wallet.refund") == [((channel.id,), {})]
    qtbot.waitUntil(lambda: "Nothing is left in it." in shown(page))
    assert not button(page, "wallet.channel.refund").isVisible()


def test_a_withdrawal_says_what_it_takes_before_it_is_announced(
    show: Show, client: PreparedClient, qtbot: QtBot
) -> None:
    channel = samples.channel()
    page = show(channel)
    click(page, "wallet.channel.withdraw")
    said = shown(page)
    assert "24 hours" in said
    assert "network fee" in said
    assert not client.called("wallet.withdraw")
    click(page, "wallet.channel.cancel")
    assert "24 hours" not in shown(page)
    announced = samples.channel("withdrawing", ready_at=READY)
    client.answers |= {"wallet.withdraw": (announced,), "wallet.channels": (announced,)}
    click(page, "wallet.channel.withdraw")
    assert button(page, "wallet.channel.confirm").text() == "Withdraw $0.36"
    click(page, "wallet.channel.confirm")
    qtbot.waitUntil(lambda: page.model.state.channels == (announced,))
    assert client.called("wallet.withdraw") == [((channel.id,), {})]
    assert "Ready on 22 Nov, 14:05." in shown(page)
    assert "24 hours" not in shown(page)
    assert button(page, "wallet.channel.finish").isVisible()
    assert not button(page, "wallet.channel.finish").isEnabled()


@pytest.mark.parametrize(("hours", "ready"), [(-1, True), (0, True), (1, False)])
def test_a_withdrawal_is_finished_when_its_time_has_come(
    show: Show, client: PreparedClient, qtbot: QtBot, hours: int, ready: bool
) -> None:
    page = show(samples.channel("withdrawing", ready_at=samples.NOW + timedelta(hours=hours)))
    finish = button(page, "wallet.channel.finish")
    assert finish.isEnabled() is ready
    client.answers["wallet.withdraw"] = (samples.channel("closed", refundable=Money(0)),)
    QTest.mouseClick(finish, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.state.acting is None)
    assert len(client.called("wallet.withdraw")) == int(ready)


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        (samples.channel("refunding"), "The seller is giving $0.36 back."),
        (samples.channel("withdrawing"), "Being announced on the chain."),
        (samples.channel(promised=samples.usd("0.01"), can_refund=False), "$0.01 is promised"),
        (samples.channel(can_refund=False), "Opened on another device"),
        (samples.channel(refundable=Money(0)), "All of it is spent."),
        (samples.channel(refundable=Money(0), deposited=Money(0), spent=Money(0)), "Nothing is in it yet."),
    ],
)
def test_each_state_says_what_is_going_on(show: Show, channel: ChannelOut, says: str) -> None:
    page = show(channel)
    assert says in words(page, "wallet.channel.words")
    assert not button(page, "wallet.channel.refund").isVisible()


def test_another_devices_channel_can_be_withdrawn_without_the_seller(show: Show) -> None:
    page = show(samples.channel(can_refund=False))
    assert button(page, "wallet.channel.withdraw").isVisible()


def test_a_refusal_stays_until_the_next_try_and_can_be_tried_again(
    show: Show, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    page = show(samples.channel())
    client.answers["wallet.withdraw"] = ProblemError("wallet.locked")
    click(page, "wallet.channel.withdraw")
    click(page, "wallet.channel.confirm")
    qtbot.waitUntil(lambda: page.model.state.refusal is not None)
    page.model.refresh()
    assert page.banner.isVisible()
    QTest.mouseClick(page.banner.button, Qt.MouseButton.LeftButton)
    client.answers["wallet.withdraw"] = (samples.channel("withdrawing", ready_at=READY),)
    shell.handled[0][1]()
    qtbot.waitUntil(lambda: len(client.called("wallet.withdraw")) == 2)
    qtbot.waitUntil(page.banner.isHidden)


def test_a_refusal_that_leads_to_the_wallet_is_put_away_here(
    show: Show, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    page = show(samples.channel())
    client.answers["wallet.refund"] = ProblemError("channel.refused")
    click(page, "wallet.channel.refund")
    qtbot.waitUntil(page.banner.isVisible)
    QTest.mouseClick(page.banner.button, Qt.MouseButton.LeftButton)
    assert page.banner.isHidden()
    assert not shell.handled


def test_limits_show_what_is_used_today(show: Show) -> None:
    said = shown(show(samples.channel()))
    assert "$0.14 of $10.00" in said
    assert "$0.14 of $5.00" in said
    assert "At most $10.00 a day, and $5.00 a day for each creator." in said


def test_lowering_a_limit_asks_for_nothing(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    page = show(demo=False)
    client.answers["wallet.set_budgets"] = samples.budgets(day="2")
    click(page, "wallet.limits.change")
    overwrite(page, "wallet.limit.day", "2")
    assert not field(page, "wallet.limit.passphrase").isVisible()
    click(page, "wallet.limits.save")
    qtbot.waitUntil(lambda: not page.model.state.changing)
    limits = {"day": samples.usd("2"), "creator": samples.usd("5"), "passphrase": None}
    assert client.called("wallet.set_budgets") == [((), limits)]
    assert "$0.14 of $2.00" in shown(page)


def test_raising_a_limit_asks_for_the_passphrase_and_says_when_it_is_wrong(
    show: Show, client: PreparedClient, qtbot: QtBot
) -> None:
    page = show(demo=False)
    click(page, "wallet.limits.change")
    overwrite(page, "wallet.limit.creator", "7.5")
    assert field(page, "wallet.limit.passphrase").isVisible()
    assert not button(page, "wallet.limits.save").isEnabled()
    client.answers["wallet.set_budgets"] = ProblemError("wallet.wrong_passphrase")
    QTest.keyClicks(field(page, "wallet.limit.passphrase"), "correct horse")
    QTest.keyClick(field(page, "wallet.limit.passphrase"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "does not open the wallet" in shown(page))
    assert page.banner.isHidden()
    client.answers["wallet.set_budgets"] = samples.budgets(creator="7.5")
    click(page, "wallet.limits.save")
    qtbot.waitUntil(lambda: not page.model.state.changing)
    assert client.called("wallet.set_budgets")[-1][1]["passphrase"] == "correct horse"
    assert not field(page, "wallet.limit.passphrase").isVisible()


def test_a_demo_wallet_asks_for_no_passphrase(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    page = show(demo=True)
    click(page, "wallet.limits.change")
    overwrite(page, "wallet.limit.day", "20")
    assert not field(page, "wallet.limit.passphrase").isVisible()
    client.answers["wallet.set_budgets"] = ProblemError("budget.invalid")
    click(page, "wallet.limits.save")
    qtbot.waitUntil(lambda: "That is not a budget." in shown(page))
    click(page, "wallet.limits.cancel")
    assert "That is not a budget." not in shown(page)


@pytest.mark.parametrize("text", ["", "ten", "1.2345678"])
def test_what_is_no_amount_cannot_be_saved(show: Show, text: str) -> None:
    page = show()
    click(page, "wallet.limits.change")
    QTest.keyClick(field(page, "wallet.limit.day"), Qt.Key.Key_Delete)
    QTest.keyClicks(field(page, "wallet.limit.day"), text)
    assert not button(page, "wallet.limits.save").isEnabled()


@pytest.mark.parametrize(
    ("name", "wanted", "says"),
    [
        ("wallet.method.chain", {"method": "chain", "refund_after_days": None}, "a transaction of its own"),
        ("wallet.rest.sitting", {"method": None, "refund_after_days": 0}, "By itself at the end of a sitting"),
    ],
)
def test_the_way_of_paying_is_chosen_by_a_click(
    show: Show, client: PreparedClient, qtbot: QtBot, name: str, wanted: dict[str, object], says: str
) -> None:
    page = show()
    assert button(page, "wallet.method.channel").isChecked()
    assert button(page, "wallet.rest.days").isChecked()
    chosen = {key: value for key, value in wanted.items() if value is not None}
    client.answers["wallet.set_payment"] = samples.PAYMENT.model_copy(update=chosen)
    client.answers["wallet.payment"] = samples.PAYMENT.model_copy(update=chosen)
    click(page, name)
    qtbot.waitUntil(lambda: not page.model.state.choosing)
    assert client.called("wallet.set_payment") == [((), wanted)]
    assert button(page, name).isChecked()
    assert says in shown(page)


def test_a_choice_that_was_not_kept_is_shown_as_it_was(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    page = show()
    client.answers["wallet.set_payment"] = ProblemError("service.unreachable")
    click(page, "wallet.method.chain")
    qtbot.waitUntil(lambda: page.model.state.refusal is not None)
    assert button(page, "wallet.method.channel").isChecked()
    assert page.banner.isVisible()


@pytest.mark.parametrize(
    ("offer", "says"),
    [
        ("offered", "are offered on this chain"),
        ("unknown_chain", "none are known for this chain"),
        ("not_deployed", "their contract is not on this chain"),
        ("other_code", "not the audited one"),
        ("unknown", "is not known"),
    ],
)
def test_whether_channels_are_offered_is_a_sentence(
    show: Show, client: PreparedClient, qtbot: QtBot, offer: str, says: str
) -> None:
    page = show()
    client.answers["health"] = samples.HEALTH.model_copy(update={"channels": offer})
    page.model.refresh()
    qtbot.waitUntil(lambda: page.model.state.offer == offer)
    assert says in words(page, "wallet.channels.offer")


def test_nothing_is_said_and_nothing_can_be_pressed_before_it_is_known(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers |= {"wallet.state": samples.wallet(), "wallet.payment": samples.PAYMENT}
    page = WalletPage(page_context)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.model.state.payment is not None)
    assert "payment channels" not in shown(page).lower()
    # The channels above are still to come, and would push these buttons away from under the pointer.
    assert not button(page, "wallet.method.chain").isEnabled()
    client.answers |= {"wallet.channels": (), "wallet.budgets": samples.budgets()}
    page.model.refresh()
    qtbot.waitUntil(button(page, "wallet.method.chain").isEnabled)


def test_the_books_say_what_waits_and_do_not_miss_the_nodes_deposits(show: Show) -> None:
    page = show()
    assert words(page, "reconcile.waiting") == "Paid: $0.03 of it not yet brought to the chain."
    table = page.findChild(QAbstractItemView, "reconcile.table")
    assert table is not None
    rows = [[str(table.model().index(row, at).data()) for at in range(5)] for row in range(2)]
    assert rows == [
        ["Paid", "$0.11", "$0.14", "$0.14", "agrees"],
        ["In channels", "$0.50", "–", "$0.50", "agrees"],
    ]
    assert "All agree" in shown(page)


def test_a_receipt_by_voucher_says_so(show: Show) -> None:
    page = show()
    table = page.findChild(QAbstractItemView, "wallet.receipts")
    assert table is not None
    assert table.model().index(0, 4).data() == "by channel"


def test_a_page_that_is_not_seen_reads_nothing_at_each_purchase(
    show: Show, client: PreparedClient, qtbot: QtBot
) -> None:
    page = show()
    page.hide()
    before = len(client.called("wallet.reconciliation"))
    page.model.context.events.changed.emit("purchase", ())
    page.show()
    page.model.context.events.changed.emit("channel", ())
    qtbot.waitUntil(lambda: len(client.called("wallet.reconciliation")) == before + 1)
