"""The library: shelves, what is kept on this disk, and a film's menu behind its dots."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from player.pages.library.page import LibraryPage
from player.parts.film_list import FilmList
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from tests.fixtures.viewer import click, shown
from tests.fixtures.viewer_states import DOWNLOADS, GIB, KEPT, LIBRARY, visible
from tests.fixtures.window import PreparedClient, Shell


@pytest.fixture
def page(page_context: PageContext, client: PreparedClient, qtbot: QtBot) -> LibraryPage:
    """The library with films of every kind."""
    client.answers |= LIBRARY | {"library.download": DOWNLOADS, "library.free": DOWNLOADS}
    made = LibraryPage(page_context)
    qtbot.addWidget(made)
    made.resize(1064, 1000)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.waitUntil(lambda: made.model.state.items == KEPT)
    return made


def cards(page: LibraryPage) -> FilmList:
    found = page.findChild(FilmList, "library.list")
    assert found is not None
    return found


def open_menu(page: LibraryPage, at: int, qtbot: QtBot) -> QMenu:
    """Click a card's three dots."""
    films = cards(page)
    place = films.menu_place(films.films.index(at)).center()
    QTest.mouseClick(films.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: page.findChild(QMenu, "library.menu") is not None)
    found = page.findChild(QMenu, "library.menu")
    assert found is not None
    return found


def test_history_shows_what_was_watched_here(page: LibraryPage) -> None:
    click(page, "library.history")
    assert cards(page).films.items == tuple(film for film in KEPT if film.watched_at is not None)
    click(page, "library.owned")
    assert all(film.owned_chunks for film in cards(page).films.items)


def test_with_every_service_down_the_library_is_shown_as_it_was_seen(
    page_context: PageContext, client: PreparedClient, tmp_path: Path, qtbot: QtBot
) -> None:
    context = dataclasses.replace(page_context, profile_path=str(tmp_path))
    client.answers |= LIBRARY
    first = LibraryPage(context)
    qtbot.addWidget(first)
    first.show()
    qtbot.waitUntil(lambda: any(tmp_path.rglob("library.json")))
    down = ProblemError("service.unreachable")
    client.answers |= dict.fromkeys(LIBRARY, down)
    second = LibraryPage(context)
    qtbot.addWidget(second)
    second.show()
    qtbot.waitUntil(lambda: second.model.state.items == KEPT)
    assert second.model.state.problem is not None
    assert f"{len(KEPT)} films, as seen" in shown(second)
    click(second, "library.owned")
    assert cards(second).films.items == tuple(film for film in KEPT if film.owned_chunks)


def test_the_dots_of_a_card_open_its_menu_and_not_the_film(page: LibraryPage, shell: Shell, qtbot: QtBot) -> None:
    menu = open_menu(page, 0, qtbot)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Watch",
        "The creator’s channel",
        "Take off this disk",
        "Save what is yours to a file…",
        "Receipts, and money back…",
        "Report this film",
    ]
    assert shell.visited == []
    next(action for action in menu.actions() if action.text() == "Receipts, and money back…").trigger()
    assert shell.visited == [("watch", {"content_id": KEPT[0].content_id, "beside": "receipts"})]


def test_keeping_a_film_asks_for_it_and_shows_the_disk(page: LibraryPage, client: PreparedClient, qtbot: QtBot) -> None:
    at = next(at for at, film in enumerate(KEPT) if not film.kept and not film.price_per_ten_seconds)
    menu = open_menu(page, at, qtbot)
    next(action for action in menu.actions() if action.text() == "Keep on this disk").trigger()
    qtbot.waitUntil(lambda: client.called("library.download") == [((KEPT[at].content_id,), {})])
    assert visible(page, "library.downloads")


def test_only_what_may_be_kept_is_offered_and_a_lent_film_may(
    page: LibraryPage, client: PreparedClient, qtbot: QtBot
) -> None:
    at = next(at for at, film in enumerate(KEPT) if not film.kept and not film.owned_chunks)
    lent = tuple(film.model_copy(update={"may_keep": one == at}) for one, film in enumerate(KEPT))
    client.answers["catalogue.library"] = lent
    page.model.refresh()
    qtbot.waitUntil(lambda: page.model.state.items == lent)
    keep = next(action for action in open_menu(page, at, qtbot).actions() if action.text() == "Keep on this disk")
    assert keep.isEnabled()
    page.findChild(QMenu, "library.menu").close()  # type: ignore[union-attr]
    client.answers["catalogue.library"] = none = tuple(film.model_copy(update={"may_keep": False}) for film in KEPT)
    page.model.refresh()
    qtbot.waitUntil(lambda: page.model.state.items == none and page.findChild(QMenu, "library.menu") is None)
    keep = next(action for action in open_menu(page, at, qtbot).actions() if action.text() == "Keep on this disk")
    assert not keep.isEnabled()


def test_the_disk_says_how_far_each_film_is_and_why_one_stopped(page: LibraryPage) -> None:
    click(page, "library.disk")
    said = shown(page)
    for part in ("6 of 14 parts", "on its way", "beside its seller", "stopped", "392.9 MB"):
        assert part in said
    room = page.findChild(QLabel, "library.downloads.room")
    assert room is not None
    assert room.text() == "472.1 MB of 20.0 GB taken; the disk has 71.0 GB left."


def test_taking_a_film_off_and_changing_the_room_ask_the_desk(
    page: LibraryPage, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["library.limit_downloads"] = DOWNLOADS.model_copy(update={"limit_bytes": 5 * GIB})
    click(page, "library.disk")
    click(page, "library.download.free")
    qtbot.waitUntil(lambda: len(client.called("library.free")) == 1)
    field = page.findChild(QSpinBox, "library.downloads.limit")
    assert field is not None
    assert field.value() == 20
    field.setValue(5)
    qtbot.waitUntil(lambda: client.called("library.limit_downloads") == [((5 * GIB,), {})])


def test_what_cannot_be_kept_says_why(page: LibraryPage, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["library.download"] = ProblemError("store.quota", limit=1)
    click(page, "library.disk")
    again = [found for found in page.findChildren(QWidget, "library.download.again") if found.isVisible()]
    QTest.mouseClick(again[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: visible(page, "library.downloads.problem"))
