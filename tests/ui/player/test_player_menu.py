"""A film's menu in Discover: reporting it, hiding its channel, and the list of hidden channels in the settings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from player.pages.discover.page import DiscoverPage
from player.parts.film_list import FilmList
from services.wire.moderation import ReportOut
from services.wire.profiles import StandingOut, StandingsOut
from studio.kit.context import PageContext
from studio.pages.settings.blocked import BlockedCard
from tests.fixtures import samples
from tests.fixtures.viewer import click, shown
from tests.fixtures.window import PreparedClient, Shell

FILMS = (samples.item(), samples.item("Night trains", minutes=34))
HIDDEN = StandingsOut(
    follows=(), blocked=(StandingOut(creator=samples.CREATOR, name="Slow Lantern", node="", at=samples.NOW),)
)
NOBODY = StandingsOut(follows=(), blocked=())


def open_menu(context: PageContext, client: PreparedClient, qtbot: QtBot) -> tuple[DiscoverPage, QMenu]:
    client.answers["catalogue.browse"] = FILMS
    page = DiscoverPage(context)
    qtbot.addWidget(page)
    page.resize(1064, 800)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.model.state.items is not None)
    cards = page.findChild(FilmList, "discover.list")
    assert cards is not None
    qtbot.waitUntil(cards.isVisible)
    place = cards.menu_place(cards.films.index(0)).center()
    QTest.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: page.findChild(QMenu, "discover.menu") is not None)
    menu = page.findChild(QMenu, "discover.menu")
    assert menu is not None
    return page, menu


def test_a_film_is_reported_with_its_reason(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["library.report"] = ReportOut(
        id=1, content_id=FILMS[0].content_id, reason="spam", text="", state="open", at=samples.NOW
    )
    _, menu = open_menu(page_context, client, qtbot)
    reasons = menu.findChild(QMenu, "film.report")
    assert reasons is not None
    next(action for action in reasons.actions() if action.text() == "Spam").trigger()
    qtbot.waitUntil(lambda: bool(shell.said))
    assert client.called("library.report") == [((FILMS[0].content_id, "spam"), {})]
    assert shell.visited == []


def test_a_hidden_channel_s_films_are_gone_and_the_settings_have_it(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers |= {"library.stand": HIDDEN, "library.standings": NOBODY, "library.stand_no_more": NOBODY}
    page, menu = open_menu(page_context, client, qtbot)
    next(action for action in menu.actions() if action.text() == "Hide this channel").trigger()
    qtbot.waitUntil(lambda: page.model.state.shown == ())
    assert client.called("library.stand")[0][0] == ("blocked", FILMS[0].creator)
    client.answers["library.standings"] = HIDDEN
    card = BlockedCard(page_context)
    qtbot.addWidget(card)
    card.show()
    qtbot.waitUntil(lambda: "Slow Lantern" in shown(card))
    click(card, "settings.blocked.show")
    qtbot.waitUntil(lambda: "No channel is hidden." in shown(card))
    assert client.called("library.stand_no_more") == [(("blocked", samples.CREATOR), {})]
    click(card, "settings.blocked.undo")
    qtbot.waitUntil(lambda: "Slow Lantern" in shown(card))
    assert client.called("library.stand")[-1][0] == ("blocked", samples.CREATOR)
