"""Tips by click: the sum on the button, one order under one number, and the words at the creator's."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from player.pages.channel.page import ChannelPage
from services.units.address import address
from services.wire.problems import ProblemError
from services.wire.tips import NextTipOut, OwnTipOut, TipOut
from studio.kit.context import PageContext
from studio.pages.earnings.tips import TipsCard
from tests.fixtures import samples
from tests.fixtures.viewer import click, shown
from tests.fixtures.viewer_scenery import CHANNEL_ANSWERS
from tests.fixtures.viewer_states import type_into, visible
from tests.fixtures.window import PreparedClient

SUM = samples.usd("1.5")


def given(state: str = "paid") -> OwnTipOut:
    return OwnTipOut.model_validate(
        {
            "ordinal": 4,
            "creator": samples.CREATOR,
            "amount": SUM,
            "message": "More ice!",
            "state": state,
            "transaction": samples.TRANSACTION,
            "at": samples.NOW,
        }
    )


@pytest.fixture
def page(page_context: PageContext, client: PreparedClient, qtbot: QtBot) -> ChannelPage:
    """A channel with the form for a tip open."""
    client.answers |= CHANNEL_ANSWERS | {"tips.next": NextTipOut(ordinal=4, available=samples.usd("20"))}
    made = ChannelPage(page_context)
    qtbot.addWidget(made)
    made.resize(1064, 900)
    with qtbot.waitExposed(made):
        made.show()
    made.open({"creator": samples.CREATOR, "name": "Slow Lantern", "node": ""})
    qtbot.waitUntil(lambda: made.model.state.page is not None)
    click(made, "channel.tip.open")
    return made


def told(page: ChannelPage) -> str:
    found = page.findChild(QLabel, "channel.tip.told")
    assert found is not None
    return found.text()


def asked(client: PreparedClient) -> list[dict[str, Any]]:
    return [named for _, named in client.called("tips.give")]


def test_a_tip_says_its_sum_before_and_its_end_after(page: ChannelPage, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["tips.give"] = given()
    button = page.findChild(QAbstractButton, "channel.tip.give")
    assert button is not None
    assert not button.isEnabled()
    type_into(page, "channel.tip.amount", "1.5")
    type_into(page, "channel.tip.words", "More ice!")
    assert button.text() == "Give $1.50"
    click(page, "channel.tip.give")
    qtbot.waitUntil(lambda: told(page) == "$1.50: arrived. Thank you.")
    assert client.called("tips.give")[0] == (
        (address(samples.CREATOR),),
        {"amount": SUM, "message": "More ice!", "ordinal": 4, "node": ""},
    )
    assert not button.isEnabled()
    click(page, "channel.tip.close")
    assert not visible(page, "channel.tip")


def test_after_a_lost_answer_the_same_order_goes_under_its_number(
    page: ChannelPage, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["tips.give"] = ProblemError("payment.unknown")
    type_into(page, "channel.tip.amount", "1.5")
    click(page, "channel.tip.give")
    qtbot.waitUntil(lambda: visible(page, "channel.tip.told"))
    # Its order may have taken the number meanwhile.
    client.answers |= {"tips.next": NextTipOut(ordinal=5, available=samples.usd("20")), "tips.give": given()}
    click(page, "channel.tip.give")
    qtbot.waitUntil(lambda: "arrived" in told(page))
    assert [one["ordinal"] for one in asked(client)] == [4, 4]


def test_the_creator_reads_the_words(page_context: PageContext, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["tips.received"] = (
        TipOut(
            nonce="0x" + "01" * 32,
            payer=samples.VIEWER,
            creator=samples.CREATOR,
            amount=SUM,
            message="More ice!",
            transaction=samples.TRANSACTION,
            at=samples.NOW,
        ),
    )
    card = TipsCard(page_context)
    qtbot.addWidget(card)
    qtbot.waitUntil(card.isVisible)
    said = shown(card)
    assert "“More ice!”" in said
    assert "$1.50" in said
