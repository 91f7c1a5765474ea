"""The content page: a film's earnings along its timeline, long lists, and many films at once."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from services.client.bulk import Changed, PriceWas, Repriced
from services.units.money import Money
from services.wire.access import AccessOut
from services.wire.problems import ProblemError
from studio.kit.chart import Chart
from studio.kit.context import PageContext
from studio.pages.content.page import ContentPage
from tests.fixtures import samples
from tests.fixtures import samples_figures as made
from tests.fixtures.viewer import click, shown
from tests.fixtures.window import PreparedClient, Shell, shown_alone


def test_the_chosen_film_shows_where_people_stop_paying(
    client: PreparedClient, qtbot: QtBot, page_context: PageContext, shell: Shell
) -> None:
    client.answers |= {
        "earnings.items": (samples.item(),), "uploads.list": (), "nodes.list": (), "tiers.mine": (),
        "figures.item": made.item_figures(),
    }  # fmt: skip
    page = shown_alone(qtbot, ContentPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.rows is not None)
    page.findChild(QWidget, "content.table").selectRow(0)
    card: Any = page.findChild(QWidget, "content.revenue")
    qtbot.waitUntil(card.isVisible)
    chart: Any = page.findChild(Chart, "content.revenue.chart")
    figures = made.item_figures()
    assert sum(chart.series.values) + figures.outside.micros == figures.net.micros
    assert chart.series.labels[1] == "0:10"
    assert "came past this node" in shown(page)
    click(page, "content.revenue.lines")
    assert shell.visited == [("earnings", {"days": "365", "by": "item", "key": str(figures.content_id)})]
    client.answers["figures.item"] = ProblemError("content.not_found")
    page._earned.refresh()
    qtbot.waitUntil(lambda: page._earned.state.problem is not None)
    assert card.isVisible()


@pytest.fixture
def content(client: PreparedClient, qtbot: QtBot, page_context: PageContext) -> ContentPage:
    """The list of a creator with 240 films."""
    client.answers |= {
        "earnings.items": (samples.item(),), "uploads.list": (), "nodes.list": (), "tiers.mine": samples.TIERS,
        "figures.items": lambda **wish: made.items(count=240, **wish),
        "figures.item_pages": lambda offsets, **wish: tuple(
            made.items(count=240, offset=offset, **wish) for offset in offsets
        ),
    }  # fmt: skip
    page: ContentPage = shown_alone(qtbot, ContentPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.rows is not None and page._films.state.total == 240)
    return page


def test_long_lists_are_fetched_by_pages(content: ContentPage, client: PreparedClient, qtbot: QtBot) -> None:
    table: Any = content.findChild(QWidget, "content.films")
    assert table.isVisible()
    assert table.model().rowCount() == 240
    table.scrollToBottom()
    qtbot.waitUntil(lambda: any(asked.get("offset") == 200 for _, asked in client.called("figures.items")))
    qtbot.waitUntil(lambda: table.model().row_at(239) is not None)
    search = content.findChild(QLineEdit, "content.search")
    assert search is not None
    client.answers["figures.items"] = lambda **wish: made.items(count=3, **wish)
    search.setText("night")
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    assert client.called("figures.items")[-1][1]["query"] == "night"
    assert "3 films" in shown(content)


def test_many_films_change_at_once_and_back(content: ContentPage, client: PreparedClient, qtbot: QtBot) -> None:
    table: Any = content.findChild(QWidget, "content.films")
    was = AccessOut(content_id=samples.FILM, visibility="chunks", tiers=())
    client.answers |= {"bulk.change_access": Changed((was,) * 3), "bulk.restore_access": None}
    table.selectionModel().select(
        QItemSelection(table.model().index(0, 0), table.model().index(2, 6)),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )
    assert "3 films:" in shown(content)
    click(content, "content.many.members")
    qtbot.waitUntil(lambda: bool(content._films.state.undo))
    (((films, visibility), _),) = client.called("bulk.change_access")
    assert (len(set(films)), visibility) == (3, "members")
    click(content, "content.many.undo")
    qtbot.waitUntil(lambda: not content._films.state.busy and not content._films.state.undo)
    assert client.called("bulk.restore_access") == [(((was,) * 3,), {})]
    client.answers["bulk.change_access"] = Changed((was,), ProblemError("access.no_tier"))
    content._films.change_access("members")
    qtbot.waitUntil(lambda: "Members-only needs a tier." in shown(content))
    # What was changed before it stopped can be taken back.
    assert content._films.state.undo == (was,)


def test_all_films_that_fit_are_marked_also_those_never_looked_at(
    content: ContentPage, client: PreparedClient, qtbot: QtBot
) -> None:
    click(content, "content.several")
    button: Any = content.findChild(QWidget, "content.many.all")
    qtbot.waitUntil(lambda: button.isVisible() and button.text() == "Mark all 240")
    click(content, "content.many.all")
    qtbot.waitUntil(lambda: len(set(content._films.state.chosen)) == 240)
    assert "240 films:" in shown(content)
    assert [offsets for (offsets,), _ in client.called("figures.item_pages")] == [(100, 200)]
    # Never a part of what is marked: while the rest is being read nothing is.
    content._films.filter("public")
    qtbot.waitUntil(lambda: content._list.model.row_at(200) is None)
    client.answers["figures.item_pages"] = ProblemError("node.unreachable")
    click(content, "content.many.all")
    assert content._films.state.chosen == ()
    qtbot.waitUntil(lambda: content._films.state.unchanged is not None)
    assert content._films.state.chosen == ()


def test_many_films_get_a_price_and_each_that_does_not_is_named(
    content: ContentPage, client: PreparedClient, qtbot: QtBot
) -> None:
    """What it will do is named first; one film that fails keeps nothing from the others."""
    table: Any = content.findChild(QWidget, "content.films")
    table.selectionModel().select(
        QItemSelection(table.model().index(0, 0), table.model().index(2, 6)),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )
    ids, title = content._films.state.chosen, table.model().row_at(1).title
    client.answers["bulk.change_price"] = Repriced((ids[0], ids[2]), ((ids[1], ProblemError("content.not_found")),))
    amount = content.findChild(QLineEdit, "content.many.amount")
    assert amount is not None
    QTest.keyClicks(amount, "0.04")
    click(content, "content.many.price")
    assert "3 films cost $0.04 per 10 seconds" in shown(content)
    assert client.called("bulk.change_price") == []
    click(content, "content.many.price.sure")
    qtbot.waitUntil(lambda: content._films.state.repriced is not None)
    assert client.called("bulk.change_price") == [((ids, Money(40_000)), {})]
    assert "2 films have the new price." in shown(content)
    assert f"“{title}”:" in shown(content)


def test_a_price_of_many_is_taken_back_and_what_stays_is_named(
    content: ContentPage, client: PreparedClient, qtbot: QtBot
) -> None:
    table: Any = content.findChild(QWidget, "content.films")
    table.selectionModel().select(
        QItemSelection(table.model().index(0, 0), table.model().index(1, 6)),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )
    ids, title = content._films.state.chosen, table.model().row_at(1).title
    before = tuple(PriceWas(film, Money(10_000), Money(40_000)) for film in ids)
    client.answers |= {
        "bulk.change_price": Repriced(ids, (), before),
        "bulk.restore_prices": Repriced(ids[:1], ((ids[1], ProblemError("node.unreachable")),), before[:1]),
    }
    content._films.ask_price(Money(40_000))
    click(content, "content.many.price.sure")
    qtbot.waitUntil(lambda: content._films.state.undo_prices == before)
    click(content, "content.many.undo")
    qtbot.waitUntil(lambda: bool(content._films.state.failed))
    assert client.called("bulk.restore_prices") == [((before,), {})]
    assert "These keep the new price:" in shown(content)
    assert f"“{title}”:" in shown(content)
    assert content._films.state.undo_prices == before[1:], "what could not be taken back can be tried again"
    client.answers["bulk.restore_prices"] = Repriced(ids[1:], (), before[1:])
    click(content, "content.many.undo")
    qtbot.waitUntil(lambda: not content._films.state.busy and not content._films.state.can_undo)
    assert "keep the new price" not in shown(content)
    button: Any = content.findChild(QWidget, "content.many.undo")
    assert not button.isVisible()


def test_archived_films_are_a_filter(content: ContentPage, client: PreparedClient, qtbot: QtBot) -> None:
    content._films.filter("archived")
    qtbot.waitUntil(lambda: client.called("figures.items")[-1][1]["archived"] is True)
    assert client.called("figures.items")[-1][1]["access"] == ""


def test_a_short_list_too_is_changed_together(client: PreparedClient, qtbot: QtBot, page_context: PageContext) -> None:
    client.answers |= {
        "earnings.items": (samples.item(),), "uploads.list": (), "nodes.list": (), "tiers.mine": samples.TIERS,
        "figures.items": lambda **wish: made.items(count=5, **wish), "bulk.change_price": Repriced(("a",) * 5),
    }  # fmt: skip
    page = shown_alone(qtbot, ContentPage(page_context))
    qtbot.waitUntil(lambda: page.model.state.rows is not None and page._films.state.total == 5)
    assert not page._list.isVisible()
    click(page, "content.several")
    qtbot.waitUntil(page._list.isVisible)
    click(page, "content.many.all")
    assert len(page._films.state.chosen) == 5
    click(page, "content.several")
    qtbot.waitUntil(lambda: not page._list.isVisible())
