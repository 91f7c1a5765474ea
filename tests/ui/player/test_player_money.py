"""Money in and out of the wallet by click: the faucet, the address, the two steps of sending, the back-up asked for."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import segno
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from player.pages.wallet.balance import REASONS
from player.pages.wallet.page import WalletPage
from player.pages.wallet.qr import QrCode
from services.units.address import address
from services.units.money import ZERO
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from tests.fixtures import samples
from tests.fixtures.viewer import click, shown
from tests.fixtures.viewer_states import BY_ITSELF, CHECKED, NO_BACKUP, PAYEE, REAL_WALLET, sending, type_into, visible
from tests.fixtures.window import PreparedClient, Shell

Show = Callable[..., WalletPage]


@pytest.fixture
def show(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> Show:
    """Show a wallet of real money, or of demo money."""

    def make(*, demo: bool = False) -> WalletPage:
        for name, answer in REAL_WALLET.items():
            client.answers.setdefault(name, answer)
        page = WalletPage(dataclasses.replace(page_context, demo=demo))
        qtbot.addWidget(page)
        page.resize(1064, 1400)
        with qtbot.waitExposed(page):
            page.show()
        qtbot.waitUntil(lambda: page.model.state.backup is not None and page.model.state.chain_id is not None)
        qtbot.waitUntil(lambda: page.model.state.wallet is not None)
        return page

    return make


def words(page: WalletPage, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def button(page: WalletPage, name: str) -> QAbstractButton:
    found = page.findChild(QAbstractButton, name)
    assert found is not None, name
    return found


def test_the_address_is_there_for_people_and_for_phones(show: Show, shell: Shell) -> None:
    page = show()
    click(page, "wallet.open.add")
    assert visible(page, "wallet.add.outside")
    assert not visible(page, "wallet.add.faucet")
    own = samples.wallet().address
    assert own is not None
    assert words(page, "wallet.add.address").replace(" ", "") == own
    code = page.findChild(QrCode, "wallet.add.code")
    assert code is not None
    # The address itself, and nothing around it: some readers open what looks like a link.
    assert code.modules == tuple(bytes(row) for row in segno.make(own, error="m", micro=False).matrix)
    assert code.modules != tuple(bytes(row) for row in segno.make(own[:-1] + "0", error="m", micro=False).matrix)
    finder = [bytes(row[:7]) for row in code.modules[:7]]
    assert finder[0] == finder[6] == bytes([1] * 7)
    assert finder[3] == bytes([1, 0, 1, 1, 1, 0, 1])
    click(page, "wallet.add.copy")
    assert QGuiApplication.clipboard().text() == own
    assert shell.said == ["The wallet's address is copied."]
    click(page, "wallet.open.add")
    assert not visible(page, "wallet.add")


def test_demo_money_comes_by_click_and_needs_no_address(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["demo.give"] = None
    page = show(demo=True)
    click(page, "wallet.open.add")
    assert not visible(page, "wallet.add.code")
    before = len(client.called("wallet.state"))
    click(page, "wallet.add.faucet")
    qtbot.waitUntil(lambda: client.called("demo.give") == [(("creator",), {})])
    qtbot.waitUntil(lambda: len(client.called("wallet.state")) > before)


def test_sending_shows_all_of_it_and_moves_nothing_before_the_second_step(
    show: Show, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["wallet.send"] = sending("sent", ordinal=3)
    page = show()
    click(page, "wallet.open.send")
    assert not button(page, "wallet.send.check").isEnabled()
    type_into(page, "wallet.send.payee", PAYEE)
    type_into(page, "wallet.send.amount", "4.5")
    click(page, "wallet.send.check")
    qtbot.waitUntil(lambda: visible(page, "wallet.send.confirm"))
    assert client.called("wallet.check_sending") == [((), {"payee": PAYEE, "amount": samples.usd("4.5")})]
    said = shown(page)
    for part in ("0x 5aAe b605", "$4.50", "$0.0042", "$19.9", "A program owns this address"):
        assert part in said, part
    assert client.called("wallet.send") == []
    type_into(page, "wallet.send.passphrase", "correct horse battery")
    client.answers["wallet.sendings"] = (sending("confirmed", ordinal=3),)
    click(page, "wallet.send.confirm")
    qtbot.waitUntil(lambda: len(client.called("wallet.send")) == 1)
    assert client.called("wallet.send")[0][1] == {
        "ordinal": CHECKED.ordinal,
        "payee": address(PAYEE),
        "amount": CHECKED.amount,
        "passphrase": "correct horse battery",
    }
    qtbot.waitUntil(lambda: words(page, "wallet.send.done") == "$4.50 to 0x5aAe…eAed: arrived.")
    assert not visible(page, "wallet.send.checked")


def test_a_refused_passphrase_keeps_the_order_and_its_number(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["wallet.send"] = ProblemError("wallet.wrong_passphrase")
    page = show()
    click(page, "wallet.open.send")
    type_into(page, "wallet.send.payee", PAYEE)
    type_into(page, "wallet.send.amount", "4.5")
    click(page, "wallet.send.check")
    qtbot.waitUntil(lambda: visible(page, "wallet.send.confirm"))
    for count in (1, 2):
        click(page, "wallet.send.confirm")
        qtbot.waitUntil(partial(_was_sent, client, count))
        qtbot.waitUntil(lambda: button(page, "wallet.send.confirm").isEnabled())
    assert {call[1]["ordinal"] for call in client.called("wallet.send")} == {CHECKED.ordinal}
    assert "does not open the wallet" in words(page, "wallet.send.problem")


def _was_sent(client: PreparedClient, times: int) -> bool:
    return len(client.called("wallet.send")) == times


def test_an_address_with_a_slip_says_so(show: Show, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["wallet.check_sending"] = ProblemError("send.checksum")
    page = show()
    click(page, "wallet.open.send")
    type_into(page, "wallet.send.payee", PAYEE.replace("A", "a", 1))
    type_into(page, "wallet.send.amount", "1")
    click(page, "wallet.send.check")
    qtbot.waitUntil(lambda: "checksum does not fit" in words(page, "wallet.send.problem"))
    assert not visible(page, "wallet.send.checked")


def test_a_back_up_is_asked_for_once_there_is_money(show: Show, client: PreparedClient, shell: Shell) -> None:
    client.answers["wallet.state"] = samples.wallet(available=ZERO, in_channels=ZERO)
    page = show()
    assert not visible(page, "wallet.backup")
    page.model._on_wallet(samples.wallet(available=samples.usd("5")))
    assert visible(page, "wallet.backup")
    click(page, "wallet.backup.now")
    assert shell.visited == [("settings", {})]
    click(page, "wallet.backup.later")
    assert not visible(page, "wallet.backup")
    made = NO_BACKUP.model_copy(update={"made_at": samples.NOW})
    assert not dataclasses.replace(page.model.state, later=False, backup=made).asks_for_backup


def test_every_kind_of_entry_that_moves_the_wallet_has_its_reason() -> None:
    source = (Path(__file__).parents[3] / "services" / "desk" / "money.py").read_text()
    kinds = set(re.findall(r'kind="([a-z_.]+)"', source)) - {"earned"}
    for prefix, body in _steps(source):
        kinds |= {f"{prefix}.{step}" for step in body}
    # What is paid, keyed or landed from money set aside does not change what can be spent.
    silent = {"purchase.paid", "membership.paid", "refund.paid", "sending.paid", "tip.paid", "pass.paid"}
    assert kinds - silent <= REASONS.keys()


def _steps(source: str) -> list[tuple[str, set[str]]]:
    found = []
    for function in re.split(r"\ndef ", source):
        named = re.search(r'kind=f"([a-z]+)\.\{step\}"', function)
        if named:
            found.append((named[1], set(re.findall(r'"([a-z_]+)": \(', function))))
    return found


def test_films_that_buy_by_themselves_are_listed_and_ended_by_one_click(
    show: Show, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["wallet.budgets"] = samples.budgets().model_copy(update={"films": (BY_ITSELF,)})
    page = show()
    qtbot.waitUntil(lambda: "$0.12 of $0.50" in shown(page))
    assert BY_ITSELF.title in shown(page)
    client.answers |= {"playback.set_budget": None, "wallet.budgets": samples.budgets()}
    click(page, "wallet.film.end")
    qtbot.waitUntil(lambda: BY_ITSELF.title not in shown(page))
    assert client.called("playback.set_budget") == [((samples.FILM, ZERO), {})]
