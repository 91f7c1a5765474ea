"""Nodes in the window: the list in Settings, where a film is published, where it is and how it moves."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from player.pages.discover.page import DiscoverPage
from player.parts.film_list import FilmModel
from services.wire.earnings import OverviewOut
from services.wire.nodes import LinkOut, NodeOut
from services.wire.problems import ProblemError
from services.wire.uploads import DraftIn, UploadOut
from studio.kit.context import PageContext
from studio.kit.widgets.button import Button
from studio.kit.widgets.node_choice import NodeChoice
from studio.pages.content.page import ContentPage
from studio.pages.overview.page import OverviewPage
from studio.pages.settings.nodes import NodesCard
from studio.pages.upload.page import UploadPage
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient, Shell


def _named(page: QWidget, kind: Any, name: str) -> Any:
    found = page.findChild(kind, name)
    assert found is not None, name
    return found


def test_a_node_is_added_by_its_address_and_a_refusal_is_said(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers |= {"nodes.list": (), "nodes.add": ProblemError("node.certificate")}
    card = NodesCard(page_context)
    qtbot.addWidget(card)
    field, add = _named(card, QLineEdit, "settings.nodes.address"), _named(card, Button, "settings.nodes.add")
    qtbot.waitUntil(lambda: card.model.state.nodes == ())
    QTest.keyClicks(field, " https://films.example ")
    add.click()
    qtbot.waitUntil(lambda: not card.banner.isHidden())
    assert "certificate" in card.banner.next_step.text()
    assert field.text().strip() == "https://films.example"
    client.answers["nodes.add"] = (samples.node(),)
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.model.state.added == 1)
    assert (field.text(), card.banner.isHidden()) == ("", True)
    assert [values for values, _ in client.called("nodes.add")] == [("https://films.example",)] * 2


def test_a_node_that_is_down_is_looked_at_again_and_one_with_films_stays(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    client.answers |= {
        "nodes.list": (samples.node("down", films=1),),
        "nodes.look": (samples.node("up"),),
        "nodes.remove": (),
        "nodes.add": (samples.node("up"),),
    }
    card = NodesCard(page_context)
    qtbot.addWidget(card)
    qtbot.waitUntil(lambda: bool(card.model.state.nodes))
    look, remove = _named(card, Button, "settings.node.look"), _named(card, Button, "settings.node.remove")
    assert "has not answered since" in _named(card, QWidget, "settings.node.detail").text()
    assert not remove.isEnabled()
    look.click()
    qtbot.waitUntil(look.isHidden)
    assert remove.isEnabled()
    remove.click()
    qtbot.waitUntil(lambda: card.model.state.nodes == ())
    assert client.called("nodes.remove") == [((samples.FAR,), {})]
    _named(card, Button, "settings.nodes.undo").click()
    qtbot.waitUntil(lambda: bool(card.model.state.nodes))
    assert client.called("nodes.add") == [((samples.FAR,), {})]


def test_publishing_elsewhere_waits_for_the_tick_under_what_the_node_can_do(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    kept = [samples.upload("ready", title="Harbour", price="0.01")]

    def save(_upload_id: str, **fields: Any) -> UploadOut:
        kept[0] = kept[0].model_copy(update={"draft": DraftIn(**fields)})
        return kept[0]

    client.answers |= {
        "uploads.list": lambda: (kept[0],),
        "uploads.save_draft": save,
        "uploads.quote": samples.QUOTE,
        "uploads.publish": lambda _id: kept[0].model_copy(update={"state": "published"}),
        "nodes.list": (samples.node(),),
        "nodes.agree": (samples.node(agreed=True),),
    }
    page = UploadPage(page_context)
    qtbot.addWidget(page)
    page.show()
    place, publish = _named(page, NodeChoice, "upload.place"), _named(page, Button, "upload.publish")
    tick = _named(page, QCheckBox, "upload.release.tick")
    qtbot.waitUntil(lambda: publish.isEnabled() and place.count() == 2)
    assert not tick.isVisible()
    place.setCurrentIndex(1)
    place.activated.emit(1)
    qtbot.waitUntil(tick.isVisible)
    assert not publish.isEnabled()
    assert "Films of others" in _named(page, QWidget, "upload.release.words").text()
    tick.click()
    qtbot.waitUntil(publish.isEnabled)
    publish.click()
    qtbot.waitUntil(lambda: bool(client.called("uploads.publish")))
    assert kept[0].draft.node == samples.FAR
    assert client.called("nodes.agree") == [((samples.FAR,), {})]
    qtbot.waitUntil(lambda: "on Films of others" in page._live.sentence.text())


def _content(client: PreparedClient, *nodes: NodeOut) -> None:
    far = {"node": samples.FAR, "node_name": "Films of others"}
    client.answers |= {
        "earnings.items": (samples.item(), samples.item("Night trains", minutes=34).model_copy(update=far)),
        "uploads.list": (),
        "nodes.list": nodes,
        "earnings.move": (samples.item().model_copy(update=far),),
    }


def test_a_film_shows_its_place_moves_and_gives_its_link(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    _content(client, samples.node(agreed=True))
    client.answers["earnings.link"] = LinkOut(text="museclock://7427010/content/0xf1", is_reachable=False)
    page = ContentPage(page_context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.model.state.rows is not None and bool(page.model.state.nodes))
    states = [str(page._table.model().index(row, 1).data()) for row in range(2)]
    assert states == ["only on this computer", "live on Films of others"]
    assert not page._place.isVisible()
    page._table.selectRow(0)
    qtbot.waitUntil(page._place.isVisible)
    link, move = _named(page, Button, "content.link"), _named(page, Button, "content.move")
    link.click()
    qtbot.waitUntil(lambda: bool(shell.said))
    assert QApplication.clipboard().text() == "museclock://7427010/content/0xf1"
    assert "this computer only" in shell.said[0]
    move.click()
    qtbot.waitUntil(lambda: page.model.state.chosen is not None and page.model.state.chosen.node == samples.FAR)
    assert client.called("earnings.move") == [((str(samples.FILM),), {"node": samples.FAR})]


def test_no_film_moves_before_the_tick(qtbot: QtBot, page_context: PageContext, client: PreparedClient) -> None:
    _content(client, samples.node())
    client.answers["nodes.agree"] = (samples.node(agreed=True),)
    page = ContentPage(page_context)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page.model.state.rows is not None and bool(page.model.state.nodes))
    page._table.selectRow(0)
    move, tick = _named(page, Button, "content.move"), _named(page, QCheckBox, "content.release.tick")
    qtbot.waitUntil(tick.isVisible)
    assert not move.isEnabled()
    page.model.move()
    tick.click()
    qtbot.waitUntil(move.isEnabled)
    assert client.called("earnings.move") == []


def test_the_overview_shows_the_books_of_the_node_that_is_chosen(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    def overview(*, days: int, node: str = "") -> OverviewOut:
        return samples.overview(days, empty=not node)

    client.answers |= {
        "earnings.overview": overview,
        "nodes.list": (samples.node(films=1), samples.node(address="https://cinema.example")),
    }
    page = OverviewPage(page_context)
    qtbot.addWidget(page)
    page.show()
    choice = _named(page, NodeChoice, "overview.node")
    qtbot.waitUntil(lambda: choice.isVisible() and page._tiles["today"].value_text == "$0.00")
    assert [choice.itemData(at) for at in range(choice.count())] == ["", samples.FAR]
    choice.setCurrentIndex(1)
    choice.activated.emit(1)
    qtbot.waitUntil(lambda: page._tiles["today"].value_text == "$1.94")
    qtbot.waitUntil(lambda: page._chart.drawn, timeout=20_000)


def test_a_link_in_the_search_field_opens_its_film(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient, shell: Shell
) -> None:
    link = f"museclock://7427010/content/{samples.FILM}?node=https%3A%2F%2Ffilms.example"
    client.answers |= {"catalogue.browse": (), "nodes.list": (), "nodes.open_link": ProblemError("node.not_found")}
    page = DiscoverPage(page_context)
    qtbot.addWidget(page)
    field = _named(page, QLineEdit, "discover.search")
    field.setText(link)
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    assert shell.visited == []
    field.clear()
    client.answers["nodes.open_link"] = samples.item()
    field.setText(link)
    qtbot.waitUntil(lambda: shell.visited == [("watch", {"content_id": str(samples.FILM)})])
    assert client.called("nodes.open_link") == [((link,), {})] * 2


def test_discover_names_the_node_and_says_which_one_is_missing(
    qtbot: QtBot, page_context: PageContext, client: PreparedClient
) -> None:
    far = {"node": samples.FAR, "node_name": "Films of others"}
    client.answers |= {
        "catalogue.browse": (samples.item().model_copy(update=far),),
        "nodes.list": (samples.node("down"),),
    }
    page = DiscoverPage(page_context)
    qtbot.addWidget(page)
    page.show()
    missing = _named(page, QWidget, "nodes.missing")
    qtbot.waitUntil(lambda: bool(page.model.state.items) and missing.isVisible())
    assert "Films of others has not answered since" in missing.accessibleName()
    films = next(films for films in page.findChildren(FilmModel) if films.rowCount())
    assert ", at Films of others," in films.index(0).data(Qt.ItemDataRole.ToolTipRole)
    client.answers["nodes.list"] = (samples.node(),)
    page_context.events.changed.emit("node", ())
    qtbot.waitUntil(missing.isHidden)
