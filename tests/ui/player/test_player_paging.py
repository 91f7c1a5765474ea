"""A list longer than anybody scrolls: it comes in parts, keeps its place, and a hundred thousand cards cost little."""

from __future__ import annotations

import time
from functools import partial

from PySide6.QtCore import QModelIndex
from pytestqt.qtbot import QtBot

from player.pages.discover.page import DiscoverPage
from player.parts.film_list import FilmList
from services.units.ids import content_id
from services.wire.catalogue import ItemOut, ItemsPageOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from tests.fixtures import samples
from tests.fixtures.window import PreparedClient

PART = 60


def films(first: int, count: int, *, tag: str = "") -> tuple[ItemOut, ...]:
    plain = samples.item()
    return tuple(
        plain.model_copy(
            update={
                "content_id": content_id(f"0x{number:064x}"),
                "title": f"Film {number}",
                "tags": (tag,) if tag else (),
            }
        )
        for number in range(first, first + count)
    )


def in_parts(query: str, tag: str, cursor: str) -> ItemsPageOut:
    if tag:
        return ItemsPageOut(items=films(500, 3, tag=tag), cursor="")
    at = int(cursor or "0")
    return ItemsPageOut(items=films(at, PART), cursor=str(at + PART) if at + PART < 4 * PART else "")


def opened(context: PageContext, client: PreparedClient, qtbot: QtBot) -> DiscoverPage:
    client.answers |= {
        "catalogue.browse": films(0, PART - 1) + films(PART - 1, 1, tag="ice"),
        "catalogue.page": in_parts,
        "catalogue.library": (),
    }
    page = DiscoverPage(context)
    qtbot.addWidget(page)
    page.resize(1064, 800)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: page.model.state.items is not None)
    return page


def count(page: DiscoverPage) -> int:
    return len(page.model.state.items or ())


def to_the_end(page: DiscoverPage) -> None:
    bar = page.verticalScrollBar()
    bar.setValue(bar.maximum())


def is_scrolled(page: DiscoverPage, reached: int) -> bool:
    """Scroll to the end of what is laid out; tells whether so many films are there."""
    to_the_end(page)
    return count(page) >= reached


def test_scrolling_brings_the_rest_and_a_refresh_keeps_it(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    page = opened(page_context, client, qtbot)
    for reached in (2 * PART, 3 * PART, 4 * PART):
        qtbot.waitUntil(partial(is_scrolled, page, reached))
    qtbot.waitUntil(lambda: page.model.state.cursor is None)
    asked = len(client.called("catalogue.page"))
    to_the_end(page)
    place = page.verticalScrollBar().value()
    page.model.refresh()
    qtbot.waitUntil(lambda: not page.model.state.busy)
    assert (count(page), page.verticalScrollBar().value()) == (4 * PART, place)
    assert len(client.called("catalogue.page")) == asked
    assert len({item.content_id for item in page.model.state.items or ()}) == 4 * PART


def test_a_tag_is_looked_for_in_all_of_the_list(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    page = opened(page_context, client, qtbot)
    page.model.choose_tag("ice")
    qtbot.waitUntil(lambda: len(page.model.state.shown) == 4)
    page.model.search("walk")
    qtbot.waitUntil(lambda: not page.model.state.busy)
    assert page.model.state.cursor == ""


def test_a_part_that_does_not_come_is_asked_for_again(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    page = opened(page_context, client, qtbot)
    client.answers["catalogue.page"] = ProblemError("node.unreachable")
    page.model.load_more()
    qtbot.waitUntil(lambda: not page.model.state.loading)
    assert (count(page), page.model.state.problem) == (PART, None)
    client.answers["catalogue.page"] = in_parts
    page.model.load_more()
    qtbot.waitUntil(lambda: count(page) == 2 * PART)


def test_a_hundred_thousand_cards_cost_what_is_seen_of_them(qtbot: QtBot) -> None:
    cards = FilmList(name="many", says="Many films")
    qtbot.addWidget(cards)
    cards.resize(1000, 800)
    with qtbot.waitExposed(cards):
        cards.show()
    many = films(0, 100_000)
    inserted: list[tuple[int, int]] = []
    resets: list[None] = []
    cards.films.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    cards.films.modelReset.connect(lambda: resets.append(None))
    cards.show_films(many[:-PART], {})
    before = time.process_time()
    cards.show_films(many, {})
    cards.grab(cards.visualRect(cards.films.index(0)))
    taken = time.process_time() - before
    assert (len(resets), inserted) == (1, [(100_000 - PART, 99_999)])
    assert cards.films.rowCount(QModelIndex()) == 100_000
    # A part more is no new list: measured 0.1 s of a processor.
    assert taken < 2
