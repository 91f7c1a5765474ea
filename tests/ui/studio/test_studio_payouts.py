"""Payouts: a check before anything is sent, live states, one withdrawal for one wish, and a plain "nothing"."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from services.units.money import Money
from services.wire.base import ProblemOut
from services.wire.earnings import WithdrawalState
from services.wire.kyc import DocumentOut, KycState
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.pages.payouts.page import PayoutsPage
from tests.fixtures import samples
from tests.fixtures.browser import Browser
from tests.fixtures.samples_settings import standing
from tests.fixtures.window import PreparedClient, Shell


@pytest.fixture
def page(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> PayoutsPage:
    """The page with $31.2045 available, shown."""
    client.answers |= {
        "payouts.state": samples.payouts(),
        "payouts.precheck": samples.precheck(),
        "wallet.reconciliation": samples.reconciliation(),
    }
    made = PayoutsPage(page_context)
    qtbot.addWidget(made)
    made.resize(1000, 900)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.model.state.payouts is not None and made.model.state.sums is not None)
    return made


def press(page: PayoutsPage, name: str) -> None:
    found = page.findChild(Button, name)
    assert found is not None
    assert found.isEnabled()
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def step_is(page: PayoutsPage, step: str) -> Callable[[], bool]:
    return lambda: page.model.state.step == step


def test_the_check_says_what_would_happen_and_sends_nothing(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient
) -> None:
    assert page._available.value_text == "$31.20"
    press(page, "payouts.withdraw")
    qtbot.waitUntil(step_is(page, "confirm"))
    assert page._check.isVisible()
    assert page._check._get.value.text() == "$31.2045"
    assert page._check._fee.value.text() == "$0.0013"
    assert page._check._fee.value.toolTip() == "$0.0013"
    assert not client.called("payouts.withdraw")
    press(page, "payouts.cancel")
    assert not page._check.isVisible()


def test_a_withdrawal_is_followed_to_its_end(qtbot: QtBot, page: PayoutsPage, client: PreparedClient) -> None:
    client.answers["payouts.withdraw"] = samples.withdrawal("sent", amount="31.2045")
    client.answers["payouts.state"] = samples.payouts(samples.withdrawal("sent", amount="31.2045"), available="0")
    press(page, "payouts.withdraw")
    qtbot.waitUntil(step_is(page, "confirm"))
    press(page, "payouts.confirm")
    qtbot.waitUntil(step_is(page, "following"))
    assert "waiting for its block" in page._state.accessibleName()
    assert not page._withdraw.isEnabled()
    client.answers["payouts.state"] = samples.payouts(samples.withdrawal(amount="31.2045"), available="0")
    page.model.context.events.changed.emit("payout", ("w1",))
    qtbot.waitUntil(lambda: "Done" in page._state.accessibleName())
    assert len(client.called("payouts.withdraw")) == 1
    assert page._withdraw.isEnabled()


def test_a_second_click_while_sending_sends_nothing_more(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient
) -> None:
    press(page, "payouts.withdraw")
    qtbot.waitUntil(step_is(page, "confirm"))
    page.model.confirm()
    page.model.confirm()
    page.model.withdraw()
    qtbot.waitUntil(lambda: bool(client.called("payouts.withdraw")))
    assert page.model.state.step == "sending"
    assert len(client.called("payouts.withdraw")) == 1


@pytest.mark.parametrize("by", ["check", "refusal"])
def test_nothing_to_withdraw_is_a_sentence(qtbot: QtBot, page: PayoutsPage, client: PreparedClient, by: str) -> None:
    if by == "check":
        client.answers["payouts.precheck"] = samples.precheck("0", ProblemOut(code="withdrawal.nothing"))
    else:
        client.answers["payouts.withdraw"] = ProblemError("withdrawal.nothing")
    press(page, "payouts.withdraw")
    if by == "refusal":
        qtbot.waitUntil(step_is(page, "confirm"))
        press(page, "payouts.confirm")
    qtbot.waitUntil(step_is(page, "nothing"))
    assert page._state.isVisible()
    assert "There is nothing to withdraw." in page._state.accessibleName()
    assert page.banner.isHidden()


def test_no_gas_takes_the_button_away_and_says_why_and_who_acts(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient, shell: Shell
) -> None:
    poor = samples.precheck(problem=ProblemOut(code="withdrawal.no_gas"))
    client.answers["payouts.precheck"] = poor.model_copy(update={"gas": samples.usd("0.0003")})
    press(page, "payouts.withdraw")
    qtbot.waitUntil(step_is(page, "confirm"))
    confirm = page.findChild(Button, "payouts.confirm")
    assert confirm is not None
    assert not confirm.isEnabled()
    words = page._check._blocked.words
    assert "network fee" in words
    assert "You act" in words
    assert "short of $0.001." in words
    press(page, "payouts.copy")
    assert QApplication.clipboard().text() == samples.CREATOR
    assert shell.said == ["Address copied."]


def test_a_locked_wallet_can_be_opened_and_the_check_comes_again(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient, shell: Shell
) -> None:
    client.answers["payouts.withdraw"] = ProblemError("wallet.locked")
    press(page, "payouts.withdraw")
    qtbot.waitUntil(step_is(page, "confirm"))
    press(page, "payouts.confirm")
    qtbot.waitUntil(page.banner.isVisible)
    page.banner.button.click()
    shell.handled[0][1]()
    qtbot.waitUntil(step_is(page, "confirm"))


@pytest.mark.parametrize(
    ("state", "says"),
    [("unknown", "will not be sent twice"), ("failed", "where they were"), ("signed", "kept on this computer")],
)
def test_each_state_has_its_words(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, state: WithdrawalState, says: str
) -> None:
    client.answers |= {"payouts.state": samples.payouts(samples.withdrawal(state))}
    page = PayoutsPage(page_context)
    qtbot.addWidget(page)
    page.model._on_withdrawal(samples.withdrawal(state))
    assert says in page._state.accessibleName()
    qtbot.waitUntil(lambda: page.model.state.payouts is not None)


def test_an_open_withdrawal_is_followed_after_a_restart(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers["payouts.state"] = samples.payouts(samples.withdrawal("unknown"))
    page = PayoutsPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(step_is(page, "following"))
    assert not page.model.state.may_withdraw


def test_the_chain_that_cannot_be_read_is_a_dash(qtbot: QtBot, page: PayoutsPage, client: PreparedClient) -> None:
    client.answers["payouts.state"] = samples.payouts().model_copy(update={"available": None})
    page.model.refresh()
    qtbot.waitUntil(lambda: page._available.value_text == "–")


def test_the_three_books_stand_in_the_table(page: PayoutsPage) -> None:
    table = page.findChild(QAbstractItemView, "reconcile.table")
    assert table is not None
    row = [str(table.model().index(0, column).data()) for column in range(5)]
    assert row == ["Earned", "$69.0045", "$69.0045", "$69.0045", "agrees"]


def _asked(page: PayoutsPage) -> str:
    words = page.findChild(QLabel, "payouts.collect.words")
    assert words is not None
    assert words.isVisible()
    return words.text()


def test_what_is_on_its_way_is_brought_in_once_it_was_confirmed(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient
) -> None:
    assert page._pending.value_text == "$0.126"
    assert page._incoming.accessibleName() == "On its way: $0.126"
    home = samples.payouts(available="31.3305", pending="0")
    client.answers |= {"payouts.collect": home, "payouts.state": home}
    press(page, "payouts.collect")
    assert _asked(page) == (
        "$0.126 goes to your own balance at the Escrow. The node pays the network's fee; you pay none."
    )
    press(page, "payouts.collect.keep")
    assert not client.called("payouts.collect")
    press(page, "payouts.collect")
    press(page, "payouts.collect.sure")
    assert page._incoming._collect.text() == "Bringing it in…"
    page.model.collect()
    qtbot.waitUntil(lambda: page._pending.value_text == "$0.00")
    assert len(client.called("payouts.collect")) == 1
    assert page._available.value_text == "$31.33"
    assert page._incoming.accessibleName() == "Nothing is on its way"
    qtbot.waitUntil(page._incoming._collect.isEnabled)


def test_what_could_not_be_brought_in_says_why_and_can_be_tried_again(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient, shell: Shell
) -> None:
    client.answers["payouts.collect"] = ProblemError("chain.unreachable")
    press(page, "payouts.collect")
    press(page, "payouts.collect.sure")
    qtbot.waitUntil(page.banner.isVisible)
    page.model.refresh()
    assert page.banner.happened.text() == "The payment chain cannot be reached."
    page.banner.button.click()
    client.answers["payouts.collect"] = samples.payouts(pending="0")
    shell.handled[0][1]()
    qtbot.waitUntil(lambda: len(client.called("payouts.collect")) == 2)
    qtbot.waitUntil(page.banner.isHidden)


def test_a_node_that_does_not_say_is_a_dash(qtbot: QtBot, page: PayoutsPage, client: PreparedClient) -> None:
    client.answers["payouts.state"] = samples.payouts(pending=None)
    page.model.refresh()
    qtbot.waitUntil(lambda: page._pending.value_text == "–")
    assert "does not say" in page._incoming.accessibleName()


def test_the_payee_stands_in_full_in_the_check(qtbot: QtBot, page: PayoutsPage) -> None:
    press(page, "payouts.withdraw")
    qtbot.waitUntil(step_is(page, "confirm"))
    assert page._check._to.value.text() == samples.CREATOR


def test_what_is_on_its_way_leads_to_its_sales(page: PayoutsPage, shell: Shell) -> None:
    page._pending.opened.emit()
    assert shell.visited == [("earnings", {"days": "28", "by": "source", "key": "chunks"})]


def test_a_line_of_the_history_opens_its_transaction(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient, shell: Shell, browser: Browser
) -> None:
    client.answers |= {"payouts.state": samples.payouts(samples.withdrawal()), "health": samples.HEALTH}
    page.model.refresh()
    qtbot.waitUntil(lambda: page._history.table.isVisible() and bool(client.called("health")))
    page._history.table.opened.emit(samples.withdrawal())
    assert QApplication.clipboard().text() == samples.TRANSACTION
    assert shell.said == ["Hash copied. This chain has no explorer."]
    assert "no explorer" in page._history._hint.text()
    client.answers["health"] = samples.HEALTH.model_copy(update={"explorer": "https://look.example"})
    page.model.refresh()
    qtbot.waitUntil(lambda: "look.example" in page._history._hint.text())
    page._history.table.opened.emit(samples.withdrawal())
    assert browser.opened == [f"https://look.example/tx/{samples.TRANSACTION}"]


@pytest.mark.parametrize(
    ("state", "who", "may_ask"),
    [
        ("not_started", "You act", True),
        ("pending", "The operator acts", False),
        ("verified", "Nobody has to act", False),
        ("rejected", "You act", True),
        ("expired", "You act", True),
    ],
)
def test_each_state_of_a_verification_says_whose_task_it_is(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient, state: KycState, who: str, may_ask: bool
) -> None:
    client.answers["payouts.verification"] = standing(state, reason="unreadable" if state == "rejected" else "")
    page.model.refresh()
    qtbot.waitUntil(page._kyc.isVisible)
    assert page._kyc._who.text() == who
    assert page._kyc._ask.isVisible() is may_ask
    assert ("unreadable" in page._kyc._task.text()) is (state == "rejected")


def test_documents_are_brought_and_the_verification_is_asked_for(
    qtbot: QtBot, page: PayoutsPage, client: PreparedClient
) -> None:
    paper = DocumentOut(kind="identity", size=1_400_000, at=samples.NOW)
    client.answers |= {
        "payouts.verification": standing("not_started"),
        "payouts.bring_document": standing("not_started", paper),
        "payouts.ask_verification": standing("pending", paper),
    }
    page.model.refresh()
    qtbot.waitUntil(page._kyc.isVisible)
    page._kyc.brought.emit("identity", "/papers/me.pdf")
    qtbot.waitUntil(lambda: "1.3 MB" in page._kyc._lines["identity"][0].text())
    assert client.called("payouts.bring_document") == [(("identity", "/papers/me.pdf"), {})]
    press(page, "payouts.verify")
    qtbot.waitUntil(lambda: page._kyc._state.text() == "waits for a decision")
    client.answers["payouts.bring_document"] = ProblemError("kyc.too_large", limit=8_388_608)
    page._kyc.brought.emit("residence", "/papers/large.pdf")
    qtbot.waitUntil(page.banner.isVisible)
    assert page._kyc._lines["residence"][1].isEnabled()


def test_what_smoothing_holds_is_shown_where_something_is_smoothed(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    held = samples.payouts().model_copy(update={"reserved": Money(4_200_000)})
    client.answers["payouts.state"] = held
    page = PayoutsPage(page_context)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page.model.state.payouts == held)
    card = page.findChild(QWidget, "payouts.reserved")
    assert card is not None
    assert not card.isHidden()
    assert "$4.20" in card.accessibleName()
    see = page.findChild(Button, "payouts.reserved.open")
    assert see is not None
    see.click()
    assert shell.visited == [("sharing", {})]
    client.answers["payouts.state"] = samples.payouts()
    page.model.refresh()
    qtbot.waitUntil(card.isHidden)
