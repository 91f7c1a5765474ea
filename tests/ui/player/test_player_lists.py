"""Discover, library, channel and wallet: what they ask for, show, and where a click leads."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from player.pages.discover.page import DiscoverPage
from player.pages.library.page import LibraryPage
from player.pages.wallet.page import WalletPage
from player.parts.film_list import FilmList, lock_words, price_words
from services.units.money import ZERO
from services.wire.desk import BalanceLineOut, BalanceOut
from services.wire.problems import ProblemError
from studio.kit.context import PageContext
from studio.kit.table import Table
from studio.kit.theme import Theme
from tests.fixtures import samples
from tests.fixtures.viewer import receipt
from tests.fixtures.window import PreparedClient, Shell

FILMS = (samples.item(), samples.item("Night trains", minutes=34))


def show(page: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(page)
    page.resize(1064, 800)
    with qtbot.waitExposed(page):
        page.show()


def film_list(page: QWidget, name: str) -> FilmList:
    found = page.findChild(FilmList, name)
    assert found is not None
    return found


def click_first(cards: FilmList) -> None:
    place = cards.visualRect(cards.films.index(0)).center()
    QTest.mouseClick(cards.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_discover_shows_four_cards_a_row_and_a_click_opens_the_film(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["catalogue.browse"] = FILMS
    page = DiscoverPage(page_context)
    show(page, qtbot)
    cards = film_list(page, "discover.list")
    qtbot.waitUntil(lambda: cards.films.rowCount() == 2)
    assert cards.columns == 4
    index = cards.films.index(0)
    assert index.data() == FILMS[0].title
    assert "$0.06 / min" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    click_first(cards)
    assert shell.visited == [("watch", {"content_id": FILMS[0].content_id})]


def test_a_row_is_full_at_every_width(theme: Theme, qtbot: QtBot) -> None:
    cards = FilmList(name="cards", says="Films")
    qtbot.addWidget(cards)
    cards.show_films(tuple(samples.item(str(at)) for at in range(8)), {})
    cards.show()
    for width in range(460, 1260, 7):
        cards.resize(width, cards.height())
        tops = [cards.visualRect(cards.films.index(at)).top() for at in range(cards.columns + 1)]
        assert tops == [tops[0]] * cards.columns + [tops[-1]], width
        assert tops[-1] > tops[0], width


def test_discover_searches_as_one_types(page_context: PageContext, client: PreparedClient, qtbot: QtBot) -> None:
    client.answers["catalogue.browse"] = lambda query: () if query else FILMS
    page = DiscoverPage(page_context)
    show(page, qtbot)
    qtbot.waitUntil(lambda: page.model.state.items is not None)
    field = page.findChild(QLineEdit, "discover.search")
    assert field is not None
    QTest.keyClicks(field, "salt")
    qtbot.waitUntil(lambda: page.model.state.items == ())
    assert client.called("catalogue.browse")[-1] == ((), {"query": "salt"})
    again = page.findChild(QWidget, "discover.again")
    assert again is not None
    QTest.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.state.items == FILMS)


def test_a_poster_that_cannot_be_had_is_asked_for_again_later(
    page_context: PageContext, client: PreparedClient, qtbot: QtBot
) -> None:
    client.answers["catalogue.browse"] = (FILMS[0].model_copy(update={"poster": "bafy"}),)
    client.answers["catalogue.blob"] = ProblemError("content.missing")
    page = DiscoverPage(page_context)
    show(page, qtbot)
    qtbot.waitUntil(lambda: len(client.called("catalogue.blob")) == 1)
    client.answers["catalogue.blob"] = b"picture"
    page.model.refresh()
    qtbot.waitUntil(lambda: page.model.state.posters == {"bafy": b"picture"})
    assert page.model.state.problem is None


def test_the_film_that_was_begun_comes_first(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    begun = FILMS[1].model_copy(update={"position_ms": 60_000})
    client.answers["catalogue.library"] = (FILMS[0], begun)
    page = LibraryPage(page_context)
    show(page, qtbot)
    qtbot.waitUntil(lambda: page.model.state.unfinished == begun)
    button = page.findChild(QWidget, "continue.open")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shell.visited == [("watch", {"content_id": begun.content_id})]


def test_an_empty_library_leads_to_discover(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers["catalogue.library"] = ()
    page = LibraryPage(page_context)
    show(page, qtbot)
    button = page.findChild(QWidget, "library.discover")
    assert button is not None
    qtbot.waitUntil(button.isVisible)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shell.visited == [("discover", {})]


def test_the_wallet_shows_its_numbers_lines_and_books(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers |= {
        "wallet.state": samples.wallet(),
        "wallet.receipts": (receipt(1),),
        "wallet.reconciliation": samples.reconciliation(),
        "wallet.channels": ProblemError("chain.unreachable"),
        "wallet.balance": BalanceOut(
            lines=(
                BalanceLineOut(
                    kind="voucher.keyed",
                    title="Night trains",
                    amount=ZERO,
                    in_channels=-samples.usd("0.01"),
                    at=samples.NOW,
                ),
            ),
            from_outside=samples.usd("25"),
        ),
    }
    page = WalletPage(page_context)
    show(page, qtbot)
    qtbot.waitUntil(lambda: None not in (page.model.state.wallet, page.model.state.receipts, page.model.state.sums))
    assert page.model.state.problem is None
    qtbot.waitUntil(lambda: page.model.state.balance is not None)
    rows = page.findChild(Table, "wallet.balance")
    assert rows is not None
    told = [rows.model().index(0, column).data() for column in range(1, 4)]
    assert told == ["Paid for a part from the channel · Night trains", "–", "−$0.01"]
    outside = page.findChild(QLabel, "wallet.outside")
    assert outside is not None
    assert outside.text() == "Came in from outside, in all: $25.00"
    assert page.findChild(QWidget, "reconcile.table") is not None
    button = page.findChild(QWidget, "wallet.address")
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shell.said == ["The wallet's address is copied."]


def test_a_locked_wallet_says_what_to_do(
    page_context: PageContext, client: PreparedClient, shell: Shell, qtbot: QtBot
) -> None:
    client.answers |= {
        "wallet.state": samples.wallet(wallet="locked"),
        "wallet.receipts": (),
        "wallet.reconciliation": ProblemError("chain.unreachable"),
    }
    page = WalletPage(page_context)
    show(page, qtbot)
    qtbot.waitUntil(lambda: page.model.state.problem is not None)
    QTest.mouseClick(page.banner.button, Qt.MouseButton.LeftButton)
    assert shell.handled[0][0].code == "wallet.locked"


@pytest.mark.parametrize(("lock", "words"), [("", ""), ("members", "Members only"), ("tier", "Not in your tier")])
def test_a_locked_card_says_why_to_eyes_and_ears(lock: str, words: str, qtbot: QtBot) -> None:
    cards = FilmList(name="films", says="Films")
    qtbot.addWidget(cards)
    open_one, film = FILMS[0], FILMS[0].model_copy(update={"lock": lock})
    cards.resize(600, 400)
    cards.show_films((open_one,), {})
    plain = cards.grab().toImage()
    cards.show_films((film,), {})
    read = cards.films.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert (lock_words(film), read.endswith(f", {words.lower()}")) == (words, bool(words))
    assert (cards.grab().toImage() == plain) is not bool(words)


def test_a_free_film_says_so() -> None:
    assert price_words(FILMS[0].model_copy(update={"price_per_ten_seconds": ZERO})) == "free"
