"""Perks that act: set in the form, said on the card, and members' messages answered on the page."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QSpinBox
from pytestqt.qtbot import QtBot

from services.wire.messages import MessageOut, MessagesOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.pages.tiers.card import acting
from studio.pages.tiers.page import TiersPage
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell

ASKED = MessageOut(
    id="m1", creator=samples.CREATOR, viewer=samples.VIEWER, tier_name="Backstage", text="More clocks?", at=samples.NOW
)
TIER = samples.TIERS[1].model_copy(update={"early_access_days": 1, "requests": True})


@pytest.fixture
def page(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> TiersPage:
    client.answers |= {"tiers.mine": (TIER,), "messages.list": MessagesOut(rows=(ASKED,))}
    made = TiersPage(page_context)
    qtbot.addWidget(made)
    made.resize(1000, 900)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.model.state.tiers is not None and made._written.state.rows is not None)
    return made


def press(page: TiersPage, name: str) -> None:
    found = page.findChild(Button, name)
    assert found is not None
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def test_the_card_says_what_the_tier_does() -> None:
    assert acting(TIER) == [
        ("clock", "Films that are published for later: a day before others"),
        ("members", "Members write to you, and you answer"),
    ]
    more = TIER.model_copy(update={"early_access_days": 7, "downloads": True, "requests": False})
    assert acting(more) == [
        ("clock", "Films that are published for later: 7 days before others"),
        ("download", "Films kept offline, for as long as they are members"),
    ]
    assert acting(samples.TIERS[0]) == []


def test_perks_are_set_by_clicks_and_keys(qtbot: QtBot, page: TiersPage, client: PreparedClient) -> None:
    saved: list[dict[str, Any]] = []

    def update(_tier_id: str, **fields: Any) -> Any:
        saved.append(fields)
        return TIER.model_copy(update=fields)

    client.answers["tiers.update"] = update
    press(page, "tier.change")
    days = page.findChild(QSpinBox, "tiers.early")
    assert days is not None
    assert days.value() == 1
    days.selectAll()
    QTest.keyClicks(days, "14")
    press(page, "tiers.downloads")
    press(page, "tiers.requests")
    press(page, "tiers.save")
    qtbot.waitUntil(lambda: bool(saved))
    assert {name: saved[0][name] for name in ("early_access_days", "downloads", "requests")} == {
        "early_access_days": 14,
        "downloads": True,
        "requests": False,
    }


def test_a_perk_that_is_too_long_is_told_and_not_sent(page: TiersPage, client: PreparedClient) -> None:
    press(page, "tier.change")
    perks = page.findChild(QPlainTextEdit, "tiers.perks")
    assert perks is not None
    perks.setPlainText("word " * 30)
    assert "too long: 120 signs are the most" in page._form._perks_field.help.text()
    assert not page._form.save.isEnabled()
    perks.setPlainText("\n".join("abcdefghijklm"))
    assert page._form._perks_field.help.text() == "At most 12 perks in words."
    page.model.save()
    assert not client.called("tiers.update")


def test_a_message_is_answered(qtbot: QtBot, page: TiersPage, client: PreparedClient, shell: Shell) -> None:
    client.answers["messages.answer"] = ASKED.model_copy(update={"answer": "Soon.", "answered_at": samples.NOW})
    send, line = page.findChild(Button, "tiers.message.send"), page.findChild(QLineEdit, "tiers.message.line")
    assert send is not None
    assert line is not None
    assert not send.isEnabled()
    QTest.keyClicks(line, " Soon. ")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._written.state.waiting == 0)
    assert client.called("messages.answer") == [(("m1", "Soon."), {})]
    answer = page.findChild(QLabel, "tiers.message.answer")
    assert answer is not None
    assert answer.text() == "You: Soon."
    assert line.isHidden() or not line.isVisible()
    assert shell.said == ["Your answer is on its way to the member."]


def test_what_was_typed_stays_when_answering_fails(qtbot: QtBot, page: TiersPage, client: PreparedClient) -> None:
    client.answers["messages.answer"] = ProblemError("node.unreachable")
    line = page.findChild(QLineEdit, "tiers.message.line")
    assert line is not None
    QTest.keyClicks(line, "Soon.")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._written.state.problem is not None)
    assert line.text() == "Soon."
    assert page._written.state.answering == ""
