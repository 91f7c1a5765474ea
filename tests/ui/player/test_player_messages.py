"""A member writes to a creator from the channel's page, and reads the answer there."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from player.pages.channel.page import ChannelPage
from services.units.address import address
from services.units.membership import MAX_MESSAGE
from services.wire.memberships import MembershipsOut
from services.wire.messages import MessageOut, MessagesOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from tests.fixtures import samples
from tests.fixtures.viewer import click
from tests.fixtures.viewer_memberships import membership
from tests.fixtures.viewer_scenery import CHANNEL, CHANNEL_ANSWERS
from tests.fixtures.viewer_states import visible
from tests.fixtures.window import PreparedClient

TIER = CHANNEL.tiers[0].tier_id


def message(text: str, answer: str = "") -> MessageOut:
    return MessageOut(
        id="m1", creator=samples.CREATOR, viewer=samples.VIEWER, tier_name="Silver", text=text, at=samples.NOW,
        answer=answer, answered_at=samples.NOW if answer else None,
    )  # fmt: skip


@pytest.fixture
def page(page_context: PageContext, client: PreparedClient, qtbot: QtBot) -> ChannelPage:
    """A channel of which the viewer is a member; its creator answers that tier."""
    mine = membership("active")
    client.answers |= CHANNEL_ANSWERS | {
        "profiles.page": CHANNEL.model_copy(update={"answering": (TIER,)}),
        "memberships.mine": MembershipsOut(memberships=(mine,), payments=()),
        "messages.list": MessagesOut(rows=(message("Where is that lake?", "Further north than it looks."),)),
    }
    made = ChannelPage(page_context)
    qtbot.addWidget(made)
    made.resize(1064, 900)
    with qtbot.waitExposed(made):
        made.show()
    made.open({"creator": samples.CREATOR, "name": "Slow Lantern", "node": ""})
    return made


def lines(page: ChannelPage) -> list[str]:
    made = page.findChildren(QWidget, "channel.message.line")
    return [label.text() for line in made for label in line.findChildren(QLabel)]


def words(page: ChannelPage) -> QPlainTextEdit:
    found = page.findChild(QPlainTextEdit, "channel.message.words")
    assert found is not None
    return found


def test_a_member_writes_and_reads_the_answer(page: ChannelPage, client: PreparedClient, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: visible(page, "channel.message.words"))
    qtbot.waitUntil(lambda: "Further north than it looks." in lines(page))
    send = page.findChild(QAbstractButton, "channel.message.send")
    assert send is not None
    assert not send.isEnabled()
    client.answers["messages.write"] = message("May I come along?")
    words(page).setPlainText("  May I come along? ")
    click(page, "channel.message.send")
    qtbot.waitUntil(lambda: "May I come along?" in lines(page))
    assert client.called("messages.write") == [
        ((address(samples.CREATOR), "May I come along?"), {"node": ""}),
    ]
    assert not words(page).toPlainText()
    assert "No answer yet." in lines(page)


def test_what_cannot_be_sent_is_kept_and_says_why(page: ChannelPage, client: PreparedClient, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: visible(page, "channel.message.words"))
    client.answers["messages.write"] = ProblemError("message.limit")
    words(page).setPlainText("One more")
    click(page, "channel.message.send")
    told = page.findChild(QLabel, "channel.message.told")
    assert told is not None
    qtbot.waitUntil(lambda: bool(told.text()))
    assert words(page).toPlainText() == "One more"
    words(page).setPlainText("x" * (MAX_MESSAGE + 2))
    assert told.text() == "2 characters too many."


def test_who_is_no_member_of_such_a_tier_sees_no_box(page: ChannelPage, client: PreparedClient, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: visible(page, "channel.message"))
    client.answers |= {"profiles.page": CHANNEL, "messages.list": MessagesOut(rows=())}
    page.open({"creator": samples.CREATOR, "name": "Slow Lantern", "node": ""})
    qtbot.waitUntil(lambda: not visible(page, "channel.message"))
