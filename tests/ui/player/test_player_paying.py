"""What the watch page says about money: each cause of a stop in its own words, and what was not charged."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from player.pages.watch.page import WatchPage
from player.pages.watch.paywall_words import title_and_words
from player.pages.watch.state import Cause
from player.pages.watch.view_model import WatchViewModel
from services.units.money import ZERO, Money
from services.wire.catalogue import BudgetOut, PlaybackOut
from services.wire.problems import ProblemError
from studio.kit.problems import Problem
from tests.fixtures.viewer import FakeEngine, click, open_at_the_wall, playback, purchase, receipt, refund, shown
from tests.fixtures.window import PreparedClient, Shell

CAUSES = [
    (ProblemError("payment.insufficient", available="0"), Cause.REFUSED, "Not enough money in your wallet"),
    (ProblemError("budget.session"), Cause.BUDGET, "Your budget is used up"),
    (ProblemError("budget.day"), Cause.REFUSED, "Your limit for today is reached"),
    (ProblemError("budget.creator"), Cause.REFUSED, "Your limit for this creator is reached"),
    (ProblemError("wallet.locked"), Cause.REFUSED, "Your wallet is locked"),
    (ProblemError("payment.refused"), Cause.REFUSED, "The seller refused the payment"),
    (ProblemError("channel.refused"), Cause.REFUSED, "The seller refused the payment"),
    (ProblemError("node.unreachable"), Cause.REFUSED, "The seller does not answer"),
    (ProblemError("content.wrong_key"), Cause.REFUSED, "The key does not open this part"),
    (ProblemError("content.damaged"), Cause.REFUSED, "This part is damaged at its source"),
    (ProblemError("content.missing"), Cause.REFUSED, "This part is nowhere to be had"),
    (ProblemError("content.not_for_sale"), Cause.REFUSED, "This film is no longer for sale"),
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


@pytest.mark.parametrize("code", ["content.wrong_key", "content.not_for_sale"])
def test_where_nothing_more_is_sold_nothing_is_offered(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot, code: str
) -> None:
    client.answers["playback.buy"] = ProblemError(code)
    walled.buy()
    qtbot.waitUntil(lambda: walled.state.refusal is not None)
    offers = [page.findChild(QWidget, f"paywall.{name}") for name in ("buy", "rest", "minutes", "autobuy", "budget")]
    assert [offer.objectName() for offer in offers if offer is not None and offer.isVisible()] == []
    # Elsewhere in the film the card begins anew.
    walled.seek(35_000)
    button = page.findChild(QWidget, "paywall.buy")
    assert button is not None
    assert button.isVisible() is (walled.state.refusal is None)


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


def test_buying_by_itself_rests_with_the_film_and_ends_by_one_click(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    """Past the half of a part the next is due, but not while the film stands still, and never after the budget."""
    client.answers["playback.set_budget"] = lambda _content, limit: (
        BudgetOut(limit=limit, spent=ZERO) if limit else None
    )
    client.answers["playback.buy"] = purchase(1, budget=("0.50", "0.01"))
    walled.keep_buying(Money(500_000))
    qtbot.waitUntil(lambda: len(engine.runs) == 2)
    engine.show_first()
    assert "spent $0.01 of $0.50" in shown(page)
    walled.pause()
    engine.time_reported.emit(engine.run, 15_200)
    walled.seek(11_000)
    assert len(client.called("playback.buy")) == 1
    click(page, "watch.budget.end")
    qtbot.waitUntil(lambda: walled.state.budget is None)
    walled.play()
    engine.show_first()
    engine.time_reported.emit(engine.run, 19_000)
    assert [values[1] for values, _ in client.called("playback.set_budget")] == [Money(500_000), ZERO]
    assert len(client.called("playback.buy")) == 1
    assert "spent $0.01" in shown(page)
    button = page.findChild(QWidget, "watch.budget.end")
    assert button is not None
    assert not button.isVisible()


def test_the_figures_tell_what_was_not_charged_and_what_came_back(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    lines = (receipt(3, state="refused"), receipt(2, count=2), receipt(1))
    client.answers["playback.receipts"] = lines
    client.answers["memberships.refunds"] = (refund(lines[1], state="paid"), refund(lines[2], state="asked"))
    model.toggle_figures()
    panel = page.findChild(QWidget, "watch.figures")
    assert panel is not None
    qtbot.waitUntil(lambda: "Given back $0.02" in panel.accessibleName())
    assert "Not charged $0.01" in panel.accessibleName()


def test_receipts_stand_by_sitting(
    page: WatchPage, model: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["memberships.refunds"] = ()
    client.answers["playback.receipts"] = (
        receipt(4),
        receipt(3, state="refused", minutes_ago=5),
        receipt(2, minutes_ago=25),
        receipt(1, count=2, minutes_ago=600),
    )
    click(page, "watch.receipts.toggle")
    qtbot.waitUntil(lambda: len(page.findChildren(QLabel, "watch.sitting")) == 2)
    assert [label.text() for label in page.findChildren(QLabel, "watch.sitting")] == [
        "$0.02 for 2 parts",
        "$0.02 for 2 parts",
    ]
    assert shown(page).count("Sitting of") == 2


@pytest.mark.parametrize(
    ("film", "title"),
    [
        (playback("free", "locked", deposit="0.50"), "The payment chain is slow"),
        (playback("free", "locked", why="setting"), "The payment chain is slow"),
        (playback("free", "locked"), "The seller is slow to answer"),
    ],
    ids=["deposit", "chain", "channel"],
)
def test_a_purchase_that_takes_long_says_what_it_waits_for(
    page: WatchPage, client: PreparedClient, engine: FakeEngine, qtbot: QtBot, film: PlaybackOut, title: str
) -> None:
    client.answers["playback.open"] = film
    open_at_the_wall(page, engine, qtbot)
    page.stage.paywall.patience.setInterval(1)
    page.model.buy()  # nobody answers
    assert "Buying this part…" in shown(page)
    qtbot.waitUntil(lambda: title in shown(page))
    page.model._on_refused(frozenset({1}), Problem("payment.unknown"))
    assert "Not settled yet" in shown(page)
    assert title not in shown(page)


def _first_way(page: WatchPage) -> str:
    """Give the one button that stands out; it stands above the others, and the keyboard comes to it before them."""
    ways = [
        button
        for name in ("buy", "minutes", "autobuy", "action")
        if (button := page.findChild(QAbstractButton, f"paywall.{name}")) is not None and button.isVisible()
    ]
    (first,) = [button for button in ways if button.property("role") == "primary"]
    assert first is min(ways, key=lambda button: button.mapTo(page, QPoint()).y())
    stops: list[QWidget] = []
    at = page.stage.paywall.nextInFocusChain()
    while at is not None and at is not page.stage.paywall:
        stops.append(at)
        at = at.nextInFocusChain()
    assert first is min(ways, key=stops.index)
    return first.objectName().removeprefix("paywall.")


HELP = [
    (ProblemError("payment.insufficient", available="0"), "Add money"),
    (ProblemError("budget.day"), "Raise the limit"),
    (ProblemError("budget.creator"), "Raise the limit"),
    (ProblemError("wallet.locked"), "Unlock wallet"),
    (ProblemError("wallet.missing"), "Set up wallet"),
]


@pytest.mark.parametrize(("answer", "label"), HELP, ids=lambda value: getattr(value, "code", None))
def test_what_helps_stands_out_and_the_other_ways_are_beside_it(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot, shell: Shell,
    answer: ProblemError, label: str,
) -> None:  # fmt: skip
    qtbot.waitUntil(lambda: _first_way(page) == "buy")
    client.answers["playback.buy"] = answer
    walled.buy()
    qtbot.waitUntil(lambda: walled.state.refusal is not None)
    qtbot.waitUntil(lambda: _first_way(page) == "action")
    action = page.findChild(QAbstractButton, "paywall.action")
    assert action is not None
    assert action.text() == label
    assert "Watch this part for $0.01" in shown(page)
    assert "Watch, up to" in shown(page)
    click(page, "paywall.action")
    assert [problem.code for problem, _ in shell.handled] == [answer.code]
    # Whoever is back from there goes on where it stopped.
    qtbot.waitUntil(lambda: _first_way(page) == "action")
    page.hide()
    page.show()
    qtbot.waitUntil(lambda: _first_way(page) == "buy")
    client.answers["playback.buy"] = purchase(1)
    click(page, "paywall.buy")
    qtbot.waitUntil(lambda: walled.state.paywall is None)


def test_a_budget_that_is_used_up_is_raised_by_the_button_that_stands_out(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, engine: FakeEngine, qtbot: QtBot
) -> None:
    client.answers["playback.set_budget"] = lambda _content, limit: BudgetOut(limit=limit, spent=ZERO)
    client.answers["playback.buy"] = ProblemError("budget.session")
    walled.keep_buying(Money(9_000))
    qtbot.waitUntil(lambda: walled.state.paywall is not None and walled.state.paywall.cause is Cause.BUDGET)
    qtbot.waitUntil(lambda: _first_way(page) == "autobuy")
    # As much again would not do: it is what the next part takes.
    auto = page.findChild(QAbstractButton, "paywall.autobuy")
    assert auto is not None
    assert auto.text() == "Allow $0.01 more"
    assert "Watch this part for $0.01" in shown(page)
    client.answers["playback.buy"] = purchase(1, budget=("0.01", "0.01"))
    click(page, "paywall.autobuy")
    qtbot.waitUntil(lambda: len(engine.runs) == 2)


def test_money_that_was_missing_and_is_there_offers_the_part_again_by_a_click(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    timeline = walled.state.timeline
    assert timeline is not None
    film = playback(*("free", "locked", "locked", "locked"))
    client.answers["playback.buy"] = ProblemError("payment.insufficient", amount="10000", available="0")
    client.answers["playback.open"] = film.model_copy(update={"available": ZERO})
    walled.buy()
    qtbot.waitUntil(lambda: walled.state.refusal is not None)
    walled.refresh()
    qtbot.waitUntil(lambda: walled.state.available == ZERO)
    assert "Not enough money in your wallet" in shown(page)
    client.answers["playback.open"] = film.model_copy(update={"available": Money(20_000)})
    walled.refresh()
    qtbot.waitUntil(lambda: _first_way(page) == "buy")
    assert "Keep watching" in shown(page)
    # And by nothing else.
    assert len(client.called("playback.buy")) == 1


def test_while_a_part_is_bought_by_itself_no_other_sum_is_named(
    page: WatchPage, walled: WatchViewModel, client: PreparedClient, qtbot: QtBot
) -> None:
    """The budget bounds what is set aside; what a click would set aside, or another budget, is not what happens."""
    client.answers["playback.open"] = playback("free", "locked", "locked", "locked", deposit="0.30")
    walled.refresh()
    qtbot.waitUntil(lambda: "set aside" in shown(page))
    client.answers["playback.set_budget"] = lambda _content, limit: BudgetOut(limit=limit, spent=ZERO)
    walled.keep_buying(Money(70_000))  # nobody answers
    qtbot.waitUntil(lambda: walled.state.paywall is not None and walled.state.paywall.cause is Cause.BUYING)
    assert "Buying…" in shown(page)
    assert "set aside" not in shown(page)
    assert "up to" not in shown(page)


def test_the_figures_stand_beside_the_card(page: WatchPage, walled: WatchViewModel, qtbot: QtBot) -> None:
    walled.toggle_figures()
    figures = page.findChild(QWidget, "watch.figures")
    assert figures is not None
    qtbot.waitUntil(figures.isVisible)
    qtbot.waitUntil(lambda: not figures.geometry().intersects(_place(page.stage.paywall, page.stage)))
    assert page.stage.rect().contains(figures.geometry())
    # Where there is no room beside it they wait.
    page.resize(640, 800)
    qtbot.waitUntil(lambda: not figures.isVisible())


def test_a_card_that_is_scrolled_keeps_its_edge(page: WatchPage, walled: WatchViewModel, qtbot: QtBot) -> None:
    page.resize(1064, 420)
    card = page.stage.paywall
    (around,) = [area for area in page.findChildren(QScrollArea) if area.widget() is card]
    qtbot.waitUntil(lambda: around.verticalScrollBar().isVisible())
    assert around.viewport().width() >= card.width()


def _place(widget: QWidget, within: QWidget) -> QRect:
    return QRect(widget.mapTo(within, QPoint()), widget.size())
