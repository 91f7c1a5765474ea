"""What the watch page says about money: each cause of a stop in its own words, and what was not charged."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from player.pages.watch.page import WatchPage
from player.pages.watch.paywall_words import title_and_words
from player.pages.watch.state import Cause
from player.pages.watch.view_model import WatchViewModel
from services.units.money import Money
from services.wire.problems import ProblemError
from tests.fixtures.viewer import click, playback, purchase, receipt, shown
from tests.fixtures.window import PreparedClient

CAUSES = [
    (ProblemError("payment.insufficient", available="0"), Cause.REFUSED, "Not enough money in your wallet"),
    (ProblemError("budget.session"), Cause.BUDGET, "Your budget is used up"),
    (ProblemError("budget.day"), Cause.REFUSED, "Your limit for today is reached"),
    (ProblemError("payment.refused"), Cause.REFUSED, "The seller refused the payment"),
    (ProblemError("node.unreachable"), Cause.REFUSED, "The seller does not answer"),
    (ProblemError("content.wrong_key"), Cause.REFUSED, "The key does not open this part"),
    (ProblemError("content.damaged"), Cause.REFUSED, "This part is damaged at its source"),
    (ProblemError("chain.unreachable"), Cause.REFUSED, "The payment chain does not answer"),
    (ProblemError("payment.unknown"), Cause.UNKNOWN, "Not settled yet"),
    (purchase(1, state="unknown"), Cause.UNKNOWN, "Not settled yet"),
]


@pytest.mark.parametrize(("answer", "cause", "title"), CAUSES, ids=lambda value: getattr(value, "code", None))
def test_each_cause_has_words_of_its_own(
    walled: WatchViewModel, client: PreparedClient, qtbot: QtBot, answer: object, cause: Cause, title: str
) -> None:
    client.answers["playback.buy"] = answer
    walled.buy()
    qtbot.waitUntil(lambda: walled.state.refusal is not None)
    paywall = walled.state.paywall
    assert paywall is not None
    assert paywall.cause is cause
    said, helps = title_and_words(paywall)
    assert said == title
    assert helps
    # Whatever it was, nothing is tried again by itself.
    assert len(client.called("playback.buy")) == 1


def test_what_was_not_delivered_is_a_line_that_says_that_nothing_was_charged(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["memberships.refunds"] = ()
    client.answers["playback.receipts"] = (receipt(2, state="refused"), receipt(1))
    click(page, "watch.receipts.toggle")
    qtbot.waitUntil(lambda: "is yours again" in shown(page))
    assert shown(page).count("Not delivered, so not charged: $0.01 is yours again.") == 1


def test_a_price_that_changed_is_read_and_shown_before_anything_is_bought(
    walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    """The click said the old sum; the card names the new one, and only another click buys at it."""
    timeline = walled.state.timeline
    assert timeline is not None
    accesses: Any = [chunk.access.value for chunk in timeline.chunks]
    client.answers["playback.open"] = playback(*accesses, price="0.03")
    client.answers["playback.buy"] = ProblemError("payment.terms_changed")
    walled.buy()
    qtbot.waitUntil(lambda: walled.state.paywall is not None and walled.state.paywall.wanted.price == Money(30_000))
    paywall = walled.state.paywall
    assert paywall is not None
    assert title_and_words(paywall)[0] == "The price has changed"
    assert [named["shown"] for _, named in client.called("playback.buy")] == [Money(10_000)]
    walled.buy()
    qtbot.waitUntil(lambda: len(client.called("playback.buy")) == 2)
    assert client.called("playback.buy")[1][1]["shown"] == Money(30_000)
